"""paasctl itself: a project of one application with a worker for each program."""

import json
import os
import socket
from collections.abc import Sequence

from tests.bench.peers.peer import FOREVER, Command, Ground, Peer, shell_line, write


class Paasctl(Peer):
    """Started for the first time: nothing is known of the project yet."""

    name = "paasctl"
    source = "pip install -e ."
    needs = ("paasctl",)
    victims = 60
    prefixes = leaves = True

    def prepare(self, ground: Ground) -> None:
        """Write the manifest; Go, because its projects need nothing built beside them."""
        lines = ["name: app", "type: 'golang:1.26'", "disk: 256", "workers:"]
        for name, program in ground.programs.items():
            start = shell_line(ground, name) if ground.before else f"{program} {FOREVER}"
            lines += [f"    {name}:", "        commands:", "            start: |"]
            lines += [f"                {start}"]
        write(self.manifest(ground), "\n".join(lines) + "\n")

    def manifest(self, ground: Ground) -> str:
        """Return the path of the manifest."""
        return os.path.join(ground.directory, ".platform.app.yaml")

    def argv(self, ground: Ground) -> list[str]:
        """Return the command that starts everything and leaves."""
        return [ground.script("paasctl"), "up", "-d", "--wait"]

    def attached(self, ground: Ground) -> list[str]:
        """Return the command that starts everything and shows its output."""
        return [ground.script("paasctl"), "up"]

    def stop(self, ground: Ground) -> None:
        """Ask for the end of everything as `paasctl down` does."""
        wish: dict[str, object] = {"v": 1, "id": 1, "op": "quit"}
        if ground.grace is not None:
            wish["timeout"] = ground.grace
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(os.path.join(ground.directory, ".paasctl", "control.sock"))
            line.sendall(json.dumps(wish).encode() + b"\n")
            line.recv(1)

    def log(self, ground: Ground, name: str) -> str:
        """Return the path of a program's log."""
        return os.path.join(ground.directory, ".paasctl", "log", f"app--{name}.log")

    def commands(self, ground: Ground) -> Sequence[Command]:
        """Return the commands of every day."""
        paasctl = ground.script("paasctl")
        return (
            ("ps", [paasctl, "ps"]),
            ("ps --format json", [paasctl, "ps", "--format", "json"]),
            ("restart NAME", [paasctl, "restart", "NAME"]),
        )


class PaasctlSecond(Paasctl):
    """The same, started for the second time, the manifests unchanged."""

    name = "paasctl, unchanged"


class PaasctlChanged(Paasctl):
    """The same, started for the second time, after the manifests were changed."""

    name = "paasctl, changed"


PAASCTL = Paasctl()
