"""Where the engine of a project listens."""

import os

LIMIT = 100
"""Bytes: a Unix socket path may have 107 on Linux and 103 on macOS."""


def socket_path(state_dir: str) -> str:
    """Return the path of the control socket of a state directory.

    It lies in the state directory, or, where that path is too long, in a private directory of
    the user under the directory for temporary files, named after the state directory.
    """
    path = os.path.join(state_dir, "control.sock")
    if len(os.fsencode(path)) <= LIMIT:
        return path
    return os.path.join(short_dir(), f"{_digest(state_dir)}.sock")


def short_dir() -> str:
    """Return a directory for this user's sockets whose path is short."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and len(runtime) < LIMIT // 2 and os.path.isdir(runtime):
        return os.path.join(runtime, "paasctl")
    return f"/tmp/paasctl-{os.getuid()}"  # noqa: S108 -- made 0700 and checked by make_private


def make_private(directory: str) -> None:
    """Create a directory that only we can enter; PermissionError if somebody else owns it."""
    try:
        os.mkdir(directory, 0o700)
    except FileExistsError:
        found = os.lstat(directory)
        if found.st_uid != os.getuid() or found.st_mode & 0o077 or not os.path.isdir(directory):
            message = f"{directory} is not a private directory of yours: remove it"
            raise PermissionError(message) from None


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(os.fsencode(text)).hexdigest()[:16]
