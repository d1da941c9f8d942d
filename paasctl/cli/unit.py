"""The systemd unit of a project: pure, from facts to text.

The front door starts guardian and engine, names the guardian as the main process
(sd_notify(3), MAINPID=) and ends. SIGTERM goes to the guardian alone, which has everything ended
by the stop rule (KillMode=mixed); only after both graces does systemd kill. One process of the
project that runs out of memory is ours to restart: it must not end the service (OOMPolicy).
"""

import hashlib
import os
import re
from typing import NamedTuple

from paasctl.model.plan import GRACE

STOP = int(2 * GRACE + 15)
"""Seconds until systemd kills: the apps' grace, the services', and some for what comes between."""


class Facts(NamedTuple):
    """What a unit is made of. `user` is None for a unit of the user's own manager."""

    root: str
    python: str
    path: str
    user: str | None


def name_of(root: str) -> str:
    """Return the unit's name: readable, and different for each project directory."""
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "-", os.path.basename(root)).strip("-.") or "project"
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:6]
    return f"paasctl-{readable}-{digest}.service"


def text(facts: Facts) -> str:
    """Return the unit's text."""
    system = facts.user is not None
    python, root = quoted(facts.python), quoted(facts.root)
    lines = [
        "[Unit]",
        f"Description=paasctl: {_plain(facts.root)}",
        *(["Wants=network-online.target", "After=network-online.target"] if system else []),
        "",
        "[Service]",
        "Type=notify",
        "NotifyAccess=main",
        *([f"User={_plain(str(facts.user))}"] if system else []),
        f"WorkingDirectory={_plain(facts.root)}",
        f"Environment={quoted('PATH=' + facts.path, command=False)}",
        f"ExecStart={python} -P -m paasctl -C {root} up --detach",
        f"ExecReload={python} -P -m paasctl -C {root} daemon upgrade",
        "KillMode=mixed",
        f"TimeoutStopSec={STOP}",
        "Restart=on-failure",
        "RestartSec=1",
        "OOMPolicy=continue",
        "",
        "[Install]",
        f"WantedBy={'multi-user' if system else 'default'}.target",
        "",
    ]
    return "\n".join(lines)


def _plain(value: str) -> str:
    """Return a value that goes to the end of its line; `%` begins a specifier."""
    return value.replace("%", "%%")


def quoted(value: str, command: bool = True) -> str:
    """Return one word of a line; in a command, `$` would begin a variable."""
    escaped = _plain(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped.replace("$", "$$") if command else escaped}"'
