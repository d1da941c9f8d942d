"""The floor: the least that a supervisor in C has to do. What is above it is what we cost."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable

from tests.bench.peers.peer import Ground, Peer, start_words, write

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "floor.c")


class Floor(Peer):
    """Spawns, restarts, stops, kills; no configuration to speak of, no state, no client."""

    name = "C floor"
    source = "a C compiler"
    needs = ("floor",)
    victims = 60

    def obtain(self, base: str, find: Callable[[str], str]) -> None:
        """Compile it."""
        compiler = shutil.which("cc")
        if compiler is None:
            return
        target = os.path.join(base, "bin", "floor")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        command = [compiler, "-O2", "-o", target, SOURCE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError(f"it could not be compiled: {done.stderr.strip()[-300:]}")

    def prepare(self, ground: Ground) -> None:
        """Write the list: a line for each program, its log and its words."""
        lines = (
            f"{self.log(ground, name)} {' '.join(start_words(ground, name))}\n"
            for name in ground.programs
        )
        write(os.path.join(ground.directory, "list"), "".join(lines))

    def argv(self, ground: Ground) -> list[str]:
        """Return the command, which stays."""
        grace = str(int((ground.grace or 15) * 1000))
        return [ground.script("floor"), os.path.join(ground.directory, "list"), grace]

    def stop(self, ground: Ground) -> None:
        """Send the signal that ends it and all."""
        os.kill(ground.main, signal.SIGTERM)


FLOOR = Floor()
