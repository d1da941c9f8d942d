"""A short private directory for sockets: their paths have to stay below 108 characters."""

import os
import stat
from os.path import join

from paasctl.plan.digest import keyed_digest


def scratch_directory(state_dir: str, secret: str) -> str:
    """Return the project's scratch directory, made with mode 0700.

    Its name cannot be guessed and its owner is checked, because /tmp belongs to everybody. If
    somebody else has it all the same, a directory inside `state_dir` has to do.
    """
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if not (base.startswith("/") and os.access(base, os.W_OK | os.X_OK)):
        base = "/tmp"  # noqa: S108 - private: see above
    candidate = join(base, f"paasctl-{keyed_digest(secret, state_dir, 12)}")
    try:
        os.mkdir(candidate, 0o700)
    except FileExistsError:
        if not _is_ours(candidate):
            return join(state_dir, "run")
    return candidate


def _is_ours(path: str) -> bool:
    status = os.lstat(path)
    private = stat.S_IMODE(status.st_mode) & 0o077 == 0
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and private
