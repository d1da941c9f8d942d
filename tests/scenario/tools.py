"""Python programs that people start others with, in an environment of their own, kept in .cache."""

import fcntl
import subprocess
import sys
from pathlib import Path

from tests.running import REPOSITORY

TOOLS = REPOSITORY / ".cache" / "tools"
PACKAGES = ("pipenv", "poetry")


def tools() -> Path:
    """Return the folder with their programs, made now if it is not there yet."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs of the tests may want it at once
        if not (TOOLS / "complete").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", TOOLS / "venv"], check=True)
            pip = (TOOLS / "venv/bin/pip", "install", "-q", "--disable-pip-version-check")
            subprocess.run([*pip, *PACKAGES], check=True, capture_output=True)
            (TOOLS / "complete").touch()
    return TOOLS / "venv" / "bin"
