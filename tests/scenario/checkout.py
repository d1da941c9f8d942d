"""A user's checkout in a temporary directory, and the real command line in it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from paasctl.supervise import leftovers
from paasctl.supervise.rundir import run_dir
from tests.running import REPOSITORY, eventually, gone, marked, stop_process

SCENARIOS = REPOSITORY.parent / "shared" / "scenarios"
PROGRAM = Path(sys.executable).parent / "paasctl"
LONG = 120.0
"""Seconds that anything may take on a small machine with other work."""
EXIT_CODES = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 130, 143})
"""All that a command may end with, bugs excepted."""


class Answer(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    def well(self) -> "Answer":
        assert self.code == 0, self.text
        return self


def calm(text: str) -> str:
    """Return what a command said; fail if it holds a traceback or speaks of a bug."""
    assert "Traceback" not in text, text
    assert "inside paasctl itself" not in text, text
    return text


class Checkout:
    """A project on disk; calling it runs `paasctl` there."""

    def __init__(self, root: Path, **environ: str) -> None:
        self.root = root
        self.state = run_dir(str(root)).path
        caller = {k: v for k, v in os.environ.items() if not k.startswith(("PAASCTL", "PLATFORM"))}
        self.environ = {**caller, **environ}

    def __call__(
        self, *words: str, stdin: str = "", user: int | None = None, **environ: str
    ) -> Answer:
        ended = subprocess.run(
            [str(PROGRAM), *words],
            cwd=self.root,
            env={**self.environ, **environ},
            input=stdin,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=2 * LONG,
            user=user,
            extra_groups=None if user is None else [],
        )
        calm(ended.stdout + ended.stderr)
        return Answer(ended.returncode, ended.stdout, ended.stderr)

    @contextmanager
    def begun(self, *words: str) -> Iterator["Begun"]:
        """Run a command beside the test; end it at last if the test has not."""
        place = Path(f"{self.root}.{words[0]}.out")
        with place.open("wb") as file:
            process = subprocess.Popen(
                [str(PROGRAM), *words],
                cwd=self.root,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield Begun(process, place)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(LONG)

    def rows(self) -> dict[str, dict[str, object]]:
        listed = json.loads(self("ps", "--format", "json").out)
        return {row["id"]: row for row in listed["instances"]}

    def pid(self, name: str) -> int:
        found = self.rows()[name]["pid"]
        assert isinstance(found, int), f"{name} has no process"
        return found

    def pids(self) -> dict[str, object]:
        return {name: row["pid"] for name, row in self.rows().items()}

    def ready(self) -> bool:
        """Return whether everything that should run is ready."""
        rows = [row for row in self.rows().values() if row["want"] == "up"]
        return bool(rows) and all(row["ready"] for row in rows)

    def notices(self, since: int = 0) -> list[dict[str, object]]:
        lines = self("events", "--since", str(since)).well().out.splitlines()
        return [json.loads(line) for line in lines]

    def seq(self) -> int:
        last = self.notices()[-1]["seq"]
        assert isinstance(last, int)
        return last

    def log(self, name: str) -> str:
        path = Path(self.state) / "log" / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def get(self, path: str) -> dict[str, object]:
        """Ask the web instance; the answer's JSON."""
        url = f"http://127.0.0.1:{self.rows()['app']['port']}{path}"
        with urllib.request.urlopen(url, timeout=LONG) as reply:
            found = json.loads(reply.read())
        assert isinstance(found, dict)
        return found

    def tree(self, name: str) -> list[int]:
        """Return all living processes of an instance, by the marker in their environment."""
        return [item.pid for item in leftovers.find(self.state) if item.instance == name]

    def down(self) -> None:
        """End everything, and see that nothing is left."""
        self("down").well()
        assert not marked(self.state)

    def clear(self) -> None:
        """Whatever became of the test: nothing may outlive it, and it is an error if it did."""
        self("down", "-t", "1")
        left = marked(self.state)
        for pid in left:
            stop_process(pid)
        assert not left, f"survivors: {left}"


class Begun(NamedTuple):
    """A command that goes on, and the file with everything it has said."""

    process: "subprocess.Popen[bytes]"
    place: Path

    def text(self) -> str:
        return self.place.read_text(errors="surrogateescape")

    def until_said(self, text: str) -> None:
        def said() -> bool:
            assert self.process.poll() is None or text in self.text(), self.text()
            return text in self.text()

        eventually(said, f"it says {text!r}", LONG)

    def code(self) -> int:
        """Wait for its end; return the exit code."""
        code = self.process.wait(LONG)
        calm(self.text())
        return code


def copied(name: str, to: Path) -> Path:
    """Copy a scenario as a user would have it: writable."""
    source = SCENARIOS / name
    if not source.is_dir():
        pytest.skip(f"no {source}")
    shutil.copytree(source, to)
    for path in (to, *to.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
    return to


def written(root: Path, files: Mapping[str, str]) -> Path:
    """Write a project's files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def needing(*programs: str) -> None:
    """Skip where a program is not installed."""
    absent = [name for name in programs if shutil.which(name) is None]
    if absent:
        pytest.skip(f"not installed here: {', '.join(absent)}")


def environ_of(pid: int) -> dict[str, str]:
    """Return the environment with which a process was started."""
    entries = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="surrogateescape")
    return dict(entry.split("=", 1) for entry in entries.split("\0") if "=" in entry)


def listens(port: int) -> bool:
    """Return whether something accepts connections on a port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(condition: Callable[[], object], what: str) -> None:
    eventually(condition, what, LONG)


def until_gone(pids: list[int]) -> None:
    until(lambda: all(gone(pid) for pid in pids), f"{pids} are gone")
