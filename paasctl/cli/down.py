"""`paasctl down`: end everything of the project; its data stays."""

import sys

from paasctl.cli.colour import stdout_colour
from paasctl.cli.command import Call, Command, Option, Value
from paasctl.cli.engine import engine_if_running
from paasctl.cli.engine_life import await_gone
from paasctl.cli.exits import Exit
from paasctl.cli.interrupts import Interrupts
from paasctl.cli.running import Place, place_of
from paasctl.cli.story import Story
from paasctl.cli.talk import talk
from paasctl.control.client import Client
from paasctl.model.plan import GRACE
from paasctl.supervise.rundir import run_dir


def run(call: Call) -> int:
    """Stop everything; see COMMAND."""
    found = place_of(call)
    place = Place(found.root, run_dir(found.root).path)
    client = engine_if_running(place)
    if client is None:
        return _clean_up(place)
    rows = client.ask("status")["instances"]
    assert isinstance(rows, list)
    width = max((len(str(row["name"])) for row in rows), default=0)
    story = Story(width, stdout_colour(call.color), unicode=_unicode())
    client.ask("watch", since=client.ask("status")["seq"])
    timeout = call.values.get("timeout")
    interrupts = Interrupts(place.state)
    client.ask("quit", **({} if timeout is None else {"timeout": timeout}))
    _follow(call, client, story)
    await_gone(place)
    return int(interrupts.code)


def _follow(call: Call, client: Client, story: Story) -> None:
    for notice in client.notices():
        line = story.line(notice) if notice["id"] else ""
        if line and not call.quiet:
            sys.stdout.write(line)
            sys.stdout.flush()


def _clean_up(place: Place) -> int:
    from paasctl.supervise import leftovers

    engine = leftovers.engine_above(leftovers.find(place.state))
    if engine is not None:
        talk(f"the engine (pid {engine}) runs, but its socket is gone: ending it")
        leftovers.end_engine(engine)
    found = leftovers.end(place.state, GRACE)
    if found:
        names = ", ".join(f"{item.instance} (pid {item.pid})" for item in found)
        talk(f"no engine runs here; ended what an earlier run had left behind: {names}")
    elif engine is None:
        talk("nothing is running here")
    return int(Exit.DONE)


def _unicode() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")


COMMAND = Command(
    name="down",
    help="End everything: web and workers first, then the services. Data stays.",
    run=run,
    options=(
        Option(
            ("--timeout", "-t"),
            "Seconds between SIGTERM and SIGKILL (15).",
            Value.SECONDS,
            metavar="S",
        ),
    ),
)
