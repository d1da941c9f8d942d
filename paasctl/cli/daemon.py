"""`paasctl daemon ACTION`: the engine itself, which stays while commands come and go."""

from collections.abc import Callable

from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.exits import Exit, Refused

ACTIONS = ("status", "stop", "log", "upgrade", "install", "uninstall")


def run(call: Call) -> int:
    """Do what the action says; Refused (2) where there is no such action."""
    action = call.text("action") or "status"
    if action not in ACTIONS:
        from difflib import get_close_matches

        near = get_close_matches(action, ACTIONS, 1)
        raise Refused(
            Exit.USAGE,
            f"there is no paasctl daemon {action}",
            fix=f"did you mean {near[0]}?" if near else f"one of {', '.join(ACTIONS)}",
        )
    return _action(action)(call)


def _action(name: str) -> Callable[[Call], int]:
    """Return what does the action; only its own module is loaded."""
    match name:
        case "stop":
            from paasctl.cli.down import run as action
        case "log":
            from paasctl.cli.daemon_log import run as action
        case "upgrade":
            from paasctl.cli.daemon_upgrade import run as action
        case "install":
            from paasctl.cli.daemon_install import install as action
        case "uninstall":
            from paasctl.cli.daemon_install import uninstall as action
        case _:
            from paasctl.cli.daemon_status import run as action
    return action


COMMAND = Command(
    "daemon",
    "The engine in the background: status, stop, log, upgrade in place, start at boot.",
    run,
    (
        Option(("--lines", "-n"), "log: the last N lines (50).", Value.INTEGER, metavar="N"),
        Option(
            ("--timeout", "-t"),
            "stop: seconds between SIGTERM and SIGKILL (15). upgrade: seconds to wait (60).",
            Value.SECONDS,
            metavar="S",
        ),
        Option(("--system",), "install: a unit of the system, started at boot."),
        Option(("--user",), "install: a unit of your own (unless you are root)."),
        Option(("--print",), "install: only write the unit to standard output."),
    ),
    (Argument("action", f"{', '.join(ACTIONS)}; status unless told."),),
)
