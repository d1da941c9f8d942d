"""Programs that a process of ours can go on as: an interpreter and where its paasctl lies.

A program is begun by a line of ours, not by a script of its own, so that whatever goes wrong
before it has taken over leads back to the program that it was to replace.
"""

import os
import sys
from typing import Final, NamedTuple


class Program(NamedTuple):
    """An interpreter, by its path, and the directory that holds its package `paasctl`."""

    python: str
    root: str


BEGIN: Final = """
import os, sys
mode, root, back_python, back_root, why, *rest = sys.argv[1:]
sys.path.append(root)
try:
    from paasctl.supervise.resume import prepare
    go = prepare(mode, why, rest)
except BaseException as error:
    if not back_python:
        raise
    why = f"{type(error).__name__}: {error}".replace("\\0", "")
    flags = [back_python, "-I", "-S", "-c", sys.orig_argv[4]]
    os.execv(back_python, [*flags, mode, back_root, "", "", why, *rest])
sys.exit(go())
"""
"""What stands between versions: `prepare(mode, why, rest)` of the new one returns what to run.

The interpreter looks neither at PYTHON* variables nor at sites (-I -S): the engine uses the
standard library alone, and `root` comes behind that.
"""


def own() -> Program:
    """Return the program that this process runs."""
    import paasctl

    package = os.path.dirname(os.path.abspath(str(paasctl.__file__)))
    return Program(sys.executable, os.path.dirname(package))


def command(program: Program, back: Program | None, mode: str, *rest: str) -> list[str]:
    """Return the argument vector that begins a program; on trouble it goes back to `back`."""
    before = back or Program("", "")
    flags = [program.python, "-I", "-S", "-c", BEGIN]
    return [*flags, mode, program.root, *before, "", *rest]
