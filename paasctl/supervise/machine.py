"""The state machine of one process: a total table, and nothing else decides.

Theory of operation
-------------------
Rule 1. `want` (what is asked for) and `state` (what is) are two variables. A restart is "stop
while still wanting up"; there is no flag for it.

Rule 2. A deadline is a field, not a callback. It cannot fire into a state that no longer expects
it, and nothing ever has to be cancelled.

Rule 3. Only EXITED makes a process not exist, and EXITED means that every descendant is gone.
The exit of the leader alone is LEADER_EXITED; that of anybody else LAYER_EXITED.

Rule 4. An effect is a value. TERM goes to the members of the outermost layer that have not had
it: the leader first, and each time a layer leaves, those whose parent it was (they come to us,
the subreaper). Celery's pool children so live until their parent has ended them, and the
grandchildren of `npm` or `sh -c` are not left behind. KILL goes to everything there is.

Every cell of TABLE is filled; a test compares it with the full grid, and another one explores all
reachable states. Cells that cannot be reached hold `impossible`.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final, NamedTuple

from paasctl.supervise.backoff import climb, delay

REKILL: Final = 5.0
"""Seconds after which a SIGKILL that did not end everything is sent again."""


class State(Enum):
    """What is. A process exists in STARTING, RUNNING, STOPPING and KILLING."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    KILLING = "killing"
    BACKOFF = "backing-off"


class Want(Enum):
    """What is asked for: kept up, run once, or down."""

    UP = "up"
    ONCE = "once"
    DOWN = "down"


class Event(Enum):
    """What may happen: asked by somebody, seen in the kernel, or the deadline has come."""

    UP = "up"
    ONCE = "once"
    DOWN = "down"
    RELEASE = "release"  # down, but never by SIGKILL: `sv stop`
    RESTART = "restart"
    KILL = "kill"
    SPAWNED = "spawned"
    SPAWN_FAILED = "spawn-failed"
    READY = "ready"
    LEADER_EXITED = "leader-exited"
    LAYER_EXITED = "layer-exited"
    EXITED = "exited"
    DEADLINE = "deadline"


class Effect(Enum):
    """What the loop has to do for a transition."""

    SPAWN = "spawn"
    TERM = "term"
    KILL = "kill"


class Instance(NamedTuple):
    """One process and what is known of it; times are monotonic seconds.

    `settle` is None where a probe tells when it is ready. `position` is that on the back-off
    ladder, `pause` the delay before the next start once everything has ended.
    """

    settle: float | None
    grace: float
    state: State = State.STOPPED
    want: Want = Want.DOWN
    ready: bool = False
    deadline: float | None = None
    started: float = 0.0
    position: int = 0
    pause: float = 0.0


Step = tuple[Instance, tuple[Effect, ...]]
Transition = Callable[[Instance, float], Step]


class Impossible(AssertionError):
    """An event that cannot happen in this state: a bug of ours or of the kernel edge."""


def impossible(instance: Instance, now: float) -> Step:
    """Refuse: the loop logs it, keeps the old state and carries on."""
    raise Impossible(instance.state.value)


def nothing(instance: Instance, now: float) -> Step:
    """Leave everything as it is."""
    return instance, ()


def want_up(instance: Instance, now: float) -> Step:
    """Ask for it to be up; whatever is going on goes on."""
    return instance._replace(want=Want.UP), ()


def want_once(instance: Instance, now: float) -> Step:
    """Ask for this run to be the last one; what is to stay down stays down."""
    if instance.want is Want.DOWN:
        return instance, ()
    return instance._replace(want=Want.ONCE), ()


def want_down(instance: Instance, now: float) -> Step:
    """Ask for it to stay down after what is going on."""
    return instance._replace(want=Want.DOWN), ()


def begin(instance: Instance, now: float) -> Step:
    """Start from nothing; earlier failures are forgotten because somebody asked."""
    return _spawn(instance._replace(want=Want.UP, position=0))


def begin_once(instance: Instance, now: float) -> Step:
    """Start for one run."""
    return _spawn(instance._replace(want=Want.ONCE, position=0))


def again(instance: Instance, now: float) -> Step:
    """The pause is over: start, with the failures still counted."""
    return _spawn(instance)


def _spawn(instance: Instance) -> Step:
    fresh = instance._replace(state=State.STARTING, ready=False, deadline=None, pause=0.0)
    return fresh, (Effect.SPAWN,)


def born(instance: Instance, now: float) -> Step:
    """The process exists; without a probe it is ready when it has lived long enough."""
    settle = instance.settle
    return instance._replace(started=now, deadline=None if settle is None else now + settle), ()


def stillborn(instance: Instance, now: float) -> Step:
    """It could not be started at all: try again after a pause, unless it was for one run."""
    return _over(_counted(instance, 0.0), now)


def settled(instance: Instance, now: float) -> Step:
    """It is ready."""
    return instance._replace(state=State.RUNNING, ready=True, deadline=None), ()


def stop(instance: Instance, now: float) -> Step:
    """Ask it to end, and kill it when the grace is over."""
    return _terminate(instance._replace(want=Want.DOWN), now + instance.grace)


def release(instance: Instance, now: float) -> Step:
    """Ask it to end and wait as long as it takes, as runit does."""
    return _terminate(instance._replace(want=Want.DOWN), None)


def restart(instance: Instance, now: float) -> Step:
    """Ask it to end, to be started again at once."""
    fresh = instance._replace(want=Want.UP, position=0, pause=0.0)
    return _terminate(fresh, now + instance.grace)


def _terminate(instance: Instance, deadline: float | None) -> Step:
    return instance._replace(state=State.STOPPING, ready=False, deadline=deadline), (Effect.TERM,)


