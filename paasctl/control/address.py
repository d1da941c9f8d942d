"""Where the engine of a project listens: always in its state directory, which is closed to others.

No directory that several users share is ever needed, so nobody can be there first.
"""

import os
from collections.abc import Callable
from typing import Final

NAME: Final = "control.sock"
LIMIT: Final = 100
"""Bytes: a Unix socket path may have 107 on Linux and 103 on macOS."""
_AT = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY


def socket_path(state_dir: str) -> str:
    """Return the whole path of the control socket of a state directory."""
    return os.path.join(state_dir, NAME)


def at_socket(state_dir: str, use: Callable[[str], object]) -> None:
    """Call `use`, which binds or connects, with a path of the socket that is short enough.

    A path that is too long is given relative to the state directory, which is the working
    directory meanwhile: neither engine nor front door has a second thread to mind.
    """
    path = socket_path(state_dir)
    if len(os.fsencode(path)) <= LIMIT:
        use(path)
        return
    here = os.open(".", _AT)
    try:
        os.chdir(state_dir)
        use(NAME)
    finally:
        os.fchdir(here)
        os.close(here)
