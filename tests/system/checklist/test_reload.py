"""Lines 11 and 14: a reload touches what changed, and what was stopped stays stopped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenario.checkout import Checkout, written

pytestmark = pytest.mark.system

MANIFEST = """\
name: app
type: 'golang:1.26'
workers:
  queue: {commands: {start: 'exec sleep 1000'}}
  mail: {commands: {start: 'exec sleep 1000'}}
  late: {commands: {start: 'exec sleep 1000'}}
"""
CHANGED = MANIFEST.replace("mail: {commands: {start: 'exec sleep 1000'}}", "mail: {commands: "
                           "{start: 'exec sleep 2000'}}")  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Checkout]:
    root = tmp_path / "shop"
    root.mkdir()
    checkout = Checkout(written(root, {".platform.app.yaml": MANIFEST}))
    try:
        checkout("up", "-d", "--wait").well()
        yield checkout
    finally:
        checkout.clear()


def edit(here: Checkout, text: str) -> None:
    (here.root / ".platform.app.yaml").write_text(text)


@pytest.mark.checklist(14, "worker")
@pytest.mark.parametrize("words", [("reload",), ("up", "-d", "--wait")], ids=" ".join)
def test_one_changed_worker_alone_is_restarted(here: Checkout, words: tuple[str, ...]) -> None:
    before = here.pids()
    edit(here, CHANGED)
    here(*words).well()
    after = here.pids()
    assert after.pop("app--mail") != before.pop("app--mail")
    assert after == before
    cmdline = Path(f"/proc/{here.pid('app--mail')}/cmdline").read_bytes()
    assert b"2000" in cmdline


@pytest.mark.checklist(14, "comment")
@pytest.mark.parametrize("words", [("reload",), ("up", "-d", "--wait")], ids=" ".join)
def test_a_comment_restarts_nothing(here: Checkout, words: tuple[str, ...]) -> None:
    before = here.pids()
    edit(here, "# a comment\n" + MANIFEST.replace("workers:", "workers:  # all three"))
    here(*words).well()
    assert here.pids() == before


@pytest.mark.checklist(14, "broken")
@pytest.mark.parametrize("words", [("reload",), ("up", "-d"), ("restart", "queue")], ids=" ".join)
def test_a_broken_file_changes_nothing_and_says_where(
    here: Checkout, words: tuple[str, ...]
) -> None:
    before = here.pids()
    edit(here, MANIFEST + "  bad: {commands: {strat: sleep 1}}\n")
    refused = here(*words)
    assert refused.code == 1
    assert ".platform.app.yaml:7:" in refused.text, refused.text
    assert "nothing was changed" in refused.text
    assert here.pids() == before
    edit(here, MANIFEST)
    here("restart", "queue").well()


def test_reload_says_what_it_does_and_a_dry_run_does_nothing(here: Checkout) -> None:
    before = here.pids()
    assert "nothing has changed" in here("reload").well().err
    without_late = CHANGED.replace("  late: {commands: {start: 'exec sleep 1000'}}\n", "")
    edit(here, without_late + "  more: {commands: {start: 'exec sleep 1000'}}\n")
    dry = here("reload", "--dry-run").well().err
    assert "app--more  + new" in dry
    assert "app--mail  ↻ changed, restarting" in dry
    assert "app--late  ■ is not defined any more" in dry
    assert here.pids() == before
    said = here("reload").well().err
    assert "app--late  ■ stopped" in said
    assert "app--more  ✓ ready" in said
    assert set(here.pids()) == {"app--queue", "app--mail", "app--more"}
    assert here.pid("app--queue") == before["app--queue"]


def test_reload_where_nothing_runs(tmp_path: Path) -> None:
    here = Checkout(written(tmp_path, {".platform.app.yaml": MANIFEST}))
    assert here("reload").code == 3


def test_reload_waits_for_the_hook_that_the_change_has_made_due(here: Checkout) -> None:
    edit(here, MANIFEST + "hooks:\n  build: exit 7\n")
    failed = here("reload")
    assert failed.code == 1
    assert "the deployment failed" in failed.text


@pytest.mark.checklist(11, "reload")
def test_what_sv_stopped_stays_stopped_over_everything_but_a_start(here: Checkout) -> None:
    here("ssh", "--worker=mail", "--", "sv stop app").well()
    here("stop", "late").well()
    edit(here, CHANGED)
    assert "app--mail  changed, stays stopped" in here("reload").well().err
    here("reload").well()
    here("restart", "queue").well()
    rows = here.rows()
    assert (rows["app--mail"]["state"], rows["app--mail"]["stopped_by"]) == ("stopped", "sv")
    assert (rows["app--late"]["state"], rows["app--late"]["stopped_by"]) == ("stopped", None)
    assert "stopped (sv)" in here("ps").out
    here("up", "-d", "--wait").well()
    assert here.rows()["app--mail"]["stopped_by"] is None
    assert None not in here.pids().values()
