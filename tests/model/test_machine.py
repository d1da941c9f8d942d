"""The table: total, explored exhaustively, and true to its invariants."""

from collections import deque

import pytest

from paasctl.model.plan import GRACE
from paasctl.supervise.machine import (
    REKILL,
    TABLE,
    Effect,
    Event,
    Impossible,
    Instance,
    State,
    Want,
    impossible,
    step,
)

ALIVE = {State.STARTING, State.RUNNING, State.STOPPING, State.KILLING}
ASKED = {Event.UP, Event.ONCE, Event.DOWN, Event.RELEASE, Event.RESTART, Event.KILL}

IMPOSSIBLE = {
    (State.STOPPED, Event.SPAWNED), (State.STOPPED, Event.SPAWN_FAILED),
    (State.STOPPED, Event.LEADER_EXITED), (State.STOPPED, Event.LAYER_EXITED),
    (State.STOPPED, Event.EXITED), (State.STOPPED, Event.DEADLINE),
    (State.RUNNING, Event.SPAWNED), (State.RUNNING, Event.SPAWN_FAILED),
    (State.RUNNING, Event.DEADLINE),
    (State.STOPPING, Event.SPAWNED), (State.STOPPING, Event.SPAWN_FAILED),
    (State.KILLING, Event.SPAWNED), (State.KILLING, Event.SPAWN_FAILED),
    (State.BACKOFF, Event.SPAWNED), (State.BACKOFF, Event.SPAWN_FAILED),
    (State.BACKOFF, Event.LEADER_EXITED), (State.BACKOFF, Event.LAYER_EXITED),
    (State.BACKOFF, Event.EXITED),
}  # fmt: skip


def test_every_state_has_a_transition_for_every_event() -> None:
    assert {state: set(row) for state, row in TABLE.items()} == {s: set(Event) for s in State}


def test_the_impossible_cells_are_exactly_these() -> None:
    found = {(s, e) for s, row in TABLE.items() for e, move in row.items() if move is impossible}
    assert found == IMPOSSIBLE


def check(before: Instance, event: Event, after: Instance, effects: tuple[Effect, ...]) -> None:
    where = f"{before} --{event.value}--> {after} {effects}"
    assert not (after.ready and after.state is not State.RUNNING), where
    if after.state is State.BACKOFF:
        assert after.deadline is not None, where
        assert after.want is Want.UP, where
    if after.state is State.STOPPED:
        assert (after.want, after.deadline) == (Want.DOWN, None), where
    if after.state is State.RUNNING:
        assert after.deadline is None, where
    if after.state is State.KILLING:
        assert after.deadline is not None, where
    if Effect.SPAWN in effects:
        assert before.state not in ALIVE or event in (Event.EXITED, Event.SPAWN_FAILED), where
        assert after.state is State.STARTING, where
    if Effect.TERM in effects or Effect.KILL in effects:
        assert before.state in ALIVE, where
        assert after.state in (State.STOPPING, State.KILLING), where
    if before.state in ALIVE and event not in (Event.EXITED, Event.SPAWN_FAILED):
        assert after.state in ALIVE, where  # only EXITED makes a process not exist


def possible(instance: Instance, born: bool) -> list[Event]:
    """The events that the kernel or a person can produce here; `born`: SPAWNED was seen."""
    if instance.state is State.STARTING and not born:
        return [Event.SPAWNED, Event.SPAWN_FAILED]  # fed back before anything else
    events = [*ASKED, Event.READY]
    if instance.state in ALIVE:
        events += [Event.LEADER_EXITED, Event.LAYER_EXITED, Event.EXITED]
    if instance.deadline is not None:
        events.append(Event.DEADLINE)
    return events


def explore(settle: float | None) -> set[tuple[State, Event]]:
    """Walk breadth-first over everything reachable; return the cells that were used."""
    lives = (0.0, 2.0, 20.0)
    first = (Instance(settle=settle, grace=GRACE), True)
    seen: set[object] = set()
    cells: set[tuple[State, Event]] = set()
    queue = deque([first])
    while queue:
        instance, born = queue.popleft()
        armed = instance.deadline is not None
        key = (instance._replace(deadline=None, started=0.0), armed, born)
        if key in seen:
            continue
        seen.add(key)
        for event in possible(instance, born):
            for life in lives:
                now = instance.started + life
                after, effects = step(instance, event, now)
                check(instance, event, after, effects)
                cells.add((instance.state, event))
                fresh = Effect.SPAWN in effects
                queue.append((after, not fresh and (born or event is Event.SPAWNED)))
    return cells


