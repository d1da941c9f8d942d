"""`systemctl --user` inside an instance's shell: the platform's newer spelling of `sv`.

Its documentation prefers it since November 2025. The commands that make sense here, with
systemd's texts and exit codes (systemctl(1), "exit status"; LSB): `app` and `app.service` both
mean the instance whose shell this is. Unlike `sv stop`, a stop here ends in SIGKILL at last.
"""

import os
import sys
import time
from collections.abc import Sequence

from paasctl.cli.clock import seconds_of, span
from paasctl.cli.engine import rows_of
from paasctl.cli.outcome import notices_for
from paasctl.cli.sv import SERVICE
from paasctl.control.client import Client, Declined, EngineLost, connect
from paasctl.model.plan import GRACE
from paasctl.model.status import Shown, Status

INACTIVE = 3
NO_SUCH_STATUS = 4
NO_SUCH_UNIT = 5
PATIENCE = 2 * GRACE
"""Seconds: SIGKILL after 15, and what a process in the middle of disk access needs to die."""
JOBS = ("start", "stop", "restart", "try-restart")
QUESTIONS = ("status", "is-active")
USAGE = "usage: systemctl --user start|stop|restart|try-restart|status|is-active app\n"
WORDS = {
    Shown.RUNNING: "active (running)",
    Shown.STARTING: "active (running)",
    Shown.STOPPING: "deactivating (stop-sigterm)",
    Shown.BACKING_OFF: "activating (auto-restart)",
}


def main() -> None:
    """Run as the program `systemctl`."""
    raise SystemExit(run(sys.argv[1:], os.environ.get("PAASCTL_SHELL", "")))


def run(argv: Sequence[str], marker: str) -> int:
    """Do what `systemctl --user` with these arguments does; return its exit code."""
    words = [word for word in argv if not word.startswith("-")]
    if len(words) < 2:
        sys.stderr.write(USAGE)
        return 1
    command, units = words[0], [word.removesuffix(".service") for word in words[1:]]
    if command not in JOBS + QUESTIONS:
        sys.stderr.write(f"Unknown command verb {command}.\n{USAGE}")
        return 1
    unknown = [unit for unit in units if unit != SERVICE]
    for unit in unknown:
        _no_such(command, unit)
    code = _served(command, marker) if len(unknown) < len(units) else 0
    if not unknown:
        return code
    return NO_SUCH_STATUS if command in QUESTIONS else NO_SUCH_UNIT


def _no_such(command: str, unit: str) -> None:
    if command == "is-active":
        sys.stdout.write("inactive\n")
    elif command == "status":
        sys.stderr.write(f"Unit {unit}.service could not be found.\n")
    else:
        how = "not loaded" if command == "stop" else "not found"
        text = f"Failed to {command} {unit}.service: Unit {unit}.service {how}."
        sys.stderr.write(f"{text}\n")


def _served(command: str, marker: str) -> int:
    state_dir, _, identity = [*marker.rsplit("|", 2), "", ""][:3]
    client = connect(state_dir)
    if command in QUESTIONS:
        return _told(command, identity, None if client is None else _row(client, identity))
    if client is None:
        text = f"Failed to {command} {SERVICE}.service: nothing runs; paasctl up starts everything."
        sys.stderr.write(f"{text}\n")
        return 1
    try:
        return _job(client, command, identity)
    except (Declined, EngineLost) as error:
        sys.stderr.write(f"Failed to {command} {SERVICE}.service: {error}\n")
        return 1
    except TimeoutError:
        text = f"Job for {SERVICE}.service timed out: it is {_row(client, identity).state}."
        sys.stderr.write(f"{text}\n")
        return 1


def _row(client: Client, identity: str) -> Status:
    return rows_of(client.ask("status", targets=[identity]))[0]


def _told(command: str, identity: str, row: Status | None) -> int:
    """Say how it stands, in systemd's words."""
    text = "inactive (dead)" if row is None else WORDS.get(Shown(row.state), "inactive (dead)")
    word = text.partition(" ")[0]
    code = 0 if word == "active" else INACTIVE
    if command == "is-active":
        sys.stdout.write(f"{word}\n")
        return code
    sys.stdout.write(f"{'●' if word == 'active' else '○'} {SERVICE}.service - {identity}\n")
    if row is not None:
        since = seconds_of(str((row.exit or {}).get("at") if row.pid is None else row.since))
        when = "" if since is None else f"; {span(max(0.0, time.time() - since))} ago"
        text += when
    sys.stdout.write(f"     Active: {text}\n")
    if row is not None and row.pid is not None:
        sys.stdout.write(f"   Main PID: {row.pid}\n")
    return code


def _job(client: Client, command: str, identity: str) -> int:
    """Have it done and wait; systemctl is silent when all went well."""
    before = _row(client, identity)
    alive = before.state in WORDS
    if command == "try-restart" and not alive:
        return 0
    operation = {"start": "up", "stop": "down"}.get(command, "restart")
    more = {"by": "systemctl"} if operation == "down" else {}
    client.ask("watch")
    client.ask(operation, targets=[identity], **more)
    notices = notices_for(client, PATIENCE)
    while not _over(operation, before, row := _row(client, identity)):
        if row.state == Shown.BACKING_OFF and operation != "down" and row.since != before.since:
            text = f"Job for {SERVICE}.service failed; paasctl logs {identity} shows why."
            sys.stderr.write(f"{text}\n")
            return 1
        if next(notices, None) is None:
            raise EngineLost(operation)
    return 0


def _over(operation: str, before: Status, now: Status) -> bool:
    """Return whether the job is done; like Type=simple, a start is when the process exists."""
    if operation == "down":
        return now.state in (Shown.STOPPED, Shown.EXITED)
    runs = now.state in (Shown.STARTING, Shown.RUNNING) and now.pid is not None
    return runs and (operation == "up" or now.pid != before.pid)


if __name__ == "__main__":
    main()
