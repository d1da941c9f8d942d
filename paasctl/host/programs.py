"""Finding programs and asking them for a word, without importing more than that takes."""

import os
from collections.abc import Sequence
from os.path import dirname, exists, isfile, join

from paasctl.model.host import Tools

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def search_path() -> str:
    """Return the caller's PATH without virtual environments and pyenv's shims.

    An activated environment would put its own interpreter in front of the project's, and a
    shim picks a version by the directory that it is called in: both differ from the manifest.
    """
    entries = os.environ.get("PATH", SYSTEM_PATH).split(":")
    kept = [
        entry
        for entry in dict.fromkeys(entries)
        if entry.startswith("/") and not entry.endswith("/shims") and not _is_virtual(entry)
    ]
    return ":".join(kept) or SYSTEM_PATH


def _is_virtual(entry: str) -> bool:
    return exists(join(dirname(entry.rstrip("/")), "pyvenv.cfg"))


def find(name: str, path: str) -> str:
    """Return the absolute path of an executable; "" if there is none."""
    for directory in path.split(":"):
        candidate = join(directory, name)
        if isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    return ""


def tools() -> Tools:
    """Return the programs that paasctl itself needs, from the system's own directories."""
    import sys

    return Tools(
        shell=find("dash", SYSTEM_PATH) or "/bin/sh",
        python=sys.executable,
        unshare=find("unshare", SYSTEM_PATH),
        mount=find("mount", SYSTEM_PATH),
        setpriv=find("setpriv", SYSTEM_PATH),
    )


def output_of(command: Sequence[str]) -> str | None:
    """Return what `command` prints, both streams, if it exits 0 within ten seconds; else None."""
    import subprocess

    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None
