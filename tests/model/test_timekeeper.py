"""When the engine looks at the logs, over virtual time: once a second at most, never in silence."""

from hypothesis import given
from hypothesis import strategies as st

from paasctl.supervise.timekeeper import REST, Timekeeper


class World:
    """Writes at given times, a bell that rings once, and an engine that sleeps between."""

    def __init__(self, writes: list[float], deaf: bool = False) -> None:
        self.writes = sorted(writes)
        self.now = 0.0
        self.seen = 0
        self.armed = False
        self.rung = False
        self.wakes: list[float] = []
        self.looks: list[float] = []
        self.noted: list[tuple[float, float]] = []  # when noted, and when written
        self.keeper = Timekeeper(None if deaf else self, self.look)

    def fileno(self) -> int:
        return -1

    def arm(self) -> None:
        self.armed = True

    def silence(self) -> None:
        self.armed = self.rung = False

    def look(self) -> bool:
        self.looks.append(self.now)
        new = [at for at in self.writes[self.seen :] if at <= self.now]
        self.seen += len(new)
        self.noted += [(self.now, at) for at in new]
        return bool(new)

    def run(self, look: bool = False) -> None:
        self.keeper.begin(self.now, look)
        if look:
            self.keeper.tick(self.now)
        while True:
            deadline = self.keeper.deadline
            rings = [at for at in self.writes if at > self.now] if self.armed else []
            times = [t for t in (deadline, min(rings, default=None)) if t is not None]
            if not times:
                return
            self.now = max(self.now, min(times))
            self.wakes.append(self.now)
            if rings and rings[0] <= self.now:
                self.armed = False
                self.keeper.rang(self.now)
            self.keeper.tick(self.now)


@given(st.lists(st.floats(0.001, 60.0), max_size=80))
def test_every_write_is_noted_within_a_second_and_then_all_is_silent(writes: list[float]) -> None:
    world = World(writes)
    world.run()
    assert world.seen == len(writes)
    assert all(noted - written <= REST for noted, written in world.noted)
    assert world.armed
    assert world.keeper.deadline is None


@given(st.lists(st.floats(0.001, 30.0), max_size=200))
def test_it_wakes_up_once_a_second_at_most(writes: list[float]) -> None:
    world = World(writes)
    world.run()
    pairs = list(zip(world.wakes, world.wakes[2:], strict=False))
    # A ring may come right after the look that found nothing; the next one is a second later.
    assert all(later - earlier >= REST - 1e-9 for earlier, later in pairs)


def test_silence_costs_nothing() -> None:
    world = World([])
    world.run()
    assert (world.wakes, world.looks) == ([], [])


def test_a_flood_of_ten_seconds_is_a_dozen_wake_ups() -> None:
    world = World([1 + number / 1000 for number in range(10_000)])
    world.run()
    assert len(world.wakes) <= 13


def test_after_a_crash_it_looks_first() -> None:
    world = World([])
    world.run(look=True)
    assert world.looks == [0.0, 0.0]  # and again once the bell is armed


def test_without_a_bell_it_looks_when_the_engine_is_awake_anyhow() -> None:
    world = World([0.5, 0.6, 2.5], deaf=True)
    for at in (1.0, 1.5, 2.0, 2.9, 3.0):
        world.now = at
        world.keeper.tick(at)
    assert world.looks == [1.0, 2.0, 3.0]
    assert world.keeper.deadline is None