@pytest.mark.checklist(26)
@pytest.mark.parametrize("settle", [1.0, None])
def test_everything_reachable_keeps_the_invariants_and_all_possible_cells_are_reached(
    settle: float | None,
) -> None:
    grid = {(state, event) for state in State for event in Event}
    assert explore(settle) == grid - IMPOSSIBLE - (
        {(State.STARTING, Event.DEADLINE)} if settle is None else set()
    )


def run(events: list[tuple[float, Event]], settle: float | None = 1.0) -> Instance:
    instance = Instance(settle=settle, grace=GRACE)
    for at, event in events:
        instance, effects = step(instance, event, at)
        if Effect.SPAWN in effects:
            instance, _ = step(instance, Event.SPAWNED, at)
    return instance


def test_kill_follows_fifteen_seconds_after_term_and_again_five_later() -> None:
    stopping = run([(0, Event.UP), (5, Event.DOWN)])
    assert stopping.deadline == 5 + 15
    killing = run([(0, Event.UP), (5, Event.DOWN), (20, Event.DEADLINE)])
    assert (killing.state, killing.deadline) == (State.KILLING, 20 + REKILL)
    assert step(killing, Event.DEADLINE, 25)[1] == (Effect.KILL,)


def test_sv_stop_never_kills_until_somebody_asks_for_down() -> None:
    released = run([(0, Event.UP), (5, Event.RELEASE)])
    assert (released.state, released.deadline) == (State.STOPPING, None)
    assert step(released, Event.DOWN, 50)[0].deadline == 65


def test_a_second_down_does_not_prolong_the_grace() -> None:
    assert run([(0, Event.UP), (5, Event.DOWN), (12, Event.DOWN)]).deadline == 20


def test_a_leader_that_leaves_others_behind_is_restarted_after_the_stop_rule() -> None:
    left = run([(0, Event.UP), (3, Event.LEADER_EXITED)])
    assert (left.state, left.want, left.deadline) == (State.STOPPING, Want.UP, 18)
    again, effects = step(left, Event.EXITED, 4)
    assert (again.state, effects) == (State.STARTING, (Effect.SPAWN,))


@pytest.mark.checklist(9, "restart")
def test_restart_during_backoff_starts_at_once_and_forgets_the_failures() -> None:
    waiting = run([(0, Event.UP), (0.1, Event.EXITED), (1.1, Event.DEADLINE), (1.2, Event.EXITED)])
    assert (waiting.state, waiting.position) == (State.BACKOFF, 3)
    again, effects = step(waiting, Event.RESTART, 1.3)
    assert (effects, again.position) == ((Effect.SPAWN,), 0)


@pytest.mark.checklist(9, "stop")
def test_stop_during_backoff_cancels_the_start() -> None:
    waiting = run([(0, Event.UP), (0.1, Event.EXITED)])
    stopped, effects = step(waiting, Event.DOWN, 0.2)
    assert (stopped.state, stopped.deadline, effects) == (State.STOPPED, None, ())


def test_restart_while_stopping_starts_after_the_end() -> None:
    stopping = run([(0, Event.UP), (5, Event.DOWN), (6, Event.RESTART)])
    assert stopping.deadline == 20  # still counted from the first TERM
    assert step(stopping, Event.EXITED, 7)[1] == (Effect.SPAWN,)


def test_a_run_once_is_not_started_again() -> None:
    done = run([(0, Event.ONCE), (3, Event.EXITED)])
    assert (done.state, done.want) == (State.STOPPED, Want.DOWN)


def test_once_on_something_running_makes_this_run_the_last() -> None:
    once = run([(0, Event.ONCE), (2, Event.DEADLINE)])
    assert step(once, Event.ONCE, 3) == (once, ())
    kept_up = run([(0, Event.UP), (2, Event.DEADLINE)])
    last, effects = step(kept_up, Event.ONCE, 3)
    assert (last.state, last.want, effects) == (State.RUNNING, Want.ONCE, ())
    assert step(last, Event.EXITED, 9)[0].state is State.STOPPED


def test_once_does_not_bring_back_what_is_to_stay_down() -> None:
    stopping = run([(0, Event.UP), (5, Event.DOWN)])
    assert step(stopping, Event.ONCE, 6) == (stopping, ())


def test_once_during_backoff_is_the_last_try_and_starts_now() -> None:
    waiting = run([(0, Event.UP), (0.1, Event.EXITED)])
    trying, effects = step(waiting, Event.ONCE, 0.2)
    assert (trying.want, effects) == (Want.ONCE, (Effect.SPAWN,))


def test_an_impossible_event_is_an_exception_that_names_the_state() -> None:
    with pytest.raises(Impossible, match="stopped"):
        step(Instance(settle=1.0, grace=GRACE), Event.SPAWNED, 0)
