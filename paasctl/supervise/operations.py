"""What the control socket may ask of the engine: a fixed table, no lookup by attribute."""

import json
import os
import signal
from collections.abc import Callable, Mapping

from paasctl.control.listener import Connection
from paasctl.control.protocol import Declined, Request
from paasctl.model.plan import InstanceSpec, LogLimits, Plan, plan_from_json, plan_text
from paasctl.supervise.journal import Journal
from paasctl.supervise.kernel import Kernel
from paasctl.supervise.machine import Event
from paasctl.supervise.planfile import UNUSABLE, bad_plan, read_plan
from paasctl.supervise.rundir import RunDir, replace
from paasctl.supervise.supervisor import Supervisor

Answer = dict[str, object]
Operation = Callable[[Connection, Request], Answer]


class Operations:
    """Answers requests by acting on the supervisor."""

    def __init__(
        self,
        supervisor: Supervisor,
        kernel: Kernel,
        journal: Journal,
        rundir: RunDir,
        limit_logs: Callable[[LogLimits, bool], None] = lambda limits, idle: None,
    ) -> None:
        self._supervisor = supervisor
        self._kernel = kernel
        self._journal = journal
        self._rundir = rundir
        self._limit_logs = limit_logs
        self.troubles: Callable[[], tuple[str, ...]] = tuple
        self._project = ""
        self._root = ""
        self._urls: tuple[tuple[str, str], ...] = ()
        self.limits = LogLimits()
        self._table: dict[str, Operation] = {
            "ping": self._ping,
            "status": self._status,
            "up": lambda c, r: self._event(r, Event.UP),
            "run": lambda c, r: self._event(r, Event.ONCE),
            "restart": self._restart,
            "kill": lambda c, r: self._event(r, Event.KILL),
            "down": self._down,
            "signal": self._signal,
            "apply": self._apply,
            "watch": self._watch,
            "own": self._own,
            "quit": self._quit,
            "slay": self._slay,
        }

    def add(self, more: Mapping[str, Operation]) -> None:
        """Put more operations into the table."""
        self._table.update(more)

    def plan(self, specs: tuple[InstanceSpec, ...]) -> Plan:
        """Return these instances as the plan in force."""
        return Plan(self._project, self._root, specs, self._urls)

    @property
    def told(self) -> bool:
        """Return whether anybody has said yet what is to run."""
        return bool(self._root)

    def handle(self, connection: Connection, request: Request) -> Answer:
        """Answer one request; Declined where it cannot be done."""
        operation = self._table.get(request.op)
        if operation is None:
            raise Declined("unknown-op", f"no operation {request.op!r}", tuple(self._table))
        try:
            return operation(connection, request)
        except OSError as error:
            raise Declined("failed", f"{request.op}: {reason(error)}") from error

    def _ping(self, connection: Connection, request: Request) -> Answer:
        from paasctl import __version__

        return {"version": __version__, "pid": os.getpid(), "project": self._project}

    def _status(self, connection: Connection, request: Request) -> Answer:
        ids = self._targets(request) if request.names("targets") is not None else None
        return {
            "project": self._project,
            "root": self._root,
            "urls": self._urls,
            "instances": self._supervisor.rows(ids),
            "deployment": self._supervisor.outcome().value,
            "closing": self._supervisor.closing,
            "troubles": self.troubles(),
            "seq": self._journal.seq,
        }

    def _targets(self, request: Request) -> tuple[str, ...]:
        known = tuple(self._supervisor.cells)
        names = request.names("targets")
        if names is None:
            return known
        for name in names:
            if name not in self._supervisor.cells:
                raise Declined("unknown-target", f"there is no instance {name!r}", known)
        return names

    def _event(self, request: Request, event: Event) -> Answer:
        if self._supervisor.closing and event is not Event.KILL:
            raise Declined("closing", "everything is being stopped")
        seq, targets = self._journal.seq, self._targets(request)
        self._supervisor.ask(event, targets)
        return {"accepted": targets, "seq": seq}

    def _restart(self, connection: Connection, request: Request) -> Answer:
        """Stop and start; with `gentle` as `sv restart`, which never kills."""
        if not request.flag("gentle"):
            return self._event(request, Event.RESTART)
        before = self._event(request, Event.RELEASE)
        return {**self._event(request, Event.UP), "seq": before["seq"]}

    def _down(self, connection: Connection, request: Request) -> Answer:
        for target in self._targets(request):
            cell = self._supervisor.cells[target]
            grace = max(0.0, request.number("timeout", cell.spec.grace))
            cell.instance = cell.instance._replace(grace=grace)
            cell.stopped_by = request.text("by") if "by" in request.arguments else None
        return self._event(request, Event.RELEASE if request.flag("gentle") else Event.DOWN)

    def _signal(self, connection: Connection, request: Request) -> Answer:
        name = request.text("signal")
        try:
            number = signal.Signals[name if name.startswith("SIG") else f"SIG{name}"]
        except KeyError:
            raise Declined("unknown-signal", f"there is no signal {name!r}") from None
        targets = self._targets(request)
        signal_name = signal.Signals(number).name
        told = [t for t in targets if self._supervisor.tell(t, number, signal_name)]
        return {"accepted": told, "seq": self._journal.seq}

    def _apply(self, connection: Connection, request: Request) -> Answer:
        if self._supervisor.closing:
            raise Declined("closing", "everything is being stopped")
        path = os.path.join(self._rundir.path, os.path.basename(request.text("plan")))
        plan = read_plan(path)
        only = request.names("only")
        seq = self._journal.seq
        self._project, self._root, self._urls = plan.project, plan.root, plan.urls
        idle = not any(cell.alive() for cell in self._supervisor.cells.values())
        self.limits = plan.logs
        self._limit_logs(plan.logs, idle)
        self._supervisor.apply(_absolute(plan, self._rundir.log), only, not request.flag("reload"))
        self._supervisor.retire(request.names("remove") or ())
        self._keep(plan, path, only)
        return {"seq": seq, "instances": self._supervisor.rows(), "urls": self._urls}

    def _keep(self, plan: Plan, path: str, only: tuple[str, ...] | None) -> None:
        """Make plan.json say what is in force, also where only a part was applied."""
        if only is not None:
            cells = self._supervisor.cells
            before = _in_force(self._rundir.plan)
            merged = [
                spec if spec.id in only else before.get(spec.id, spec)
                for spec in _whole(path).instances
                if spec.id in cells
            ]
            replace(self._rundir.plan, plan_text(plan._replace(instances=tuple(merged))))
            os.unlink(path)
        elif path != self._rundir.plan:
            os.replace(path, self._rundir.plan)

    def _watch(self, connection: Connection, request: Request) -> Answer:
        connection.watching = True
        for notice in self._journal.since(int(request.number("since", self._journal.seq))):
            connection.say({"notice": notice})
        return {"seq": self._journal.seq}

    def _own(self, connection: Connection, request: Request) -> Answer:
        connection.owner = not request.flag("release")
        return {}

    def _quit(self, connection: Connection, request: Request) -> Answer:
        seconds = request.number("timeout", -1.0)
        if seconds >= 0:
            for cell in self._supervisor.cells.values():
                cell.instance = cell.instance._replace(grace=seconds)
        self._supervisor.close()
        return {"seq": self._journal.seq}

    def _slay(self, connection: Connection, request: Request) -> Answer:
        alive = [c.spec.id for c in self._supervisor.cells.values() if c.alive()]
        self._supervisor.slay()
        return {"accepted": alive}


def reason(error: OSError) -> str:
    """Return what the system said, and about which file."""
    said = error.strerror or str(error)
    return f"{error.filename}: {said}" if error.filename else said


def _absolute(plan: Plan, log_dir: str) -> Plan:
    """Return the plan with the logs' full paths, which is what processes are started with."""
    specs = (s._replace(log=os.path.join(log_dir, s.log)) for s in plan.instances)
    return plan._replace(instances=tuple(specs))


def _in_force(path: str) -> dict[str, InstanceSpec]:
    """Return the specs of plan.json; none if it is gone or spoilt: the next one mends it."""
    try:
        return {spec.id: spec for spec in _whole(path).instances}
    except Declined:
        return {}


def _whole(path: str) -> Plan:
    """Return a plan with all environments, which `read_plan` leaves on the disk."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return plan_from_json(json.load(file))
    except UNUSABLE as error:
        raise bad_plan(path, error) from error
