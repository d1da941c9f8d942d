"""The front door: find the verb, run it, and answer for whatever goes wrong.

Only the module of the verb asked for is imported. A failure of the user's is a `Refused`; a
failure of ours becomes a report in a file and one sentence, never a traceback.
"""

import gc
import importlib
import os
import sys
from collections.abc import Mapping, Sequence

from paasctl.cli.command import Call, Command
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.parse import parse, verb_position
from paasctl.cli.talk import hush, say

ALIASES = {
    "ls": "ps",
    "log": "logs",
    "environment:ssh": "ssh",
    "environment:logs": "logs",
    "app:config-validate": "validate",
}
"""Other spellings, most of them the platform's own command line's (spec 12.2)."""
MODULES = {"explain": "explain_page"}
"""Verbs whose module has another name, because theirs is taken."""
RARELY = 50_000
"""Objects between two looks for garbage: loading modules makes many and no garbage, and the
usual 700 cost every command a tenth of its CPU."""
BROKEN_PIPE = 141
"""What a shell sees of a program that SIGPIPE ended: the reader has gone, nobody listens."""


def main() -> None:
    """Run the command line that the process was started with and exit with its code."""
    gc.set_threshold(RARELY)
    open_standard_streams()
    code = run(sys.argv[1:], os.environ)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        hush()
        code = BROKEN_PIPE
    gc.freeze()  # or the interpreter would look through everything once more before it ends
    raise SystemExit(code)


def open_standard_streams() -> None:
    """Open on nothing what of 0, 1 and 2 the caller has closed.

    Otherwise a pipe or socket of ours would get the number, and be taken for the terminal.
    """
    for fd, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
            setattr(sys, name, open(fd, "w" if fd else "r", closefd=False))  # noqa: SIM115


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command line and return its exit code; nothing is ever raised."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a file name may hold what the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    call: Call | None = None
    try:
        command, call, code = read(argv, environ)
        if command is None or call is None:
            return code
        return int(command.run(call))
    except Refused as refused:
        say(refused)
        return int(refused.code)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        hush()
        return BROKEN_PIPE
    except Exception as bug:  # the only one in the front door: see the module's docstring
        from paasctl.cli.crash import report

        place = report(bug, argv, call)
        what = f"{type(bug).__name__} inside paasctl itself: {bug}"
        say(Refused(Exit.BUG, what, fix=f"please report it with the file {place}"))
        return int(Exit.BUG)


def read(
    argv: Sequence[str], environ: Mapping[str, str]
) -> tuple[Command | None, Call | None, int]:
    """Return the verb and its call, or an exit code once everything has been said."""
    at = verb_position(argv)
    if at is not None and "_PAASCTL_COMPLETE" not in environ:
        command = verb(ALIASES.get(argv[at], argv[at]))
        if command is not None:
            call = parse(command, argv[:at], argv[at + 1 :], environ)
            if call is not None:
                return command, call, 0
    if list(argv) == ["--version"]:
        import paasctl

        sys.stdout.write(f"paasctl {paasctl.__version__}\n")
        return None, None, 0
    from paasctl.cli.explain import read as explained

    return explained(argv, ALIASES)


def verb(name: str) -> Command | None:
    """Return the verb of that name: the COMMAND in the module of the same name (or MODULES)."""
    if not name.isidentifier():
        return None
    module_name = f"paasctl.cli.{MODULES.get(name, name)}"
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as missing:
        if missing.name != module_name:
            raise
        return None
    command = getattr(module, "COMMAND", None)
    return command if isinstance(command, Command) else None
