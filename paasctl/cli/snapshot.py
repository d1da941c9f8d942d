"""How things stand: asked of the engine, or read from what a dead one has left.

Without an engine nothing can run that was meant to; plan.json and the journal say how each
instance ended. Only after an unclean end are processes looked for that were left behind.
"""

import json
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from paasctl.cli.engine import asked, engine_if_running, row_of, rows_of
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import Place
from paasctl.model.status import Shown, Status

if TYPE_CHECKING:  # only needed where no engine answers
    from paasctl.model.plan import Plan

TAIL = 1024 * 1024
"""Bytes at the end of the journal that are read for the last state of each instance."""


class Snapshot(NamedTuple):
    """All instances at one moment; `note` says what a reader has to know about it."""

    project: str
    running: bool
    rows: tuple[Status, ...]
    note: str = ""


def snapshot(place: Place) -> Snapshot:
    """Return how things stand."""
    client = engine_if_running(place)
    if client is None:
        return _left_by_the_dead(place)
    reply = asked(client, "status")
    client.close()
    troubles = reply.get("troubles")
    note = "; ".join(map(str, troubles)) if isinstance(troubles, list) else ""
    return Snapshot(str(reply.get("project", "")), True, tuple(rows_of(reply)), note)


def plan_in_force(place: Place) -> "Plan | None":
    """Return the plan that runs or ran last; None before the first `up`. Refused (1) if broken."""
    from paasctl.model.plan import plan_from_json

    path = place.file("plan.json")
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return plan_from_json(json.load(file))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise Refused(
            Exit.FAILED, f"{path} cannot be read: {error}", fix="paasctl up writes a new one"
        ) from error


def notices(path: str, start: int = 0) -> Iterator[dict[str, object]]:
    """Yield the notices of a journal from an offset on; a line that was cut short is skipped."""
    try:
        with open(path, "rb") as file:
            file.seek(start)
            for line in file:
                notice = _object(line)
                if notice is not None:
                    yield notice
    except FileNotFoundError:
        return


def _object(line: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _left_by_the_dead(place: Place) -> Snapshot:
    plan = plan_in_force(place)
    if plan is None:
        alive = _alive(place)
        nothing = "nothing has been started here yet (paasctl up)"
        return Snapshot("", False, (), _note(alive, place) if alive else nothing)
    path = place.file("journal.jsonl")
    size = os.path.getsize(path) if os.path.exists(path) else 0
    last: dict[str, dict[str, object]] = {}
    clean = True
    for notice in notices(path, max(0, size - TAIL)):
        last[str(notice.get("id", ""))] = notice
        clean = notice.get("event") == "closed"
    alive = {} if clean else _alive(place)
    rows = tuple(_last_row(spec._asdict(), last, alive) for spec in plan.instances)
    return Snapshot(plan.project, False, rows, _note(alive, place))


def _alive(place: Place) -> dict[str, int]:
    """Return the pids of what was left behind, one for each instance."""
    from paasctl.supervise.leftovers import find

    return {item.instance: item.pid for item in reversed(find(place.state))}


def _note(alive: Mapping[str, int], place: Place) -> str:
    if not alive:
        return "nothing is running here; this is how it ended (paasctl up starts it)"
    from paasctl.supervise.leftovers import engine_above, find

    engine = engine_above(find(place.state))
    if engine is not None:
        return f"the engine (pid {engine}) runs, but its socket is gone: paasctl down ends it"
    names = ", ".join(f"{name} ({pid})" for name, pid in sorted(alive.items()))
    return f"the engine is gone and has left processes behind: {names} (paasctl down ends them)"


def _last_row(
    spec: Mapping[str, object],
    last: Mapping[str, dict[str, object]],
    alive: Mapping[str, int],
) -> Status:
    """Return the row of an instance whose engine is gone."""
    identity = str(spec["id"])
    notice = last.get(identity, {})
    pid = alive.get(identity)
    ended = notice.get("new") == Shown.EXITED
    state = Shown.RUNNING if pid else Shown.EXITED if ended else Shown.STOPPED
    return row_of(
        {
            **{name: spec[name] for name in ("id", "name", "app", "port", "log", "fingerprint")},
            "kind": str(spec["kind"]),
            "state": state.value,
            "want": "down",
            "ready": False,
            "pid": pid,
            "restarts": notice.get("restarts", 0),
            "since": str(notice.get("at", "")),
            "exit": notice.get("exit"),
            "stopped_by": notice.get("stopped_by"),
        }
    )
