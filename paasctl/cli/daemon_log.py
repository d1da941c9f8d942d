"""`paasctl daemon log`: what engine and guardian had to say themselves."""

import sys

from paasctl.cli.command import Call
from paasctl.cli.exits import Exit
from paasctl.cli.running import place_of
from paasctl.cli.talk import talk

LINES = 50


def run(call: Call) -> int:
    """Print the last lines; needs no engine."""
    path = place_of(call).file("log", "supervisor.log")
    try:
        with open(path, encoding="utf-8", errors="backslashreplace") as file:
            lines = file.readlines()
    except FileNotFoundError:
        talk("nothing has been started here yet (paasctl up)")
        return Exit.DONE
    count = int(call.number("lines", LINES))
    sys.stdout.writelines(lines[-count:] if count > 0 else ())
    return Exit.DONE
