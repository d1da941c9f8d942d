"""The order of a deployment and of its end: pure, from what is known to what is due (spec 10.5).

A stage opens when every member of the stages before it has settled: a service is ready, a
run-once has ended. A vital run-once (the build) that fails stops the deployment there. Ending
goes the other way: everything but services together, then the services.
"""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple


class Progress(Enum):
    """Where one member of a deployment stands."""

    DUE = "due"
    GOING = "going"
    SETTLED = "settled"
    FAILED = "failed"


class Member(NamedTuple):
    """One instance that a deployment starts or replaces."""

    id: str
    stage: int
    progress: Progress
    vital: bool = False


class Outcome(Enum):
    """How the whole stands."""

    GOING = "going"
    DONE = "done"
    FAILED = "failed"


def due(members: Iterable[Member]) -> tuple[str, ...]:
    """Return the ids to start now, in order.

    In: a settled service, a due hook behind it, a due worker behind that. Out: the hook.
    """
    members = tuple(members)
    if outcome(members) is Outcome.FAILED:
        return ()
    open_stage = min((m.stage for m in members if _holds(m)), default=None)
    if open_stage is None:
        return ()
    return tuple(m.id for m in members if m.stage == open_stage and m.progress is Progress.DUE)


def outcome(members: Iterable[Member]) -> Outcome:
    """Return how the deployment stands."""
    members = tuple(members)
    if any(m.vital and m.progress is Progress.FAILED for m in members):
        return Outcome.FAILED
    return Outcome.GOING if any(_holds(m) for m in members) else Outcome.DONE


def _holds(member: Member) -> bool:
    return member.progress in (Progress.DUE, Progress.GOING)


class Leaving(NamedTuple):
    """One instance while everything is being ended."""

    id: str
    service: bool
    alive: bool


def leave(members: Iterable[Leaving]) -> tuple[str, ...]:
    """Return the ids to stop now: the apps first, the services once no app is left."""
    alive = [m for m in members if m.alive]
    apps = tuple(m.id for m in alive if not m.service)
    return apps or tuple(m.id for m in alive)
