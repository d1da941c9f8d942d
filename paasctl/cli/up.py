"""`paasctl up`: start everything that the manifests define, and stay with it."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import paasctl
from paasctl.cli.command import Call, Command, Option, Value
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.reuse import keep, reusable
from paasctl.cli.running import Place, place_of
from paasctl.cli.talk import hush, talk
from paasctl.cli.wishes import Wish, elsewhere, remember, remembered, wish_of
from paasctl.control.client import Client, Declined, EngineLost
from paasctl.supervise.rundir import run_dir


def run(call: Call) -> int:
    """Start, or join what runs already; see COMMAND."""
    began = time.monotonic()
    place = _place(call)
    from paasctl.cli.engine_life import engine_or_new

    client, fresh = engine_or_new(place)
    begun = False
    try:
        if fresh and not call.flag("detach"):
            client.ask("own")  # if we are killed, the engine ends everything
        code = _deploy(call, place, client, fresh, began)
        begun = True
    except Refused as refused:
        begun = refused.code is Exit.TIMED_OUT  # what is late goes on, as it is said to
        raise
    except EngineLost as lost:
        raise Refused(
            Exit.FAILED, "the engine ended meanwhile", fix=f"see {place.file('log')}"
        ) from lost
    finally:
        if fresh and not begun:
            _abandon(place, client)
    return code


def _place(call: Call) -> Place:
    try:
        place = place_of(call)
    except Refused as refused:
        code = Exit.FAILED if refused.code is Exit.NOT_RUNNING else refused.code
        raise Refused(code, refused.message, refused.fix, refused.lines) from refused
    return Place(place.root, run_dir(place.root).path)


def _abandon(place: Place, client: Client) -> None:
    from paasctl.cli.engine_life import await_gone

    with suppress(EngineLost):  # it has ended, or is about to
        client.ask("quit")
        while client.receive():
            pass
    await_gone(place)


def _deploy(call: Call, place: Place, client: Client, fresh: bool, began: float) -> int:
    staying = not call.flag("detach") and (fresh or sys.stdout.isatty())
    attached = None
    if staying:
        from paasctl.cli.attached import Attached

        attached = Attached(call, place, client, call.text("until"), began)
    client.ask("watch", since=client.ask("status")["seq"])
    try:
        reply = _hand_over(call, place, client, fresh)
    except Refused as refused:
        if attached is None or not attached.interrupted:
            raise
        # The engine has ended because it was asked to: that is no answer to Ctrl-C.
        message = "interrupted before anything was started"
        raise Refused(attached.interrupted, message) from refused
    rows, urls = reply["instances"], reply["urls"]
    assert isinstance(rows, list)
    assert isinstance(urls, list)
    if attached is None:
        return _leave(call, client, fresh, rows, urls)
    attached.begin(rows, urls)
    return attached.follow()


def _hand_over(call: Call, place: Place, client: Client, fresh: bool) -> dict[str, object]:
    """Have the engine apply the plan: last time's if nothing has changed, else a new one."""
    wish = wish_of(call, remembered(place))
    kept = reusable(place, wish) if fresh else None
    reply = None if kept is None else _again(client)
    if kept is not None and reply is not None:
        _introduce(call, place, kept.files, "unchanged", kept.warnings)
        _show_elsewhere(call, wish)
        return reply
    from paasctl.cli.deploying import hand_over, held_ports, make_plan

    planned = make_plan(place, wish.options(frozenset() if fresh else held_ports(client)))
    built = planned.built
    warnings = f"valid, {planned.warnings} warnings" if planned.warnings else "valid"
    _introduce(call, place, planned.files, warnings, built.plan.warnings)
    _show_elsewhere(call, wish)
    for due in built.due:
        _show(call, f"  {due.id}: {due.reason}\n")
    if not built.plan.instances:
        raise Refused(Exit.FAILED, "the manifests define nothing to run")
    remember(place, wish)
    reply = hand_over(place, client, built)
    keep(place, wish, planned)
    return reply


