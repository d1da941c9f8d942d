"""honcho: a Procfile; it shows all output, restarts nothing and never kills on its own."""

import os
import signal

from tests.bench.peers.peer import Ground, Peer, shell_line, write


class Honcho(Peer):
    """Stays in the foreground; the program's shell and a copy of Python stay beside it."""

    name = "honcho"
    source = "pip install '.[bench]'"
    needs = ("honcho",)
    largest = 100
    why_not_more = "3 MB and 1013 descriptors for each program"
    victims = 0
    kills = logs = False
    prefixes = True
    fewer = 10

    def prepare(self, ground: Ground) -> None:
        """Write the Procfile."""
        lines = (f"{name}: {shell_line(ground, name)}\n" for name in ground.programs)
        write(os.path.join(ground.directory, "Procfile"), "".join(lines))

    def argv(self, ground: Ground) -> list[str]:
        """Return the command, which stays."""
        return [ground.script("honcho"), "start"]

    def stop(self, ground: Ground) -> None:
        """Send the signal that a terminal's user sends."""
        os.kill(ground.main, signal.SIGTERM)


HONCHO = Honcho()
