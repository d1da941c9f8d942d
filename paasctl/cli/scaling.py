"""How a running project gets more or fewer copies of some workers, and nothing else."""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from paasctl.cli.deploying import Planned, brought_in_line, held_ports, make_plan
from paasctl.cli.engine import asked, number, rows_of
from paasctl.cli.layout import lay_out
from paasctl.cli.reuse import forget, keep
from paasctl.cli.running import Place
from paasctl.cli.snapshot import plan_in_force
from paasctl.cli.target import base
from paasctl.cli.wishes import Wish
from paasctl.control.client import Client
from paasctl.model.plan import InstanceSpec, Kind, Plan, plan_text
from paasctl.supervise.rundir import RunDir, replace


class Change(NamedTuple):
    """What has to be done: copies to start, copies to end, and the plan that this comes from."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    planned: Planned


def change_of(place: Place, client: Client, wish: Wish) -> Change:
    """Return what brings the workers that `wish.scale` names to their numbers.

    Refused (4) for a name that no worker has, and as `make_plan` does.
    """
    planned = make_plan(place, wish.options(held_ports(client)), quiet=True)
    names = {name for name, _ in wish.scale}
    running = [row.id for row in rows_of(asked(client, "status")) if row.kind == Kind.WORKER]
    wanted = [spec.id for spec in planned.built.plan.instances if spec.kind is Kind.WORKER]
    return Change(
        added=tuple(i for i in _of(wanted, names) if i not in running),
        removed=tuple(i for i in _of(running, names) if i not in wanted),
        planned=planned,
    )


def _of(ids: Iterable[str], names: set[str]) -> list[str]:
    """Return the ids of copies of workers by their full or short names."""
    return [i for i in ids if base(i) in names or base(i).partition("--")[2] in names]


def apply_change(place: Place, client: Client, wish: Wish, change: Change) -> int:
    """Have the engine carry it out; return the number of the last notice before."""
    lay_out(change.planned.built.layout)
    forget(place)  # plan.json may hold old and new specs from here on
    path = RunDir(place.state).next_plan()
    replace(path, plan_text(_merged(place, change)))
    try:
        reply = asked(
            client, "apply", plan=os.path.basename(path),
            only=list(change.added), remove=list(change.removed), reload=True,
        )  # fmt: skip
    finally:
        with suppress(FileNotFoundError):  # the engine has taken it, unless it refused
            os.unlink(path)
    if brought_in_line(change.planned.built, reply, change.added):
        keep(place, wish, change.planned)
    return number(reply, "seq")


def _merged(place: Place, change: Change) -> Plan:
    """Return the plan in force, with the new copies beside their like and without the old ones.

    Run-once instances of earlier deployments are left out, or the next start would run them.
    """
    planned = change.planned.built.plan
    now = plan_in_force(place) or planned._replace(instances=())
    running = {spec.id: spec for spec in now.instances}
    specs: list[InstanceSpec] = []
    for spec in planned.instances:
        if spec.id in running:
            specs.append(running[spec.id])
        elif spec.id in change.added:
            specs.append(spec)
    rest = _left(now.instances, {spec.id for spec in specs}, change.removed)
    return now._replace(instances=(*specs, *rest))


def _left(
    instances: Sequence[InstanceSpec], taken: set[str], removed: Sequence[str]
) -> list[InstanceSpec]:
    """Return what runs though the manifests do not have it any more: that is not our business."""
    return [
        spec
        for spec in instances
        if spec.id not in taken and spec.id not in removed and not spec.once
    ]
