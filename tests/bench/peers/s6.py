"""s6: a service directory for each program, with its own logger, as its manual has it."""

import os
import signal
from collections.abc import Sequence

from tests.bench.peers.peer import Command, Ground, debian_version, write
from tests.bench.peers.runit import Runit

LARGEST_FILE = 268435455
"""Bytes: more, s6-log does not take."""


class SixSupervision(Runit):
    """s6-svscan stays in the foreground; service directories are those of runit, and more."""

    name = "s6"
    source = "apt install s6"
    needs = ("s6-svscan", "s6-supervise", "s6-svc", "s6-svstat", "s6-log")
    victims = 8
    kills = True

    def version(self) -> str:
        """Return that of Debian's package."""
        return debian_version("s6")

    def prepare(self, ground: Ground) -> None:
        """Write the service directories, with the milliseconds to SIGKILL."""
        super().prepare(ground)
        for name in ground.programs:
            grace = int((ground.grace or 15) * 1000)
            write(f"{self.service(ground, name)}/timeout-kill", f"{grace}\n")

    def logger(self, ground: Ground, directory: str) -> str:
        """Return the command line of a logger that keeps everything in one file.

        It makes its directory, but none above it.
        """
        os.makedirs(os.path.dirname(directory), exist_ok=True)
        return f"{ground.script('s6-log')} s{LARGEST_FILE} {directory}"

    def argv(self, ground: Ground) -> list[str]:
        """Return the command, which stays; room for twice as many as there are loggers too."""
        room = str(2 * len(ground.programs) + 16)
        services = os.path.join(ground.directory, "services")
        return [ground.script("s6-svscan"), "-c", room, services]

    def stop(self, ground: Ground) -> None:
        """Send the signal that ends it and all."""
        os.kill(ground.main, signal.SIGTERM)

    def commands(self, ground: Ground) -> Sequence[Command]:
        """Return the client's commands; s6-svstat takes one service at a time."""
        stat = ground.script("s6-svstat")
        every = f"for each in {ground.directory}/services/*; do {stat} $each; done"
        again = [ground.script("s6-svc"), "-wr", "-r", self.service(ground, "NAME")]
        return (("ps", ["/bin/sh", "-c", every]), ("restart NAME", again))


S6 = SixSupervision()
