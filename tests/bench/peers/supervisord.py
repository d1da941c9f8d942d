"""supervisord: one configuration, one log file for each program."""

import os
import signal
from collections.abc import Sequence

from tests.bench.peers.peer import FOREVER, Command, Ground, Peer, shell_line, write


class Supervisord(Peer):
    """Stays in the foreground."""

    name = "supervisord"
    source = "pip install '.[bench]'"
    needs = ("supervisord", "supervisorctl")

    def version(self) -> str:
        """Return that of the package, whose name is shorter."""
        from importlib.metadata import version

        return version("supervisor")

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
        write(f"{at}/s.conf", "\n".join(lines) + "\n")

    def argv(self, ground: Ground) -> list[str]:
        """Return the command, which stays."""
        conf = os.path.join(ground.directory, "s.conf")
        return [ground.script("supervisord"), "-n", "-s", "-c", conf]

    def stop(self, ground: Ground) -> None:
        """Send the signal that ends it and all."""
        os.kill(ground.main, signal.SIGTERM)

    def commands(self, ground: Ground) -> Sequence[Command]:
        """Return the client's commands."""
        conf = ["-c", os.path.join(ground.directory, "s.conf")]
        client = [ground.script("supervisorctl"), *conf]
        return (("ps", [*client, "status"]), ("restart NAME", [*client, "restart", "NAME"]))


SUPERVISORD = Supervisord()
