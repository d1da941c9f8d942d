"""`type: python:3.7` picks the nearest installed interpreter: same or newer (decisions 4)."""

import os
import re
from collections.abc import Iterator
from os.path import expanduser, isdir, join
from typing import NamedTuple

from paasctl.host.machinecache import MachineCache
from paasctl.host.programs import find, output_of
from paasctl.model.host import Toolchain
from paasctl.model.project import App

# Names under which a PATH may hold several versions side by side.
NUMBERED = {
    "python": ("python2.7", *(f"python3.{minor}" for minor in range(4, 20))),
    "php": tuple(f"php{v}" for v in ("7.4", "8.0", "8.1", "8.2", "8.3", "8.4", "8.5", "8.6")),
}
PROGRAMS = {
    "python": ("python3",),
    "nodejs": ("node", "nodejs"),
    "php": ("php",),
    "ruby": ("ruby",),
    "golang": ("go",),
    "java": ("java",),
    "elixir": ("elixir",),
    "dotnet": ("dotnet",),
    "rust": ("rustc",),
}
ASK = {"golang": "version", "java": "-version"}
NUMBER = re.compile(r"\d+(?:\.\d+)*")

Version = tuple[int, ...]


class Installed(NamedTuple):
    """An interpreter on this machine."""

    version: str
    program: str

    @property
    def numbers(self) -> Version:
        """The version as numbers, to compare."""
        return numbers(self.version)


def numbers(version: str) -> Version:
    """Return the numbers of a version. In: "3.11.7"  Out: (3, 11, 7)"""
    match = NUMBER.search(version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def toolchain(app: App, path: str, cache: MachineCache) -> Toolchain:
    """Return the interpreter for `app`, with a warning where it is not the one asked for.

    A runtime that we know no program for (`composable`) gets none and no warning: its commands
    find what they need on PATH.
    """
    name, asked = app.runtime
    if name not in PROGRAMS:
        return Toolchain()
    installed = tuple(_installed(name, path, cache))
    chosen = nearest(numbers(asked), installed)
    if chosen is None:
        return Toolchain(
            warning=f'app "{app.name}" asks for {name}:{asked}, and no {PROGRAMS[name][0]} '
            "was found on this machine"
        )
    warning = ""
    if not _same(numbers(asked), chosen.numbers):
        warning = (
            f'app "{app.name}" asks for {name}:{asked}; the nearest here is '
            f"{chosen.version} ({chosen.program})"
        )
    return Toolchain(chosen.program, chosen.version, warning)


def nearest(asked: Version, installed: tuple[Installed, ...]) -> Installed | None:
    """Return the same version, else the next newer one, else the newest; None without any.

    In: (3, 7) among 3.6.15, 3.8.18, 3.11.7  Out: 3.8.18
    """
    same = [item for item in installed if _same(asked, item.numbers)]
    if same:
        return max(same, key=lambda item: item.numbers)
    newer = [item for item in installed if item.numbers > asked]
    if newer:
        closest = min(item.numbers[:2] for item in newer)
        return max(
            (item for item in newer if item.numbers[:2] == closest),
            key=lambda item: item.numbers,
        )
    return max(installed, key=lambda item: item.numbers, default=None)


def _same(asked: Version, found: Version) -> bool:
    """Tell whether `found` is what `asked` means, as far as both say: 3.11 and 3.11.7 agree."""
    shared = min(len(asked), len(found))
    return asked[:shared] == found[:shared]


def _installed(name: str, path: str, cache: MachineCache) -> Iterator[Installed]:
    if name == "python":
        yield from _pyenv()
    for program in NUMBERED.get(name, ()):
        where = find(program, path)
        if where:
            yield Installed(NUMBER.findall(program)[0], where)
    for program in PROGRAMS[name]:
        where = find(program, path)
        if where:
            version = _version_of(name, where, cache)
            if version:
                yield Installed(version, where)


def _pyenv() -> Iterator[Installed]:
    """Yield what pyenv and uv have installed for this user; their directories carry the version."""
    pyenv = join(os.environ.get("PYENV_ROOT") or expanduser("~/.pyenv"), "versions")
    for directory in (pyenv, expanduser("~/.local/share/uv/python")):
        if not isdir(directory):
            continue
        for name in sorted(os.listdir(directory)):
            match = re.fullmatch(r"(?:cpython-)?(\d+\.\d+\.\d+)(?:-.*)?", name)
            program = join(directory, name, "bin", "python")
            if match and os.access(program, os.X_OK):
                yield Installed(match[1], program)


def _version_of(name: str, program: str, cache: MachineCache) -> str:
    """Ask the program; the answer is kept until its file changes."""

    def ask() -> str:
        output = output_of((program, ASK.get(name, "--version"))) or ""
        match = NUMBER.search(output)
        return match[0] if match else ""

    status = os.stat(program)
    return cache.answer(f"version {program} {status.st_mtime_ns} {status.st_size}", ask)
