"""`paasctl daemon status`: which program the engine runs, since when, and what it costs."""

import sys
import time

import paasctl
from paasctl.cli.clock import span
from paasctl.cli.command import Call
from paasctl.cli.engine import asked, engine_of, rows_of
from paasctl.cli.exits import Exit
from paasctl.cli.running import place_of
from paasctl.cli.table import envelope
from paasctl.cli.talk import talk
from paasctl.model.status import Shown

UP = (Shown.RUNNING, Shown.STARTING, Shown.STOPPING)


def run(call: Call) -> int:
    """Print what is known of the engine; Refused (3) where none runs."""
    place = place_of(call)
    client = engine_of(place)
    about = asked(client, "engine")
    rows = rows_of(asked(client, "status"))
    client.close()
    facts: dict[str, object] = {
        "version": about["version"],
        "pid": about["pid"],
        "guardian": about["guardian"],
        "program": about["python"],
        "package": about["root"],
        "state": place.state,
        "log": place.file("log", "supervisor.log"),
        "up": sum(row.state in UP for row in rows),
        "instances": len(rows),
        **_measured(about["pid"], about["guardian"]),
    }
    sys.stdout.write(envelope(facts) if call.format == "json" else _written(facts))
    if about["version"] != paasctl.__version__ and not call.quiet:
        talk(f"paasctl: this is version {paasctl.__version__}: paasctl daemon upgrade replaces it")
    return Exit.DONE


def _measured(engine: object, guardian: object) -> dict[str, object]:
    """Return when the engine began and the memory of both, as far as the system tells."""
    import psutil

    assert isinstance(engine, int)
    assert isinstance(guardian, int)
    try:
        process = psutil.Process(engine)
        memory = process.memory_info().rss + psutil.Process(guardian).memory_info().rss
        return {"seconds": time.time() - process.create_time(), "memory": memory}
    except psutil.Error:  # it has just ended, or hides
        return {"seconds": None, "memory": None}


def _written(facts: dict[str, object]) -> str:
    seconds, memory = facts["seconds"], facts["memory"]
    since = f", up {span(seconds)}" if isinstance(seconds, float) else ""
    size = f", {memory / 1e6:.0f} MB with the guardian" if isinstance(memory, int) else ""
    return (
        f"engine     version {facts['version']}, pid {facts['pid']}{since}{size}\n"
        f"guardian   pid {facts['guardian']}\n"
        f"processes  {facts['up']} of {facts['instances']} up\n"
        f"program    {facts['program']} with {facts['package']}\n"
        f"state      {facts['state']}\n"
        f"log        {facts['log']}\n"
    )
