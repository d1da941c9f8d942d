"""From the manifests on disk to a plan that the engine carries out."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from paasctl.cli.command import Call
from paasctl.cli.engine import asked
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.reuse import forget, keep, reusable
from paasctl.cli.running import Place, place_of
from paasctl.cli.talk import talk
from paasctl.cli.wishes import remembered
from paasctl.control.client import Client
from paasctl.model.problem import Problem, Severity
from paasctl.supervise.rundir import RunDir, replace

if TYPE_CHECKING:  # whoever makes a plan loads them; a restart by the plan in force does not
    from paasctl.host.obstacle import Obstacle
    from paasctl.model.host import Built, HostFacts, Options

_CODES = {
    "port-taken": Exit.TAKEN,
    "unknown-worker": Exit.UNKNOWN_NAME,
    "unknown-service": Exit.UNKNOWN_NAME,
    "unusable-url": Exit.USAGE,
}


class Planned(NamedTuple):
    """A plan, and what there is to say about where it came from."""

    built: "Built"
    facts: "HostFacts"
    files: tuple[str, ...]
    warnings: int
    app_roots: Mapping[str, str]


def make_plan(place: Place, options: "Options", quiet: bool = False) -> Planned:
    """Read the manifests and plan; warnings are said, errors are Refused (1, 6 or 7)."""
    from paasctl.manifest.cache import load_cached

    loaded = load_cached(place.root, place.file("project.cache"))
    errors = [p for p in loaded.problems if p.severity is Severity.ERROR]
    warnings = [p for p in loaded.here if p.severity is Severity.WARNING]
    shown = errors if quiet else errors + warnings
    if shown:
        from paasctl.cli.problems import render

        talk(render(shown, loaded.sources).rstrip("\n"))
    if loaded.project is None:
        raise _unreadable(errors)
    from paasctl.host.gather import gather
    from paasctl.host.obstacle import Obstacle
    from paasctl.plan.build import build

    try:
        facts = gather(loaded.project, place.root, options)
    except Obstacle as obstacle:
        raise refused(obstacle) from obstacle
    built = build(loaded.project, facts)
    if built.missing:
        from paasctl.cli.missing import refusal

        raise refusal(built.missing)
    roots = {app.name: app.root for app in loaded.project.apps}
    return Planned(built, facts, loaded.project.files, len(warnings), roots)


def refused(obstacle: "Obstacle") -> Refused:
    """Return the answer to a wish that this machine or project cannot grant."""
    return Refused(_CODES[obstacle.cause], obstacle.message, obstacle.fix)


def _unreadable(errors: Sequence[Problem]) -> Refused:
    if [problem.code for problem in errors] == ["no-manifest"]:
        return Refused(Exit.FAILED, "there is nothing to run without a manifest")
    many = f"{len(errors)} errors" if len(errors) > 1 else "an error"
    return Refused(Exit.FAILED, f"the manifests have {many}, nothing was changed")


def hand_over(place: Place, client: Client, built: "Built", **how: object) -> dict[str, object]:
    """Lay out what the plan needs and have the engine apply it; return the engine's reply.

    `how` is passed on: `only=[ids]` to replace these alone, `reload=True` to leave stopped
    what somebody has stopped.
    """
    from paasctl.cli.layout import lay_out
    from paasctl.model.plan import plan_text

    lay_out(built.layout)
    path = RunDir(place.state).next_plan()
    replace(path, plan_text(built.plan))
    try:
        return asked(client, "apply", plan=os.path.basename(path), **how)
    finally:
        with suppress(FileNotFoundError):  # the engine has taken it, unless it refused
            os.unlink(path)


def apply_current(call: Call, client: Client, only: Sequence[str]) -> int:
    """Replace these instances by what manifest and environment say now; return the seq before.

    Raises Refused as `make_plan` does, in which case everything stays as it is.
    """
    place = place_of(call)
    wish = remembered(place)
    if reusable(place, wish, running=True):
        reply = asked(client, "restart", targets=list(only))
    else:
        planned = make_plan(place, wish.options(held_ports(client)), quiet=True)
        _refuse_the_vanished(planned.built, only)
        forget(place)  # plan.json may hold old and new specs from here on
        reply = hand_over(place, client, planned.built, only=list(only))
        if brought_in_line(planned.built, reply, only):
            keep(place, wish, planned)
    seq = reply["seq"]
    assert isinstance(seq, int)
    return seq


def brought_in_line(built: "Built", reply: Mapping[str, object], only: Sequence[str]) -> bool:
    """Return whether all that runs runs by this plan, and not only what was replaced."""
    rows = reply["instances"]
    assert isinstance(rows, list)
    running = {row["id"]: row["fingerprint"] for row in rows if row["id"] not in only}
    wanted = {s.id: s.fingerprint for s in built.plan.instances if s.id not in only}
    return wanted == {name: running[name] for name in running if name in wanted}


def _refuse_the_vanished(built: "Built", only: Sequence[str]) -> None:
    """Refuse (1) where the engine would wait for ever: what is no part of the plan any more."""
    planned = {spec.id for spec in built.plan.instances}
    vanished = ", ".join(identity for identity in only if identity not in planned)
    if vanished:
        raise Refused(
            Exit.FAILED,
            f"the manifests as they are now give no {vanished}, nothing was changed",
            fix="paasctl validate may know why; paasctl up -d brings everything in line with them",
        )


def held_ports(client: Client) -> frozenset[int]:
    """Return the ports that the engine's own instances have."""
    rows = client.ask("status")["instances"]
    assert isinstance(rows, list)
    return frozenset(row["port"] for row in rows if row["port"])
