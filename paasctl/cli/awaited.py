"""What an instance waits for, in words; nothing for one that runs and is ready."""

import time
from collections.abc import Sequence

from paasctl.cli.clock import seconds_of, span
from paasctl.model.plan import InstanceSpec
from paasctl.model.status import Shown, Status


def awaited(row: Status, spec: InstanceSpec, rows: Sequence[Status], plan: "Stages") -> str:
    """Return what has to happen before the instance's state changes by itself."""
    match row.state:
        case Shown.WAITING:
            return _turn(spec, rows, plan)
        case Shown.STARTING:
            return _readiness(spec)
        case Shown.STOPPING:
            when = _until(row.kill_at)
            return "its processes to end" + (f"; SIGKILL in {when}" if when else "")
        case Shown.BACKING_OFF:
            when = _until(row.next)
            return f"its next try, in {when}" if when else "its next try"
        case Shown.STOPPED:
            return f"somebody to start it: paasctl start {row.name}"
        case _:
            return ""


Stages = dict[str, int]
"""The stage of each instance of the plan."""


def _turn(spec: InstanceSpec, rows: Sequence[Status], stages: Stages) -> str:
    """Return who has to be ready, or to have ended, before it is this one's turn."""
    settled = (Shown.EXITED, Shown.STOPPED)
    before = [
        row.name
        for row in rows
        if stages.get(row.id, spec.stage) < spec.stage
        and not row.ready
        and row.state not in settled
    ]
    return ", ".join(before) or "its turn"


def _readiness(spec: InstanceSpec) -> str:
    if spec.probe:
        return "its own protocol to answer"
    if spec.listen:
        return f"somebody to accept connections at {spec.listen.partition(':')[2]}"
    return f"{spec.settle:g}s of life" if not spec.once else "its end"


def _until(stamp: str | None) -> str:
    at = seconds_of(stamp) if stamp else None
    return "" if at is None else span(max(0.0, at - time.time()) + 0.999)
