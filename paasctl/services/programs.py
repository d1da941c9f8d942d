"""Servers that are installed on this machine: where their programs lie, which version they are."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from glob import glob

from paasctl.model.service import Grade, Provider

DIRECTORIES = (
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/opt/homebrew/bin",
    "/home/linuxbrew/.linuxbrew/bin",
)
"""Where distributions and Homebrew put programs; many users' PATH lacks the sbin ones."""
BREW = ("/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt")
"""Homebrew links each formula here, also those that are not linked into its bin directory."""
ANSWER_WITHIN = 10.0
"""Seconds that `--version` may take on a loaded machine."""


def directories(*patterns: str) -> tuple[str, ...]:
    """Return PATH, the usual directories, and those that match `patterns`, each only once."""
    places = [place for place in os.environ.get("PATH", "").split(os.pathsep) if place]
    places += DIRECTORIES
    for pattern in patterns:
        places += sorted(glob(pattern))
    return tuple(dict.fromkeys(places))


def executables(name: str, places: Iterable[str]) -> tuple[str, ...]:
    """Return the absolute paths of all programs called `name`, each real file only once."""
    found: dict[str, str] = {}
    for place in places:
        path = os.path.join(os.path.abspath(place), name)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            found.setdefault(os.path.realpath(path), path)
    return tuple(found.values())


def first(names: Iterable[str], places: Iterable[str]) -> str | None:
    """Return the first program that has one of `names`; the order of names counts more."""
    places = tuple(places)
    for name in names:
        for path in executables(name, places):
            return path
    return None


def printed_by(program: str, *arguments: str) -> str:
    """Return what a program prints when it is asked for its version; "" if it cannot be run."""
    import subprocess

    try:
        done = subprocess.run(
            (program, *arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ANSWER_WITHIN,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout + done.stderr).decode(errors="replace")


def version_in(text: str, pattern: str) -> str:
    """Return what the group of `pattern` matches in `text`, or ""."""
    match = re.search(pattern, text)
    return match.group(1) if match else ""


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: "10.11.19-MariaDB" → (10, 11, 19)."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("-", 1)[0]))


def nearest(providers: Iterable[Provider], asked: str) -> Provider | None:
    """Return the provider of the asked version, else the newest, else None."""
    wanted = numbers(asked)

    def rank(provider: Provider) -> tuple[bool, tuple[int, ...]]:
        have = numbers(provider.version)
        return (have[: len(wanted)] == wanted, have)

    return max(providers, key=rank, default=None)


def natives(
    name: str,
    places: Iterable[str],
    version: Callable[[str], str],
    beside: Callable[[str], Mapping[str, str] | None],
) -> list[Provider]:
    """Return a provider for each program called `name` whose version can be told.

    `version` asks a program for its version, "" where it is none of the wanted kind; `beside`
    finds the other programs that belong to it, None where one is missing.
    """
    found = []
    for program in executables(name, places):
        others = beside(program)
        told = version(program) if others is not None else ""
        if others is not None and told:
            found.append(Provider(Grade.NATIVE, told, {"server": program, **others}))
    return found
