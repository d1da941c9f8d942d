"""What the benchmark must know of a supervisor: what to tell it, and what it can do at all."""

import os
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

FOREVER = "100000"
"""Argument of the program: the seconds that `sleep` would sleep."""

Command = tuple[str, list[str]]
"""A name for the table, and the command line with NAME for a program's name."""


class Ground(Protocol):
    """What a peer needs of a trial."""

    directory: str
    main: int
    programs: Mapping[str, str]
    before: str
    grace: float | None

    def script(self, name: str) -> str:
        """Return the path of an installed command."""

    def aside(self, argv: list[str]) -> None:
        """Start a command of the peer's without waiting for it."""


class Peer:
    """A supervisor; what is not said here otherwise, it can do.

    `victims`: how many programs are killed once each to see them restarted; 0 where it does not
    restart. `fewer` divides the million lines for those that take a minute over them.
    """

    name = ""
    source = ""
    """What to install to have it."""
    needs: Sequence[str] = ()
    """Commands without which it cannot be measured."""
    largest = 1000
    why_not_more = ""
    victims = 8
    kills = logs = True
    prefixes = leaves = False
    fewer = 1

    def obtain(self, base: str, find: Callable[[str], str]) -> None:
        """Get what no package manager has put in place; OSError where that fails."""

    def version(self) -> str:
        """Return the version of the Python package of this name."""
        try:
            return version(self.name)
        except PackageNotFoundError:
            return ""

    def environ(self, ground: Ground) -> dict[str, str]:
        """Return variables that it needs."""
        return {}

    def prepare(self, ground: Ground) -> None:
        """Write its configuration."""
        raise NotImplementedError

    def argv(self, ground: Ground) -> list[str]:
        """Return the command that starts everything."""
        raise NotImplementedError

    def attached(self, ground: Ground) -> list[str]:
        """Return the command that starts everything and shows its output."""
        return self.argv(ground)

    def stop(self, ground: Ground) -> None:
        """Ask for the end of everything."""
        raise NotImplementedError

    def log(self, ground: Ground, name: str) -> str:
        """Return the path of a program's log."""
        return os.path.join(ground.directory, f"{name}.log")

    def commands(self, ground: Ground) -> Sequence[Command]:
        """Return the client's commands to measure."""
        return ()


def shell_line(ground: Ground, name: str) -> str:
    """Return what a shell must do to become the program."""
    return f"{ground.before}exec {ground.programs[name]} {FOREVER}"


def start_words(ground: Ground, name: str) -> list[str]:
    """Return the words of a command that becomes the program: a script's, if more is to be done.

    The script has the program's name, so that it counts as the program from the beginning.
    """
    if not ground.before:
        return [ground.programs[name], FOREVER]
    path = os.path.join(ground.directory, "starts", name)
    write(path, f"#!/bin/sh\n{shell_line(ground, name)}\n", 0o755)
    return [path]


def write(path: str, text: str, mode: int = 0o644) -> None:
    """Write a file, its directory if need be."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def debian_version(package: str) -> str:
    """Return the installed version of a Debian package, "" where there is no telling."""
    fields: dict[str, str] = {}
    try:
        with open("/var/lib/dpkg/status", encoding="utf-8", errors="replace") as file:
            for line in file:
                key, _, value = line.partition(": ")
                fields[key] = value.strip()
                if key == "Version" and fields.get("Package") == package:
                    return fields["Version"]
    except FileNotFoundError:
        return ""
    return ""
