"""What is said to the person, on standard error; data goes to standard output."""

import os
import sys

from paasctl.cli.exits import Refused


def talk(*lines: str) -> None:
    """Write lines to standard error, after everything that was written to standard output."""
    sys.stdout.flush()
    sys.stderr.write("".join(line + "\n" for line in lines))
    sys.stderr.flush()


def say(refused: Refused) -> None:
    """Write what was refused and what to do next."""
    fix = (f"  fix   {refused.fix}",) if refused.fix else ()
    talk(f"paasctl: {refused.message}", *(f"  {line}" for line in refused.lines), *fix)


def hush() -> None:
    """Point standard output at nothing, so that a reader who has gone cannot make it fail again."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)
