"""circus: one watcher of one process for each program, each with a log file."""

import os
import signal
from collections.abc import Sequence

from tests.bench.peers.peer import Command, Ground, Peer, start_words, write


class Circus(Peer):
    """Stays in the foreground; it looks after its processes every five seconds."""

    name = "circus"
    source = "pip install '.[bench]'"
    needs = ("circusd", "circusctl")
    victims = 4
    fewer = 10

    def prepare(self, ground: Ground) -> None:
        """Write the configuration, without the pauses between starts that it makes on request."""
        at = ground.directory
        lines = [
            "[circus]",
            f"endpoint={_endpoint(ground)}",
            f"pubsub_endpoint=ipc://{at}/p.sock",
            "warmup_delay=0",
        ]
        for name in ground.programs:
            lines += [
                f"[watcher:{name}]",
                f"cmd={' '.join(start_words(ground, name))}",
                "numprocesses=1",
                "warmup_delay=0",
                "copy_env=true",
                f"graceful_timeout={ground.grace or 15:g}",
                "stdout_stream.class=FileStream",
                f"stdout_stream.filename={self.log(ground, name)}",
            ]
        write(f"{at}/c.ini", "\n".join(lines) + "\n")

    def argv(self, ground: Ground) -> list[str]:
        """Return the command, which stays."""
        at = ground.directory
        quiet = ["--log-level", "ERROR", "--log-output", f"{at}/circus.log"]
        return [ground.script("circusd"), f"{at}/c.ini", *quiet]

    def stop(self, ground: Ground) -> None:
        """Send the signal that ends it and all."""
        os.kill(ground.main, signal.SIGTERM)

    def commands(self, ground: Ground) -> Sequence[Command]:
        """Return the client's commands."""
        client = [ground.script("circusctl"), "--endpoint", _endpoint(ground)]
        return (("ps", [*client, "status"]), ("restart NAME", [*client, "restart", "NAME"]))


def _endpoint(ground: Ground) -> str:
    return f"ipc://{ground.directory}/c.sock"


CIRCUS = Circus()
