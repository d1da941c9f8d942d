"""The front door: what people see when something goes wrong."""

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from paasctl.cli import app
from paasctl.cli.command import Call, Command
from paasctl.cli.exits import Exit, Refused


def verb(monkeypatch: pytest.MonkeyPatch, behaviour: object) -> None:
    """Put a verb called `trial` in place that raises or returns something."""

    def run(call: Call) -> int:
        if isinstance(behaviour, BaseException):
            raise behaviour
        assert isinstance(behaviour, int)
        return behaviour

    module = ModuleType("paasctl.cli.trial")
    module.COMMAND = Command("trial", "", run)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "paasctl.cli.trial", module)


def test_refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    verb(monkeypatch, Refused(Exit.TAKEN, "port 80 is taken", "paasctl up --port 90", ("by x",)))
    assert app.run(["trial"], {}) == 6
    assert capsys.readouterr().err == (
        "paasctl: port 80 is taken\n  by x\n  fix   paasctl up --port 90\n"
    )


def test_code_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    verb(monkeypatch, 42)
    assert app.run(["-q", "trial"], {}) == 42


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    verb(monkeypatch, KeyboardInterrupt())
    assert app.run(["trial"], {}) == 130


def test_our_bug_is_one_sentence_and_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / ".paasctl").mkdir()
    verb(monkeypatch, KeyError("gone"))
    line = ["-C", str(tmp_path), "--app", "db=mysql://me:topsecret@host/x", "trial"]
    assert app.run(line, {}) == 70
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "KeyError" in said
    report = next((tmp_path / ".paasctl").glob("crash-*.txt"))
    assert str(report) in said
    assert "Traceback" in report.read_text()
    assert "topsecret" not in report.read_text()


def test_a_report_is_for_nobody_else_and_holds_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    state = tmp_path / ".paasctl"
    state.mkdir()
    (state / "credentials.json").write_text('{"secret": "derive-all-from-this"}')
    said = "mysql://user:hunter22@127.0.0.1/main and derive-all-from-this"
    verb(monkeypatch, ValueError(said))
    before = os.umask(0)
    try:
        assert app.run(["-C", str(tmp_path), "trial"], {}) == 70
    finally:
        os.umask(before)
    report = next(state.glob("crash-*.txt"))
    assert report.stat().st_mode & 0o777 == 0o600
    assert "mysql://user:***@127.0.0.1/main and ***" in report.read_text()


def test_a_report_is_never_written_through_a_link(tmp_path: Path) -> None:
    from paasctl.cli.crash import _write

    victim, link = tmp_path / "victim", tmp_path / "crash.txt"
    victim.write_text("mine")
    link.symlink_to(victim)
    with pytest.raises(FileExistsError):
        _write(str(link), "text")
    assert victim.read_text() == "mine"


@pytest.mark.parametrize(
    ("line", "code", "on_stderr"),
    [
        (["frobnicate"], 2, "No such command"),
        (["ps", "--frob"], 2, "No such option"),
        (["ps", "--format", "xml"], 2, "'xml' is not one of table, json, plain"),
        (["kill"], 2, "Missing argument"),
        (["--version"], 0, ""),
        (["ps", "--version"], 0, ""),
        (["--help"], 0, ""),
        (["ssh", "--help"], 0, ""),
        ([], 0, ""),
    ],
)
def test_wrong_usage_and_help(
    line: list[str], code: int, on_stderr: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(line, {}) == code
    said = capsys.readouterr()
    assert on_stderr in said.err
    assert "Traceback" not in said.err
    assert (said.out == "") is (code != 0)


def test_every_verb_has_help_and_its_own_name() -> None:
    from paasctl.cli.explain import commands

    found = {command.name: command for command in commands()}
    assert {"ps", "logs", "ssh", "exec", "start", "stop", "restart", "events"} <= set(found)
    for name, command in found.items():
        assert command.help
        assert app.verb(name) is command