def hurry(instance: Instance, now: float) -> Step:
    """It is ending already: see to it that it ends in time, and stays down."""
    return _armed(instance._replace(want=Want.DOWN), now), ()


def hurry_restart(instance: Instance, now: float) -> Step:
    """It is ending already: see to it that it ends in time, then start it at once."""
    return _armed(instance._replace(want=Want.UP, position=0, pause=0.0), now), ()


def _armed(instance: Instance, now: float) -> Instance:
    if instance.deadline is not None:
        return instance
    return instance._replace(deadline=now + instance.grace)


def kill(instance: Instance, now: float) -> Step:
    """End it now, for good."""
    return overdue(instance._replace(want=Want.DOWN), now)


def overdue(instance: Instance, now: float) -> Step:
    """The grace is over: SIGKILL, and again if that does not end it."""
    killing = instance._replace(state=State.KILLING, ready=False, deadline=now + REKILL)
    return killing, (Effect.KILL,)


def left_behind(instance: Instance, now: float) -> Step:
    """The leader ended by itself and others remain: they get the stop rule, then a restart."""
    counted = _counted(instance, now - instance.started)
    return _terminate(counted, now + instance.grace)


def pass_down(instance: Instance, now: float) -> Step:
    """A layer has left while we are stopping: the next one is asked."""
    return instance, (Effect.TERM,)


def finish_off(instance: Instance, now: float) -> Step:
    """A layer was killed and another one has come to us: kill that too."""
    return instance, (Effect.KILL,)


def fell(instance: Instance, now: float) -> Step:
    """It ended by itself and nothing remains."""
    return _over(_counted(instance, now - instance.started), now)


def gone(instance: Instance, now: float) -> Step:
    """What was being stopped has ended altogether."""
    return _over(instance, now)


def _counted(instance: Instance, uptime: float) -> Instance:
    position = climb(instance.position, uptime)
    return instance._replace(position=position, pause=delay(position))


def _over(instance: Instance, now: float) -> Step:
    ended = instance._replace(ready=False, deadline=None)
    if ended.want is not Want.UP:
        return ended._replace(state=State.STOPPED, want=Want.DOWN, pause=0.0, position=0), ()
    if ended.pause > 0:
        return ended._replace(state=State.BACKOFF, deadline=now + ended.pause), ()
    return _spawn(ended)


def give_up(instance: Instance, now: float) -> Step:
    """Nothing runs and nothing is wanted any more."""
    down = instance._replace(state=State.STOPPED, want=Want.DOWN, deadline=None, pause=0.0)
    return down._replace(position=0), ()


_ALIVE: Final[Mapping[Event, Transition]] = {
    Event.UP: want_up,
    Event.ONCE: want_once,
    Event.DOWN: stop,
    Event.RELEASE: release,
    Event.RESTART: restart,
    Event.KILL: kill,
    Event.SPAWNED: impossible,
    Event.SPAWN_FAILED: impossible,
    Event.READY: settled,
    Event.LEADER_EXITED: left_behind,
    Event.LAYER_EXITED: nothing,
    Event.EXITED: fell,
    Event.DEADLINE: impossible,
}

_NOT_THERE: Final[Mapping[Event, Transition]] = {
    Event.SPAWNED: impossible,
    Event.SPAWN_FAILED: impossible,
    Event.READY: nothing,  # a probe may speak after its process has gone
    Event.LEADER_EXITED: impossible,
    Event.LAYER_EXITED: impossible,
    Event.EXITED: impossible,
}

TABLE: Final[Mapping[State, Mapping[Event, Transition]]] = {
    State.STOPPED: {
        **_NOT_THERE,
        Event.UP: begin,
        Event.ONCE: begin_once,
        Event.DOWN: nothing,
        Event.RELEASE: nothing,
        Event.RESTART: begin,
        Event.KILL: nothing,
        Event.DEADLINE: impossible,
    },
    State.STARTING: {
        **_ALIVE,
        Event.SPAWNED: born,
        Event.SPAWN_FAILED: stillborn,
        Event.DEADLINE: settled,
    },
    State.RUNNING: {
        **_ALIVE,
        Event.READY: nothing,
    },
    State.STOPPING: {
        Event.UP: want_up,
        Event.ONCE: want_once,
        Event.DOWN: hurry,
        Event.RELEASE: want_down,
        Event.RESTART: hurry_restart,
        Event.KILL: kill,
        Event.SPAWNED: impossible,
        Event.SPAWN_FAILED: impossible,
        Event.READY: nothing,
        Event.LEADER_EXITED: pass_down,
        Event.LAYER_EXITED: pass_down,
        Event.EXITED: gone,
        Event.DEADLINE: overdue,
    },
    State.KILLING: {
        Event.UP: want_up,
        Event.ONCE: want_once,
        Event.DOWN: want_down,
        Event.RELEASE: want_down,
        Event.RESTART: want_up,
        Event.KILL: want_down,
        Event.SPAWNED: impossible,
        Event.SPAWN_FAILED: impossible,
        Event.READY: nothing,
        Event.LEADER_EXITED: finish_off,
        Event.LAYER_EXITED: finish_off,
        Event.EXITED: gone,
        Event.DEADLINE: overdue,
    },
    State.BACKOFF: {
        **_NOT_THERE,
        Event.UP: begin,
        Event.ONCE: begin_once,
        Event.DOWN: give_up,
        Event.RELEASE: give_up,
        Event.RESTART: begin,
        Event.KILL: give_up,
        Event.DEADLINE: again,
    },
}


def step(instance: Instance, event: Event, now: float) -> Step:
    """Return the instance after `event` at `now`, and what has to be done for it."""
    return TABLE[instance.state][event](instance, now)
