"""runit: a service directory for each program, with its own logger, as its manual has it."""

import os
import signal
from collections.abc import Sequence

from tests.bench.peers.peer import Command, Ground, Peer, debian_version, shell_line, write


class Runit(Peer):
    """runsvdir stays in the foreground; it looks for new directories every five seconds."""

    name = "runit"
    source = "apt install runit"
    needs = ("runsvdir", "sv", "svlogd")
    victims = 20
    kills = False

    def version(self) -> str:
        """Return that of Debian's package."""
        return debian_version("runit")

    def service(self, ground: Ground, name: str) -> str:
        """Return a program's service directory."""
        return os.path.join(ground.directory, "services", name)

    def prepare(self, ground: Ground) -> None:
        """Write the service directories."""
        for name in ground.programs:
            service = self.service(ground, name)
            write(f"{service}/run", f"#!/bin/sh\nexec 2>&1\n{shell_line(ground, name)}\n", 0o755)
            logger = self.logger(ground, os.path.dirname(self.log(ground, name)))
            write(f"{service}/log/run", f"#!/bin/sh\nexec {logger}\n", 0o755)

    def logger(self, ground: Ground, directory: str) -> str:
        """Return the command line of a logger that keeps everything in one file."""
        write(f"{directory}/config", "s0\n")
        return f"{ground.script('svlogd')} {directory}"

    def argv(self, ground: Ground) -> list[str]:
        """Return the command, which stays."""
        return [ground.script("runsvdir"), "-P", os.path.join(ground.directory, "services")]

    def stop(self, ground: Ground) -> None:
        """Send the signal that ends it and all."""
        os.kill(ground.main, signal.SIGHUP)

    def log(self, ground: Ground, name: str) -> str:
        """Return the file that the logger writes."""
        return os.path.join(ground.directory, "logs", name, "current")

    def commands(self, ground: Ground) -> Sequence[Command]:
        """Return the client's commands."""
        sv = ground.script("sv")
        services = [self.service(ground, name) for name in ground.programs]
        restart = [sv, "restart", self.service(ground, "NAME")]
        return (("ps", [sv, "status", *services]), ("restart NAME", restart))


RUNIT = Runit()
