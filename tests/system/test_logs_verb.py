"""`paasctl logs` over the logs of a real engine, while it runs and afterwards."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paasctl.model.logtimes import DIRECTORY
from tests.running import Running, eventually, running

pytestmark = pytest.mark.system
CODE = "from paasctl.cli.app import main; main()"
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def logs(root: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", CODE, "logs", *words], cwd=root, capture_output=True, text=True,
        timeout=60, check=False, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip


def index_size(here: Running, name: str) -> int:
    path = Path(here.rundir.log) / DIRECTORY / f"{name}.log"
    return path.stat().st_size if path.exists() else 0


def speak(name: str) -> str:
    """A program that says what it is told through a pipe."""
    return f"while read line <{name}.in; do echo $line; done"


def tell(here: Running, name: str, text: str) -> None:
    before = index_size(here, name)
    (here.root / f"{name}.in").write_text(f"{text}\n")
    here.until_said(name, text)
    eventually(lambda: index_size(here, name) > before, f"the time of {text!r} is noted")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        os.mkfifo(tmp_path / f"{name}.in")
    return tmp_path


def test_times_choices_and_order_running_and_stopped(root: Path) -> None:
    with running(root) as here:
        here.apply(here.spec("a", speak("a")), here.spec("b", speak("b")))
        tell(here, "a", "first")
        tell(here, "b", "second")
        tell(here, "a", "third ERROR")
        middle = time.time()
        eventually(lambda: time.time() > middle + 2.1, "two seconds pass")
        tell(here, "b", "fourth")
        for stopped in (False, True):
            if stopped:
                here.quit()
            everything = logs(root)
            assert everything.stdout == "a  | first\nb  | second\na  | third ERROR\nb  | fourth\n"
            assert logs(root, "a").stdout == "a  | first\na  | third ERROR\n"
            assert logs(root, "-g", "ERR", "--no-prefix").stdout == "third ERROR\n"
            assert logs(root, "-n", "1").stdout == "a  | third ERROR\nb  | fourth\n"
            iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(middle + 1))
            assert logs(root, "--since", iso).stdout == "b  | fourth\n"
            assert logs(root, "--until", iso).stdout == everything.stdout.replace(
                "b  | fourth\n", ""
            )
            assert logs(root, "--since", "1h", "--until", iso, "b").stdout == "b  | second\n"
            assert logs(root, "--since", "0s").stdout == ""
            dated = logs(root, "-t").stdout.splitlines()
            assert all(re.fullmatch(rf"{STAMP} [ab]  \| .*", line) for line in dated)
            assert dated == sorted(dated, key=lambda line: line[:20])
            assert logs(root, "--raw", "a").stdout == "first\nthird ERROR\n"


def test_following_goes_on_where_the_past_ends(root: Path) -> None:
    with running(root) as here:
        here.apply(here.spec("a", speak("a")))
        tell(here, "a", "one")
        seen = root / "seen"
        with seen.open("wb") as file:
            view = subprocess.Popen(
                [sys.executable, "-c", CODE, "logs", "-f", "-t", "-g", "o"], cwd=root, stdout=file
            )
        try:
            eventually(lambda: "one" in seen.read_text(), "the past is shown")
            tell(here, "a", "three")
            tell(here, "a", "two")
            eventually(lambda: "two" in seen.read_text(), "what comes is shown")
            here.quit()
            assert view.wait(30) == 0
        finally:
            view.kill()
            view.wait()
        shown = [re.fullmatch(rf"{STAMP} a  \| (.*)", x) for x in seen.read_text().splitlines()]
        assert [found and found[1] for found in shown] == ["one", "two"]


def test_a_damaged_index_is_a_sentence(root: Path) -> None:
    with running(root) as here:
        here.apply(here.spec("a", speak("a")))
        tell(here, "a", "one")
        here.quit()
        (Path(here.rundir.log) / DIRECTORY / "a.log").write_bytes(b"\0" * 100)
        done = logs(root, "-t", "--since", "1h")
        assert done.returncode == 0
        assert done.stdout.endswith("a  | one\n")
        assert "the time index of a cannot be used: it does not begin as one" in done.stderr
        assert logs(root).stderr == ""


def test_the_log_of_a_process_that_is_no_part_of_the_project_any_more(root: Path) -> None:
    with running(root) as here:
        here.apply(here.spec("a", speak("a")), here.spec("b", speak("b")))
        tell(here, "b", "last words")
        here.apply(here.spec("a", speak("a")))
        assert logs(root, "b").stdout == "b  | last words\n"
        assert logs(root).stdout == ""
        unknown = logs(root, "c")
        assert unknown.returncode == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "soon"), "--since soon: that is no time"),
        (("--grep", "("), "--grep (: missing )"),
        (("-n", "-3"), "--lines has to be 0 or more"),
        (("-f", "--until", "1m"), "--follow shows what comes"),
        (("--raw", "-t"), "--raw shows the bytes as they are"),
        (("--since", "1m", "--until", "2m"), "--since lies after --until"),
    ],
)
def test_wrong_usage_is_a_sentence(root: Path, words: tuple[str, ...], said: str) -> None:
    (root / ".paasctl").mkdir()
    (root / ".paasctl" / "plan.json").write_text(
        '{"format": 1, "project": "p", "root": "/", "urls": [], "warnings": [], "instances": []}'
    )
    done = logs(root, *words)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.checklist(17)
def test_the_last_half_line_of_a_killed_process_is_shown_and_its_bytes_are_its_own(
    root: Path,
) -> None:
    with running(root) as here:
        code = r"import os, signal; os.write(1, b'caf\xe9 \xff\nlast words'); os.kill(0, 9)"
        here.apply(here.python("a", code, once=True))
        here.until(lambda n: n["id"] == "a" and n["exit"] is not None)
        assert logs(root).stdout == "a  | caf\ufffd \ufffd\na  | last words\n"
        assert (Path(here.rundir.log) / "a.log").read_bytes() == b"caf\xe9 \xff\nlast words"
