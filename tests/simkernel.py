"""A kernel with virtual time: children are scripts, and `wait` jumps to what happens next."""

import heapq
import itertools
import random
import signal
from collections.abc import Callable, Sequence
from typing import NamedTuple

from paasctl.model.plan import InstanceSpec
from paasctl.model.status import ExitStatus
from paasctl.supervise.kernel import Ended, Found, Occurrence, Probed, Sign, SpawnError, Suspicion


class Script(NamedTuple):
    """What a process does: how long it lives by itself, and how it takes SIGTERM.

    `lives` seconds until it exits with `code` (None: for ever); `obeys` seconds from SIGTERM to
    its end (None: ignores it); `children` are what it starts, which outlive it.
    """

    lives: float | None = None
    code: int = 0
    obeys: float | None = 0.0
    children: tuple["Script", ...] = ()
    error: str = ""
    ready_after: float | None = None


class Process:
    def __init__(self, pid: int, instance: str, script: Script, parent: "Process | None") -> None:
        self.pid, self.instance, self.script, self.parent = pid, instance, script, parent
        self.alive = True
        self.told: list[tuple[float, int]] = []


class SimKernel:
    def __init__(self, behave: Callable[[InstanceSpec, int], Script], seed: int = 0) -> None:
        self.time = 1000.0
        self.blind = ""
        self.behave = behave
        self.processes: list[Process] = []
        self.starts: dict[str, int] = {}
        self.killed: list[tuple[float, str, int]] = []
        self.noted: list[str] = []
        self.asked: list[tuple[int, Suspicion]] = []
        self.signs: dict[int, tuple[Sign, str]] = {}
        self._pids = itertools.count(100)
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._found: list[Occurrence] = []
        self._changed: dict[str, ExitStatus | None] = {}
        self._random = random.Random(seed)

    # -- the kernel

    def resumed(self) -> None:
        """Nothing: the simulated processes are where they were."""

    def now(self) -> float:
        return self.time

    def stamp(self, at: float | None = None) -> str:
        return f"T{self.time if at is None else at:.3f}"

    def clock(self) -> float:
        return self.time

    def spawn(self, spec: InstanceSpec) -> int:
        assert not self.alive(spec.id), f"two generations of {spec.id} at once"
        number = self.starts.get(spec.id, 0)
        self.starts[spec.id] = number + 1
        script = self.behave(spec, number)
        if script.error:
            raise SpawnError(script.error)
        return self._begin(spec.id, script, None).pid

    def _begin(self, instance: str, script: Script, parent: Process | None) -> Process:
        process = Process(next(self._pids), instance, script, parent)
        self.processes.append(process)
        for child in script.children:
            self._begin(instance, child, process)
        if script.lives is not None:
            self._at(script.lives, lambda: self._exit(process, ExitStatus(code=script.code)))
        return process

    def probe(self, spec: InstanceSpec) -> None:
        leader = next(p for p in self.alive(spec.id) if p.parent is None)
        after = leader.script.ready_after
        if after is not None:
            self._at(after, lambda: self._found.append(Probed(spec.id, well=leader.alive)))

    def drop_probe(self, instance: str) -> None:
        self._found = [o for o in self._found if not (isinstance(o, Probed) and o.id == instance)]

    def pass_down(self, instance: str, number: int) -> None:
        for process in self._outermost(instance):
            if not process.told:
                process.told.append((self.time, number))
                if process.script.obeys is not None:
                    name = signal.Signals(number).name
                    self._at(
                        process.script.obeys,
                        lambda p=process, n=name: self._exit(p, ExitStatus(signal=n)),
                    )

    def destroy(self, instance: str) -> None:
        for process in self._outermost(instance):
            self.killed.append((self.time, instance, process.pid))
            self._exit(process, ExitStatus(signal="SIGKILL"))

    def tell(self, instance: str, number: int) -> bool:
        """A signal outside of any stop: who obeys dies of it, of SIGKILL everybody."""
        leaders = [p for p in self.alive(instance) if p.parent is None]
        status = ExitStatus(signal=signal.Signals(number).name)
        for process in leaders:
            after = 0.0 if number == signal.SIGKILL else process.script.obeys
            if after is not None:
                self._at(after, lambda p=process: self._exit(p, status))
        return bool(leaders)

    def settled(self, instance: str) -> None:
        self.noted.append(instance)

    def examine(self, instance: str, pid: int, log: str, suspicion: Suspicion) -> Found:
        """The system's answer is in `signs`, by pid; it is asked only upon a suspicion."""
        if suspicion is Suspicion.NOBODY:
            return Found(log_end=0)
        self.asked.append((pid, suspicion))
        sign, evidence = self.signs.get(pid, (Sign.NONE, ""))
        return Found(sign, evidence, log_end=0)

    def accepts(self, address: str) -> bool:
        return True

    def watch(self, fd: int, writing: bool = False) -> None:
        raise AssertionError("the simulation has no descriptors")

    def unwatch(self, fd: int) -> None:
        raise AssertionError("the simulation has no descriptors")

    def wait(self, deadline: float | None) -> Sequence[Occurrence]:
        """Jump to the next thing that happens, at most to the deadline."""
        if not self._changed and not self._found:
            soonest = self._events[0][0] if self._events else None
            times = [t for t in (soonest, deadline) if t is not None]
            assert times, "nothing will ever happen again"
            self.time = max(self.time, min(times))
            while self._events and self._events[0][0] <= self.time:
                heapq.heappop(self._events)[2]()
        found, self._found = self._found, []
        for instance, leader in self._changed.items():
            found.append(Ended(instance, leader, bool(self.alive(instance))))
        self._changed = {}
        self._random.shuffle(found)
        return found

    # -- what tests look at

    def alive(self, instance: str | None = None) -> list[Process]:
        return [p for p in self.processes if p.alive and instance in (None, p.instance)]

    def end(self, instance: str, code: int = 1) -> None:
        """Have the leader of an instance end now by itself."""
        for process in self.alive(instance):
            if process.parent is None:
                self._exit(process, ExitStatus(code=code))

    def strike(self, instance: str, name: str) -> None:
        """Have somebody else's signal end the leader of an instance now."""
        for process in self.alive(instance):
            if process.parent is None:
                self._exit(process, ExitStatus(signal=name))

    def _outermost(self, instance: str) -> list[Process]:
        return [p for p in self.alive(instance) if p.parent is None or not p.parent.alive]

    def _at(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.time + seconds, next(self._order), action))

    def _exit(self, process: Process, status: ExitStatus) -> None:
        if not process.alive:
            return
        process.alive = False
        leader = status if process.parent is None else self._changed.get(process.instance)
        self._changed[process.instance] = leader
