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
from paasctl.cli.running import Place


def report(bug: Exception, argv: Sequence[str], call: Call | None) -> str:
    """Write the report beside the project's state, or else to the temporary folder."""
    place = _place(call)
    text = _without_secrets(
        place,
        "\n".join(
            [
                f"paasctl {paasctl.__version__}, Python {sys.version}, {platform.platform()}",
                f"asked: {list(argv)}",
                "",
                "".join(traceback.format_exception(bug)),
            ]
        ),
    )
    name = f"crash-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.txt"
    for folder in ("" if place is None else place.state, tempfile.gettempdir()):
        if not os.path.isdir(folder):
            continue
        path = os.path.join(folder, name)
        try:
            _write(path, text)
        except OSError:  # read-only, full, or somebody was there before us: try the next folder
            continue
        return path
    return "(it could not be written anywhere)"


def _write(path: str, text: str) -> None:
    """Write a new file that is ours alone: other users could have put a link there before us."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(
        os.open(path, flags, 0o600), "w", encoding="utf-8", errors="backslashreplace"
    ) as file:
        file.write(text)


def _without_secrets(place: Place | None, text: str) -> str:
    """Return the report as it can be handed on, also where the project's files are broken."""
    from paasctl.cli.exits import Refused
    from paasctl.cli.masking import Secrets, secrets_of
    from paasctl.cli.snapshot import plan_in_force

    if place is None:
        return Secrets(()).hide(text)
    try:
        plan = plan_in_force(place)
    except (Refused, OSError):
        plan = None
    return secrets_of(place, plan).hide(text)


def _place(call: Call | None) -> Place | None:
    from paasctl.cli.exits import Refused
    from paasctl.cli.running import place_of

    try:
        return place_of(call or Call({}))
    except (Refused, OSError):
        return None
