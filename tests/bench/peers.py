"""The supervisors that are compared: how each is told what to run, started and stopped."""

import json
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from typing import Protocol

FOREVER = "100000"
"""Argument of the program: the seconds that `sleep` would sleep."""


class Ground(Protocol):
    """What a peer needs of a trial."""

    directory: str
    main: int
    programs: Mapping[str, str]
    before: str
    grace: float | None

    def script(self, name: str) -> str:
        """Return the path of an installed command."""

    def supervisors(self) -> Mapping[int, str]:
        """Return pid and name of everything that is not a program under test."""


def shell_line(ground: Ground, name: str) -> str:
    """Return what a shell must do to become the program."""
    return f"{ground.before}exec {ground.programs[name]} {FOREVER}"


class Paasctl:
    """A project of one application with a worker for each program."""

    name = "paasctl"
    largest = 1000
    restarts = kills = logs = prefixes = True
    leaves = True

    def prepare(self, ground: Ground) -> None:
        """Write the manifest; Go, because its projects need nothing built beside them."""
        lines = ["name: app", "type: 'golang:1.26'", "disk: 256", "workers:"]
        for name, program in ground.programs.items():
            start = shell_line(ground, name) if ground.before else f"{program} {FOREVER}"
            lines += [f"    {name}:", "        commands:", "            start: |"]
            lines += [f"                {start}"]
        with open(self.manifest(ground), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

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

    def commands(self, ground: Ground) -> Sequence[tuple[str, list[str]]]:
        """Return the commands to measure, NAME standing for a program's."""
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


class Honcho:
    """A Procfile; it shows all output, restarts nothing and never kills on its own."""

    name = "honcho"
    largest = 100
    restarts = kills = logs = leaves = False
    prefixes = True

    def prepare(self, ground: Ground) -> None:
        """Write the Procfile."""
        lines = (f"{name}: {shell_line(ground, name)}\n" for name in ground.programs)
        with open(os.path.join(ground.directory, "Procfile"), "w", encoding="utf-8") as file:
            file.writelines(lines)

    def argv(self, ground: Ground) -> list[str]:
        """Return the command, which stays."""
        return [ground.script("honcho"), "start"]

    attached = argv

    def stop(self, ground: Ground) -> None:
        """Send the signal that a terminal's user sends."""
        os.kill(ground.main, signal.SIGTERM)

    def log(self, ground: Ground, name: str) -> str:
        """Return the file that everything goes to."""
        return os.path.join(ground.directory, "stdout")

    def commands(self, ground: Ground) -> Sequence[tuple[str, list[str]]]:
        """Return nothing: it has no client."""
        return ()


class Supervisord:
    """One configuration, one log file for each program."""

    name = "supervisord"
    largest = 1000
    restarts = kills = logs = True
    prefixes = leaves = False

    def prepare(self, ground: Ground) -> None:
        """Write the configuration; minfds as small as possible, as it closes that many."""
        at = ground.directory
        lines = [
            "[unix_http_server]", f"file={at}/s.sock",
            "[supervisord]", f"logfile={at}/d.log", f"pidfile={at}/d.pid",
            f"minfds={max(1024, 4 * len(ground.programs) + 64)}",
            "[rpcinterface:supervisor]",
            "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
            "[supervisorctl]", f"serverurl=unix://{at}/s.sock",
        ]  # fmt: skip
        for name, program in ground.programs.items():
            start = f"{program} {FOREVER}"
            if ground.before:
                start = f'/bin/sh -c "{shell_line(ground, name)}"'
            lines += [f"[program:{name}]", f"command={start}", "redirect_stderr=true"]
            lines += ["autorestart=true", f"stdout_logfile={self.log(ground, name)}"]
            lines += ["stdout_logfile_maxbytes=0", f"stopwaitsecs={int(ground.grace or 15)}"]
        with open(f"{at}/s.conf", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def argv(self, ground: Ground) -> list[str]:
        """Return the command, which stays."""
        conf = os.path.join(ground.directory, "s.conf")
        return [ground.script("supervisord"), "-n", "-s", "-c", conf]

    attached = argv

    def stop(self, ground: Ground) -> None:
        """Send the signal that ends it and all."""
        os.kill(ground.main, signal.SIGTERM)

    def log(self, ground: Ground, name: str) -> str:
        """Return the path of a program's log."""
        return os.path.join(ground.directory, f"{name}.log")

    def commands(self, ground: Ground) -> Sequence[tuple[str, list[str]]]:
        """Return the commands to measure, NAME standing for a program's."""
        conf = ["-c", os.path.join(ground.directory, "s.conf")]
        client = [ground.script("supervisorctl"), *conf]
        return (("ps", [*client, "status"]), ("restart NAME", [*client, "restart", "NAME"]))


Peer = Paasctl | Honcho | Supervisord
PEERS: Mapping[str, Peer] = {peer.name: peer for peer in (Paasctl(), Honcho(), Supervisord())}
