"""The loop's mind: occurrences in, events through the machine, effects out.

One turn: wait → make events of what happened → step → run the effects at once, feeding what they
cause back before anything else → let due deadlines fire → let the deployment advance. Nothing in
here blocks, looks at a clock of its own, or touches a process but through the kernel.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping

from paasctl.model.plan import InstanceSpec, Plan, Stamp
from paasctl.model.status import ExitStatus
from paasctl.supervise.cell import Cell, wanted
from paasctl.supervise.journal import Notice
from paasctl.supervise.kernel import Ended, Kernel, Occurrence, Probed, SpawnError
from paasctl.supervise.machine import Effect, Event, Impossible, State, step
from paasctl.supervise.rollout import Outcome, Progress, due, leave, outcome
from paasctl.supervise.verdict import NO_ENDING, suspicion, verdict

FIRST_LOOK = 0.02
SLOWEST_LOOK = 2.0
"""Seconds between looks whether a process accepts connections, doubled from first to slowest."""
STALE = 8
"""Times that are kept for each process before those that were given up are sorted out."""
_WHY = {
    Event.DOWN: "stop",
    Event.RELEASE: "stop",
    Event.RESTART: "restart",
    Event.KILL: "kill",
}
"""What a process that has to end is said to have ended for."""


class Supervisor:
    """All instances of one project. `note` takes every notice, `stamp` records a run-once."""

    def __init__(
        self,
        kernel: Kernel,
        note: Callable[[Notice], object],
        stamp: Callable[[Stamp], None],
        complain: Callable[[str], None],
    ) -> None:
        self._kernel = kernel
        self._note = note
        self._stamp = stamp
        self._complain = complain
        self._heap: list[tuple[float, str]] = []
        self._outcome = Outcome.DONE
        self._going: set[str] = set()  # what the open stage waits for
        self._stirred = False
        self._applied = ""  # why the last `apply` ends processes
        self.cells: dict[str, Cell] = {}
        self.closing = False

    # -- asked from outside

    def apply(self, plan: Plan, only: Iterable[str] | None = None, revive: bool = True) -> None:
        """Make the plan the truth: start what is new, replace what changed, stop what is gone.

        With `only`, these ids are replaced whether they changed or not, and nothing else is
        touched. Without `revive`, what somebody has stopped stays stopped.
        """
        self._applied = "redeploy" if only is None else "restart"
        specs = {spec.id: spec for spec in plan.instances}
        chosen = set(specs) if only is None else set(only) & set(specs)
        for spec in plan.instances:
            if spec.id in chosen:
                self._enroll(spec, force=only is not None, revive=revive)
        if only is None:
            for instance, cell in list(self.cells.items()):
                if instance not in specs:
                    self._retire(instance, cell, "remove")
        self._outcome = Outcome.GOING
        self._stirred = True
        self.advance()

    def retire(self, ids: Iterable[str]) -> None:
        """End copies that are not wanted any more, and forget them when they are gone."""
        for instance in ids:
            if instance in self.cells:
                self._retire(instance, self.cells[instance], "scale")

    def ask(self, event: Event, ids: Iterable[str]) -> None:
        """Send one event to each of the instances, a run-once being run rather than kept up."""
        for instance in ids:
            cell = self.cells[instance]
            if cell.progress is Progress.DUE:
                cell.progress = Progress.SETTLED  # from here on the asker decides
                self._stirred = True
            if cell.spec.once and event in (Event.UP, Event.RESTART):
                self._feed(cell, Event.ONCE)
            else:
                self._feed(cell, event)
        self.advance()

    def tell(self, instance: str, number: int, name: str) -> bool:
        """Send a signal to the leader because somebody asked; return whether there was one."""
        told = self._kernel.tell(instance, number)
        if told:
            cell = self.cells[instance]
            cell.ending = cell.ending._replace(told=name, told_at=self._kernel.now())
        return told

    def close(self) -> None:
        """End everything, apps before services; `finished` tells when it is over."""
        self.closing = True
        self.advance()

    def slay(self) -> None:
        """End everything now."""
        self.closing = True
        self.ask(Event.KILL, list(self.cells))

    def finished(self) -> bool:
        """Return whether everything that was to be ended has ended."""
        return self.closing and not any(cell.going() for cell in self.cells.values())

    def outcome(self) -> Outcome:
        """Return how the deployment stands."""
        return outcome(cell.member() for cell in self.cells.values())

    def resumed(self) -> None:
        """Take up the deadlines of cells that another program has handed over.

        Its monotonic times are ours: the clock is the machine's, not a program's.
        """
        for cell in self.cells.values():
            self._schedule(cell)

    # -- seen from inside

    def observe(self, occurrence: Occurrence) -> None:
        """Take in what the kernel has seen of an instance."""
        if isinstance(occurrence, Ended):
            self._ended(occurrence)
        elif isinstance(occurrence, Probed):
            self._probed(occurrence)

    def fire(self) -> None:
        """Let every deadline that has come have its effect."""
        now = self._kernel.now()
        while self._heap and self._heap[0][0] <= now:
            _, instance = heapq.heappop(self._heap)
            cell = self.cells.get(instance)
            if cell is None:
                continue
            deadline = cell.instance.deadline
            if deadline is not None and deadline <= now:
                self._feed(cell, Event.DEADLINE)
            if cell.poll_at is not None and cell.poll_at <= now:
                self._look(cell)

    def next_deadline(self) -> float | None:
        """Return the monotonic time of the next thing to do, or None."""
        while self._heap:
            at, instance = self._heap[0]
            cell = self.cells.get(instance)
            if cell is not None and at in (cell.instance.deadline, cell.poll_at):
                return at
            heapq.heappop(self._heap)
        return None

    def advance(self) -> None:
        """Start what the deployment has made due, or stop what the end has."""
        if self.closing:
            while self._leave():
                pass  # who was only waiting to be started is gone at once: the next ones' turn
            return
        if self._outcome is not Outcome.GOING or (self._going and not self._stirred):
            return
        self._stirred = False
        while starting := due([cell.member() for cell in self.cells.values()]):
            for instance in starting:
                cell = self.cells[instance]
                cell.progress = Progress.GOING
                self._going.add(instance)
                self._feed(cell, cell.action, self._applied)
        self._conclude()

    # -- the parts of the above

    def _leave(self) -> bool:
        """Ask those to end whose turn it is; return whether there was anybody to ask."""
        ending = (State.STOPPING, State.KILLING)
        leaving = leave(cell.leaving() for cell in self.cells.values())
        asked = [name for name in leaving if self.cells[name].instance.state not in ending]
        for name in asked:
            self._feed(self.cells[name], Event.DOWN)
        return bool(asked)

    def _enroll(self, spec: InstanceSpec, force: bool, revive: bool) -> None:
        cell = self.cells.get(spec.id)
        if cell is None:
            self.cells[spec.id] = cell = Cell(spec, self._kernel.stamp())
            cell.progress, cell.action = Progress.DUE, wanted(spec)
        elif force or (cell.spec.fingerprint != spec.fingerprint and cell.going()):
            cell.next_spec = spec
            cell.progress = Progress.DUE
            cell.action = Event.ONCE if spec.once else Event.RESTART
        else:
            cell.next_spec = spec
            if spec.once or (revive and not cell.going()):
                cell.progress, cell.action = Progress.DUE, wanted(spec)
            elif cell.going():
                cell.progress = Progress.GOING
                cell.progressed()
                if cell.progress is Progress.GOING:
                    self._going.add(spec.id)
        cell.removed = False

    def _retire(self, instance: str, cell: Cell, why: str) -> None:
        cell.progress = Progress.SETTLED
        self._going.discard(instance)
        cell.removed = True
        self._feed(cell, Event.DOWN, why)
        if not cell.alive():
            self.cells.pop(instance, None)

    def _conclude(self) -> None:
        stands = self.outcome()
        if stands is self._outcome:
            return
        self._outcome = stands
        failed = [c.spec.id for c in self.cells.values() if c.progress is Progress.FAILED]
        event = "deployed" if stands is Outcome.DONE else "deployment-failed"
        self._note(self._overall(event, {"failed": failed}))

    def _overall(self, event: str, more: Mapping[str, object]) -> Notice:
        at = self._kernel.stamp()
        return {"at": at, "id": "", "event": event, "old": None, "new": None, "exit": None, **more}

    def _feed(self, cell: Cell, event: Event, why: str = "") -> None:
        shown, before = cell.shown().value, cell.visible()
        if event in _WHY and cell.pid is not None and not cell.ending.why:
            why = "down" if self.closing else why or _WHY[event]
            cell.ending = cell.ending._replace(why=why)
        timed = (cell.instance.deadline, cell.poll_at)
        pending = [event]
        while pending:
            last = pending.pop(0)
            pending += self._step(cell, last)
            if last is Event.SPAWN_FAILED and event is not Event.EXITED:
                event = last  # whatever it was that had us try: this is the news
        cell.progressed()
        if cell.progress is not Progress.GOING and cell.spec.id in self._going:
            self._going.discard(cell.spec.id)
            self._stirred = self._stirred or cell.progress is Progress.FAILED
        if timed != (cell.instance.deadline, cell.poll_at):
            self._schedule(cell)
        if cell.visible() != before or event in (Event.EXITED, Event.SPAWN_FAILED):
            self._report(cell, event, shown)
        if cell.removed and not cell.alive():
            self.cells.pop(cell.spec.id, None)

    def _step(self, cell: Cell, event: Event) -> list[Event]:
        now = self._kernel.now()
        try:
            cell.instance, effects = step(cell.instance, event, now)
        except Impossible:
            state = cell.instance.state.value
            self._complain(f"bug: {event.value} for {cell.spec.id}, which is {state}")
            return []
        caused: list[Event] = []
        for effect in effects:
            caused += self._run(cell, effect)
        if cell.instance.state is not State.STARTING and cell.poll_at is not None:
            cell.poll_at = None
            self._kernel.drop_probe(cell.spec.id)
        if event in (Event.READY, Event.DEADLINE) and cell.instance.state is State.RUNNING:
            self._kernel.settled(cell.spec.id)
        return caused

    def _run(self, cell: Cell, effect: Effect) -> list[Event]:
        match effect:
            case Effect.SPAWN:
                return [self._spawn(cell)]
            case Effect.TERM:
                self._kernel.pass_down(cell.spec.id, cell.spec.stop_signal)
            case Effect.KILL:
                self._kernel.destroy(cell.spec.id)
                cell.killed()
        return []

    def _spawn(self, cell: Cell) -> Event:
        spec = cell.adopt_next()
        cell.ending = NO_ENDING
        cell.stopped_by = None
        cell.since = self._kernel.stamp()
        try:
            cell.pid = self._kernel.spawn(spec)
        except SpawnError as error:
            cell.exit, cell.exit_at = ExitStatus(error=str(error)), cell.since
            cell.death = None
            return Event.SPAWN_FAILED
        cell.starts += 1
        if spec.probe or spec.listen:
            cell.poll_at, cell.interval = self._kernel.now() + FIRST_LOOK, FIRST_LOOK
        if spec.probe:
            cell.poll_at = float("inf")  # the probe itself says when
            self._kernel.probe(spec)
        return Event.SPAWNED

    def _ended(self, ended: Ended) -> None:
        cell = self.cells[ended.id]
        if ended.leader is not None:
            self._examine(cell, ended.leader, ended.peak)
        if not ended.remaining:
            self._feed(cell, Event.EXITED)
            if cell.spec.stamp and cell.exit is not None and cell.exit.code == 0:
                self._stamp(cell.spec.stamp)
        elif ended.leader is not None:
            self._feed(cell, Event.LEADER_EXITED)
        else:
            self._feed(cell, Event.LAYER_EXITED)

    def _examine(self, cell: Cell, status: ExitStatus, peak: int | None) -> None:
        """Take down how the leader has ended, and whose doing that was."""
        pid, cell.pid = cell.pid, None
        assert pid is not None, "a leader that ends was there"
        now, ending = self._kernel.now(), cell.ending
        doubt = suspicion(status, ending)
        found = self._kernel.examine(cell.spec.id, pid, cell.spec.log, doubt)
        cell.exit, cell.exit_at = status, self._kernel.stamp()
        death = verdict(status, ending, found, now, cell.instance.started, peak)
        cell.death = death._replace(pid=pid)

    def _probed(self, probed: Probed) -> None:
        cell = self.cells.get(probed.id)
        if cell is None or cell.instance.state is not State.STARTING:
            return
        if probed.well:
            self._feed(cell, Event.READY)
        else:
            cell.poll_at = self._kernel.now() + 1.0
            self._schedule(cell)

    def _look(self, cell: Cell) -> None:
        if cell.spec.probe:
            cell.poll_at = float("inf")
            self._kernel.probe(cell.spec)
        elif cell.spec.listen and self._kernel.accepts(cell.spec.listen):
            self._feed(cell, Event.READY)
        else:
            cell.interval = min(cell.interval * 2, SLOWEST_LOOK)
            cell.poll_at = self._kernel.now() + cell.interval
            self._schedule(cell)

    def _schedule(self, cell: Cell) -> None:
        for at in _times(cell):
            heapq.heappush(self._heap, (at, cell.spec.id))
        if len(self._heap) > STALE * (len(self.cells) + 1):  # most are of deadlines given up
            self._heap = [(at, name) for name, c in self.cells.items() for at in _times(c)]
            heapq.heapify(self._heap)

    def _report(self, cell: Cell, event: Event, old: str) -> None:
        row = cell.row()
        said: Notice = {"at": self._kernel.stamp(), "id": cell.spec.id, "event": event.value}
        said["old"], said["new"], said["exit"] = old, row["state"], row["exit"]
        for key in ("kind", "name", "app", "want", "ready", "pid", "restarts", "port", "log"):
            said[key] = row[key]
        said["next"] = self._next(cell)
        if cell.stopped_by:
            said["stopped_by"] = cell.stopped_by
        self._note(said)

    def rows(self, ids: Iterable[str] | None = None) -> list[dict[str, object]]:
        """Return the rows of `paasctl ps --format json`, in the order of the plan."""
        cells = self.cells.values() if ids is None else [self.cells[i] for i in ids]
        return [
            {**cell.row(), "next": self._next(cell), "kill_at": self._kill_at(cell)}
            for cell in cells
        ]

    def _kill_at(self, cell: Cell) -> str | None:
        """Return when SIGKILL will end what SIGTERM has not, as a time for people."""
        deadline = cell.instance.deadline
        stopping = cell.instance.state is State.STOPPING and deadline is not None
        return self._kernel.stamp(deadline) if stopping else None

    def _next(self, cell: Cell) -> str | None:
        if cell.instance.state is not State.BACKOFF or cell.instance.deadline is None:
            return None
        return self._kernel.stamp(cell.instance.deadline)


def _times(cell: Cell) -> list[float]:
    """Return when something is due for it: its deadline, the next look whether it is ready."""
    both = (cell.instance.deadline, cell.poll_at)
    return [at for at in both if at is not None and at != float("inf")]
