"""`sv` inside an instance's shell: runit's command over our engine.

The service is always called `app`, for workers too, and means the instance whose shell this is
(seed 004; ux: "sv inside it"). `sv stop` never kills: that is runit's promise.
"""

import os
import sys
import time
from collections.abc import Sequence

from paasctl.cli import runit
from paasctl.cli.clock import seconds_of
from paasctl.cli.engine import rows_of
from paasctl.cli.outcome import notices_for
from paasctl.control.client import Client, Declined, EngineLost, connect
from paasctl.model.status import Status

SERVICE = "app"


def main() -> None:
    """Run as the program `sv`."""
    raise SystemExit(run(sys.argv[1:], os.environ.get("PAASCTL_SHELL", "")))


def run(argv: Sequence[str], marker: str) -> int:
    """Do what `sv` with these arguments does; return its exit code."""
    words, verbose, seconds = _options(list(argv))
    action = runit.action_of(words[0]) if words else None
    if action is None or len(words) < 2 or seconds is None:
        sys.stderr.write(runit.USAGE)
        return runit.USAGE_CODE
    if verbose:
        action = action._replace(wait=True)
    failures = 0
    for name in words[1:]:
        line, well = _one(words[0], action, name, marker, seconds)
        failures += not well
        if line:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    return min(failures, 99)


def _options(words: list[str]) -> tuple[list[str], bool, float | None]:
    """Take `-v` and `-w sec` off the front; no seconds mean a usage error."""
    verbose = False
    wait = os.environ.get("SVWAIT", "")
    while words and words[0].startswith("-"):
        option = words.pop(0)
        verbose = verbose or option == "-v"
        if option.startswith("-w"):
            wait = option[2:] or (words.pop(0) if words else "?")
        elif option != "-v":
            sys.stderr.write(f"sv: illegal option -- {option[1:2]}\n")
            return words, verbose, None
    if not wait:
        return words, verbose, runit.WAIT
    return words, verbose, float(wait) if wait.isdecimal() else None


def _one(
    command: str, action: runit.Action, name: str, marker: str, seconds: float
) -> tuple[str, bool]:
    """Serve one service; return the line to print and whether it went well."""
    if os.path.basename(name.rstrip("/")) != SERVICE or marker.count("|") < 2:
        return f"fail: {name}: {runit.NO_SERVICE}", False
    state_dir, _, identity = marker.rsplit("|", 2)
    client = connect(state_dir)
    if client is None:
        return f"fail: {name}: {runit.NOT_RUNNING}", False
    try:
        return _served(client, identity, command, action, name, seconds)
    except (Declined, EngineLost) as error:
        return f"fail: {name}: {error}", False
    finally:
        client.close()


def _served(
    client: Client, identity: str, command: str, action: runit.Action, name: str, seconds: float
) -> tuple[str, bool]:
    before = look(client, identity)
    if action.op == "status":
        return runit.status(name, before), True
    if action.op and not runit.settled_already(command, before):
        order(client, identity, action)
    if not action.wait:
        return "", True
    if runit.settled_already(command, before):
        return f"ok: {runit.status(name, before)}", True
    client.ask("watch")
    now = look(client, identity)
    try:
        notices = notices_for(client, seconds)
        while not runit.reached(action, now, before):
            if next(notices, None) is None:
                return f"fail: {name}: {runit.NOT_RUNNING}", False
            now = look(client, identity)
    except TimeoutError:
        return _late(client, identity, action, name)
    return f"ok: {runit.status(name, now)}", True


def _late(client: Client, identity: str, action: runit.Action, name: str) -> tuple[str, bool]:
    line = runit.status(name, look(client, identity))
    if not action.force:
        return f"timeout: {line}", False
    client.ask("signal", targets=[identity], signal="KILL")
    return f"kill: {line}", False


def order(client: Client, identity: str, action: runit.Action) -> None:
    """Ask the engine for what the command means."""
    more: dict[str, object] = {"signal": action.signal} if action.signal else {}
    if action.op == "down":
        more["gentle"] = True
    client.ask(action.op, targets=[identity], **more)


def look(client: Client, identity: str) -> runit.Seen:
    """Return how the instance stands now."""
    row = rows_of(client.ask("status", targets=[identity]))[0]
    return runit.Seen(row.state, row.want, row.pid, row.ready, _seconds(row), row.kind == "worker")


def _seconds(row: Status) -> float:
    """Return for how long it has run or been down."""
    ended = (row.exit or {}).get("at") if row.pid is None else None
    since = seconds_of(str(ended or row.since))
    return 0.0 if since is None else time.time() - since


if __name__ == "__main__":
    main()
