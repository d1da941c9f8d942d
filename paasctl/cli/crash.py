"""The report of a failure of ours: what was asked, where it broke, and no secrets."""

import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence

import paasctl
from paasctl.cli.command import Call


def report(bug: Exception, argv: Sequence[str], call: Call | None) -> str:
    """Write the report beside the project's state, or else to the temporary folder."""
    text = "\n".join(
        [
            f"paasctl {paasctl.__version__}, Python {sys.version}, {platform.platform()}",
            f"asked: {list(argv)}",
            "",
            "".join(traceback.format_exception(bug)),
        ]
    )
    name = f"crash-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.txt"
    for folder in (_state_dir(call), tempfile.gettempdir()):
        if folder is None:
            continue
        path = os.path.join(folder, name)
        try:
            with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:  # read-only or full: try the next folder
            continue
        return path
    return "(it could not be written anywhere)"


def _state_dir(call: Call | None) -> str | None:
    from paasctl.cli.exits import Refused
    from paasctl.cli.running import place_of

    try:
        state = place_of(call or Call({})).state
    except (Refused, OSError):
        return None
    return state if os.path.isdir(state) else None
