"""pm2: a daemon of its own, told by an ecosystem file; kept in a private npm prefix."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence

from tests.bench.interpreter import REPOSITORY
from tests.bench.peers.peer import Command, Ground, Peer, start_words, write

VERSION = "7.0.4"
PREFIX = os.path.join(REPOSITORY, ".cache", "bench-npm")
MINUTES = 5


class Pm2(Peer):
    """Its command leaves once everything is started, the daemon stays."""

    name = "pm2"
    source = "npm is needed to install it"
    needs = ("pm2",)
    victims = 12
    leaves = True
    fewer = 10

    def obtain(self, base: str, find: Callable[[str], str]) -> None:
        """Install it with npm, once."""
        npm = shutil.which("npm")
        if npm is None or find(self.name):
            return
        os.makedirs(PREFIX, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"]
        command = [npm, "install", "--prefix", PREFIX, *quiet, f"pm2@{VERSION}"]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=MINUTES * 60, check=False
        )
        if done.returncode:
            raise OSError(f"npm could not install it: {done.stderr.strip()[-300:]}")

    def version(self) -> str:
        """Return what its package says, "" for one that is not ours."""
        package = os.path.join(PREFIX, "node_modules", "pm2", "package.json")
        try:
            with open(package, encoding="utf-8") as file:
                return str(json.load(file)["version"])
        except FileNotFoundError:
            return ""

    def environ(self, ground: Ground) -> dict[str, str]:
        """Return where its state lies, and the signal to stop with; it asks nobody for updates."""
        return {
            "PM2_HOME": os.path.join(ground.directory, "pm2"),
            "PM2_KILL_SIGNAL": "SIGTERM",
            "PM2_DISABLE_VERSION_CHECK": "true",
            "CI": "1",
        }

    def prepare(self, ground: Ground) -> None:
        """Write the ecosystem file; nothing of pm2's is loaded into the programs."""
        apps = []
        for name in ground.programs:
            program, *words = start_words(ground, name)
            apps.append(
                {
                    "name": name,
                    "script": program,
                    "args": words,
                    "interpreter": "none",
                    "exec_mode": "fork",
                    "vizion": False,
                    "pmx": False,
                    "out_file": self.log(ground, name),
                    "error_file": self.log(ground, name),
                    "merge_logs": True,
                    "kill_timeout": int((ground.grace or 15) * 1000),
                }
            )
        write(f"{ground.directory}/ecosystem.json", json.dumps({"apps": apps}))

    def argv(self, ground: Ground) -> list[str]:
        """Return the command that starts everything and leaves."""
        return [ground.script("pm2"), "start", f"{ground.directory}/ecosystem.json", "-s"]

    def stop(self, ground: Ground) -> None:
        """Run the command that ends the daemon and all."""
        ground.aside([ground.script("pm2"), "kill", "-s"])

    def commands(self, ground: Ground) -> Sequence[Command]:
        """Return the client's commands."""
        pm2 = ground.script("pm2")
        return (("ps", [pm2, "ls"]), ("restart NAME", [pm2, "restart", "NAME"]))


PM2 = Pm2()
