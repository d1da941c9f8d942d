"""Passwords are in no argument list, none of our logs, and nothing that we show."""

import base64
import json
import os
import threading
from pathlib import Path

import pytest

from tests.scenario.checkout import Checkout, needing, written

pytestmark = pytest.mark.scenario

MANIFEST = """\
name: app
type: 'golang:1.26'
relationships:
    database: 'db:mysql'
    store: 'pg:postgresql'
variables:
    env:
        MAILER_TOKEN: 'given-by-the-user-0815'
workers:
    queue:
        commands:
            start: sleep 1000
"""
SERVICES = """\
db:
    type: mariadb:10.11
    disk: 256
pg:
    type: postgresql:15
    disk: 256
"""


class CommandLines:
    """Reads the argument lists of everything on the machine that belongs to one project."""

    def __init__(self, root: Path) -> None:
        self._root = os.fsencode(root)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.seen: set[bytes] = set()

    def __enter__(self) -> "CommandLines":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.003):
            for name in os.listdir("/proc"):
                if name.isdigit():
                    self._look(name)

    def _look(self, pid: str) -> None:
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
            if line not in self.seen and self._root in Path(f"/proc/{pid}/environ").read_bytes():
                self.seen.add(line)
        except OSError:  # it has ended
            return


def passwords(state: Path) -> set[str]:
    """Every password of the project, as its processes get them."""
    plan = json.loads((state / "plan.json").read_text())
    found = {str(json.loads((state / "credentials.json").read_text())["secret"])}
    for spec in plan["instances"]:
        text = spec["env"].get("PLATFORM_RELATIONSHIPS")
        for endpoints in json.loads(base64.b64decode(text)).values() if text else ():
            found |= {str(e["password"]) for e in endpoints if e.get("password")}
    return found


def test_passwords_are_in_no_argument_no_log_of_ours_and_nothing_shown(tmp_path: Path) -> None:
    needing("mariadbd", "postgres")
    root = written(
        tmp_path / "shop",
        {".platform.app.yaml": MANIFEST, ".platform/services.yaml": SERVICES},
    )
    here = Checkout(root)
    state = Path(here.state)
    shown = []
    try:
        with CommandLines(root) as lines:
            shown.append(here("up", "-d", "--wait").well().text)
            shown += [here(*words).text for words in (
                ("ps", "--format", "json"), ("events",), ("daemon", "status"), ("daemon", "log"),
                ("show", "queue"), ("config",), ("logs", "-n", "200"),
            )]  # fmt: skip
            here("restart", "db").well()
            here("daemon", "upgrade").well()
            here.down()
        found = {text for text in passwords(state) if text}
        assert len(found) >= 3, "the secret, and a password for each service"
        assert len(lines.seen) >= 5, "it has looked"
        journal = (state / "journal.jsonl").read_text()
        ours = [*shown, journal, (state / "log" / "supervisor.log").read_text()]
        arguments = b"\n".join(lines.seen).decode(errors="replace")
        for secret in found:
            assert secret not in arguments, "in an argument list"
            for text in ours:
                assert secret not in text
        assert "given-by-the-user-0815" not in arguments
        assert "given-by-the-user-0815" not in journal
    finally:
        here.clear()
