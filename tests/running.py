"""A real engine under test: apply plans, wait for what must come, and let nothing survive."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from paasctl.control.client import Client, connect
from paasctl.model.plan import InstanceSpec, Kind, LogLimits, Plan, Stage, plan_to_json
from paasctl.supervise import leftovers
from paasctl.supervise.linux import is_zombie
from paasctl.supervise.rundir import RunDir, replace, run_dir

REPOSITORY = Path(__file__).resolve().parent.parent
HOST = REPOSITORY / "tests" / "enginehost.py"
PATIENCE = 30.0


def eventually(condition: Callable[[], object], what: str = "", seconds: float = PATIENCE) -> None:
    """Wait until a condition holds that nothing can announce; fail at the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not in {seconds} s: {what or condition}"
        select.select([], [], [], 0.01)


def gone(pid: int) -> bool:
    return is_zombie(pid)


def stop_process(pid: int) -> None:
    """SIGKILL to a process that the test itself has caused."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def marked(state: str) -> list[int]:
    """The living processes of a project, by their marker."""
    return [item.pid for item in leftovers.find(state)]


class Running:
    """One engine in a directory of its own."""

    def __init__(self, root: Path, *options: str) -> None:
        """`options` are those of enginehost.py: "posix", "jumping", or the id of a user."""
        self.root = root
        self.options = options
        self.rundir: RunDir = run_dir(str(root))
        self.notices: list[dict[str, object]] = []
        self.client = self.start()
        self.engine = self.number(self.client.ask("ping"), "pid")
        self.guardian = self.parent(self.engine)
        self.client.ask("watch", since=0)

    def start(self) -> Client:
        subprocess.run(
            [sys.executable, str(HOST), str(self.root), *self.options],
            check=True, timeout=60, env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )  # fmt: skip
        client = connect(self.rundir.path)
        assert client is not None
        return client

    @staticmethod
    def number(reply: dict[str, object], key: str) -> int:
        value = reply[key]
        assert isinstance(value, int)
        return value

    @staticmethod
    def parent(pid: int) -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[1])

    def spec(self, name: str, script: str, **more: object) -> InstanceSpec:
        env = {
            "PATH": os.environ["PATH"],
            "PAASCTL_INSTANCE": f"{self.rundir.path}|{more.get('kind', Kind.WORKER)}|{name}",
        }
        base = InstanceSpec(
            id=name, kind=Kind.WORKER, name=name, command=("/bin/sh", "-c", script),
            cwd=str(self.root), env=env, log=f"{name}.log", stage=Stage.RUN, fingerprint=script,
        )  # fmt: skip
        return base._replace(**more)

    def python(self, name: str, code: str, **more: object) -> InstanceSpec:
        spec = self.spec(name, code, **more)
        return spec._replace(command=(sys.executable, "-S", "-E", "-u", "-c", code))

    def apply(
        self,
        *specs: InstanceSpec,
        only: list[str] | None = None,
        logs: LogLimits = LogLimits(),  # noqa: B008 -- a tuple
    ) -> None:
        plan = Plan("test", str(self.root), specs, logs=logs)
        path = Path(self.rundir.next_plan())
        replace(str(path), json.dumps(plan_to_json(plan)))
        owner = os.stat(self.rundir.path)  # another user, where an engine of theirs is tested
        os.chown(path, owner.st_uid, owner.st_gid)
        self.client.ask("apply", plan=path.name, only=only)

    def row(self, name: str) -> dict[str, object]:
        rows = self.client.ask("status", targets=[name])["instances"]
        assert isinstance(rows, list)
        found = rows[0]
        assert isinstance(found, dict)
        return found

    def pid(self, name: str) -> int:
        return self.number(self.row(name), "pid")

    def log(self, name: str) -> str:
        path = Path(self.rundir.log) / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def until(
        self, wanted: Callable[[dict[str, object]], bool], seconds: float = PATIENCE
    ) -> dict[str, object]:
        """Return the first notice not yet looked at that is wanted."""
        deadline = time.monotonic() + seconds
        while True:
            for position, notice in enumerate(self.notices):
                if wanted(notice):
                    del self.notices[: position + 1]
                    return notice
            self.notices = self.client.pending()
            if self.notices:
                continue
            left = deadline - time.monotonic()
            assert left > 0, f"no such notice in {seconds} s"
            if select.select([self.client], [], [], left)[0]:
                assert self.client.receive(), "the engine has gone"

    def until_state(self, name: str, state: str, seconds: float = PATIENCE) -> dict[str, object]:
        return self.until(lambda n: n["id"] == name and n["new"] == state, seconds)

    def until_said(self, name: str, text: str, seconds: float = PATIENCE) -> None:
        eventually(lambda: text in self.log(name), f"{name} says {text!r}", seconds)

    def quit(self) -> float:
        """End everything; return the seconds that took."""
        began = time.monotonic()
        self.client.ask("quit")
        while self.client.receive():
            pass
        return time.monotonic() - began


@contextmanager
def running(root: Path, *options: str) -> Iterator[Running]:
    """An engine for a test; afterwards everything of it must be gone."""
    here = Running(root, *options)
    try:
        yield here
    finally:
        client = connect(here.rundir.path)
        if client is not None:
            client.ask("slay")
            while client.receive():
                pass
            client.close()
        here.client.close()
        eventually(lambda: gone(here.engine) and gone(here.guardian), "engine and guardian end")
        left = marked(here.rundir.path)
        for pid in left:
            stop_process(pid)
        assert not left, f"survivors: {left}"
