"""The state directory `.paasctl/` of a project: where things lie, and who may run it.

Every file has one writer; a whole file is replaced by writing beside it and renaming. Deleting
the directory is a legal repair whenever nothing runs.
"""

import errno
import fcntl
import os
from contextlib import suppress
from typing import NamedTuple

NAME = ".paasctl"


class RunDir(NamedTuple):
    """A state directory, by its absolute path."""

    path: str

    @property
    def lock(self) -> str:
        """The file that guardian and engine hold locked while they live."""
        return os.path.join(self.path, "lock")

    @property
    def plan(self) -> str:
        """The plan in force, written by the engine."""
        return os.path.join(self.path, "plan.json")

    def next_plan(self) -> str:
        """A plan to be applied; each process of the front door writes its own."""
        return os.path.join(self.path, f"plan.next.{os.getpid()}.json")

    @property
    def journal(self) -> str:
        """The history of all state changes."""
        return os.path.join(self.path, "journal.jsonl")

    @property
    def log(self) -> str:
        """The directory of the processes' logs."""
        return os.path.join(self.path, "log")

    @property
    def engine_log(self) -> str:
        """What guardian and engine have to say themselves."""
        return os.path.join(self.path, "log", "supervisor.log")


def run_dir(root: str) -> RunDir:
    """Return the state directory of the project at `root`."""
    return RunDir(os.path.join(os.path.realpath(root), NAME))


def prepare(rundir: RunDir) -> None:
    """Create it: closed to others, and unknown to Git.

    PermissionError where it is there and belongs to somebody else: who owns it could read every
    password, and speak in the engine's place.
    """
    for directory in (rundir.path, rundir.log):
        make_directory(directory)
        _close_to_others(directory)
    ignore = os.path.join(rundir.path, ".gitignore")
    if not os.path.exists(ignore):
        replace(ignore, "*\n")


def make_directory(path: str) -> None:
    """Make a directory, closed to others, if it is not there; never those above it.

    A project that is gone is not ours to make.
    """
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)


def _close_to_others(directory: str) -> None:
    """See to it that the directory is ours alone, which somebody may have made before us."""
    found = os.stat(directory)
    if found.st_uid != os.getuid():
        raise PermissionError(errno.EPERM, "it belongs to another user", directory)
    if found.st_mode & 0o077:
        os.chmod(directory, 0o700)


def claim(rundir: RunDir) -> int | None:
    """Lock the project; return the descriptor that holds the lock, None if somebody else does.

    The lock belongs to the open file: processes forked from here share it, and it is free
    again when the last of them has ended, however that came about.
    """
    fd = os.open(rundir.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return None
        raise
    return fd


def replace(path: str, text: str, mode: int = 0o600) -> None:
    """Write a whole file so that a reader sees the old or the new text, never a half."""
    beside = f"{path}.{os.getpid()}.new"
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with open(fd, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    os.replace(beside, path)