def _again(client: Client) -> dict[str, object] | None:
    """Apply plan.json as it is; None if it has been spoilt: then a new one has to be made."""
    try:
        return client.ask("apply", plan="plan.json")
    except Declined as declined:
        if declined.code == "bad-plan":
            return None
        raise Refused(Exit.FAILED, declined.message) from declined


def _introduce(
    call: Call, place: Place, files: Sequence[str], state: str, warnings: Sequence[str]
) -> None:
    head = f"paasctl {paasctl.__version__}  {place.root}  {' + '.join(files)}  ({state})\n"
    _show(call, head)
    for warning in warnings:
        talk(f"warning  {warning}")


def _show_elsewhere(call: Call, wish: Wish) -> None:
    for name, address in elsewhere(wish):
        _show(call, f"  {name}: not started, it runs elsewhere: {address}\n")


def _leave(
    call: Call,
    client: Client,
    fresh: bool,
    rows: Sequence[Mapping[str, object]],
    urls: Sequence[Sequence[str]],
) -> int:
    """Go away and let it run; with --wait only once everything is ready."""
    if call.flag("wait"):
        from paasctl.cli.waiting import await_deployment

        await_deployment(client, call.number("wait-timeout", 0.0))
    names = ", ".join(str(row["name"]) for row in rows)
    _show(call, f"{'started' if fresh else 'already running'} in the background: {names}\n")
    for name, url in urls:
        _show(call, f"  → {url}   ({name})\n")
    _show(call, "  state: paasctl ps   logs: paasctl logs -f   stop: paasctl down\n")
    if "NOTIFY_SOCKET" in os.environ:
        from paasctl.cli.service_manager import notify

        notify(client, os.environ)
    return int(Exit.DONE)


def _show(call: Call, text: str) -> None:
    """Write to standard output; with -d nobody has to read it for everything to start."""
    if call.quiet:
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        if not call.flag("detach"):
            raise
        hush()


COMMAND = Command(
    name="up",
    help="Start everything that the manifests define: services, build, hooks, web, workers.",
    run=run,
    options=(
        Option(("--detach", "-d"), "Go away once started; everything runs on."),
        Option(("--wait",), "With -d: return when everything is ready."),
        Option(
            ("--wait-timeout",),
            "With --wait: give up waiting (exit 5).",
            Value.SECONDS,
            metavar="S",
        ),
        Option(
            ("--until",),
            "End everything, with exit 0, once a log line contains TEXT.",
            Value.TEXT,
            metavar="TEXT",
        ),
        Option(
            ("--scale",),
            "Run N copies of a worker, until another number is asked for.",
            Value.TEXT,
            many=True,
            metavar="NAME=N",
        ),
        Option(
            ("--service",),
            "Use a server that runs elsewhere instead of starting one.",
            Value.TEXT,
            many=True,
            metavar="NAME=URL",
        ),
        Option(("--port",), "The port of the first web app.", Value.INTEGER, metavar="N"),
        Option(
            ("--tty",),
            "Give it a terminal; paasctl attach NAME connects to it.",
            Value.TEXT,
            many=True,
            metavar="NAME",
        ),
        Option(("--isolate",), "Let processes write to their mounts only."),
        Option(
            ("--attach",),
            "Show the logs of these only, services too.",
            Value.TEXT,
            many=True,
            metavar="NAME",
        ),
        Option(
            ("--no-attach",),
            "Show the logs of all but these.",
            Value.TEXT,
            many=True,
            metavar="NAME",
        ),
        Option(("--timestamps",), "With the time in front of each log line."),
        Option(("--no-prefix",), "Without the process's name in front of each log line."),
        Option(
            ("--log-size",),
            "Keep about the last SIZE of each log: 256M unless told, 0 for no limit.",
            Value.TEXT,
            metavar="SIZE",
        ),
        Option(
            ("--log-age",),
            "Drop log lines that are older: 30d unless told, 0 for no limit.",
            Value.TEXT,
            metavar="AGE",
        ),
        Option(("--build",), "Run the build whether it is due or not."),
        Option(("--no-build",), "Do not run the build, even if it is due."),
    ),
)
