"""`systemctl --user` inside an instance's shell: the platform's newer spelling of `sv`.

Its documentation prefers it since November 2025. Only the five commands that make sense here;
`app` and `app.service` both mean the instance whose shell this is.
"""

import os
import sys
from collections.abc import Sequence

from paasctl.cli.sv import SERVICE, look
from paasctl.cli.sv import run as sv
from paasctl.control.client import connect

INACTIVE = 3
NO_SUCH_UNIT = 5
SAME = ("start", "stop", "restart", "try-restart", "reload", "kill")


def main() -> None:
    """Run as the program `systemctl`."""
    raise SystemExit(run(sys.argv[1:], os.environ.get("PAASCTL_SHELL", "")))


def run(argv: Sequence[str], marker: str) -> int:
    """Do what `systemctl --user` with these arguments does; return its exit code."""
    words = [word for word in argv if not word.startswith("-")]
    if len(words) < 2:
        sys.stderr.write("usage: systemctl --user start|stop|restart|status|is-active app\n")
        return 1
    command, units = words[0], words[1:]
    for unit in units:
        if unit.removesuffix(".service") != SERVICE:
            sys.stderr.write(f"Unit {unit.removesuffix('.service')}.service not found.\n")
            return INACTIVE + 1 if command in ("status", "is-active") else NO_SUCH_UNIT
    if command in ("status", "is-active"):
        return _told(command, marker)
    if command not in SAME:
        sys.stderr.write(f"Unknown command verb '{command}', here there is sv too.\n")
        return 1
    return _quietly(command, marker)


def _told(command: str, marker: str) -> int:
    """Say how it stands, in systemd's words."""
    state_dir, _, identity = [*marker.rsplit("|", 2), "", ""][:3]
    client = connect(state_dir)
    seen = None if client is None else look(client, identity)
    active = seen is not None and seen.runs
    if command == "is-active":
        sys.stdout.write("active\n" if active else "inactive\n")
        return 0 if active else INACTIVE
    sys.stdout.write(f"{'●' if active else '○'} {SERVICE}.service - {identity}\n")
    if seen is not None and active:
        since = f"{int(seen.seconds)}s ago"
        sys.stdout.write(f"     Active: active (running); {since}\n   Main PID: {seen.pid}\n")
        return 0
    sys.stdout.write("     Active: inactive (dead)\n")
    return INACTIVE


def _quietly(command: str, marker: str) -> int:
    """Do as `sv` does; systemctl is silent when all went well."""
    import io
    from contextlib import redirect_stdout

    said = io.StringIO()
    with redirect_stdout(said):
        code = sv([command, SERVICE], marker)
    if code:
        sys.stderr.write(said.getvalue())
    return 1 if code else 0


if __name__ == "__main__":
    main()
