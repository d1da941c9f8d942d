"""`paasctl reload`: what has changed in the manifests is taken in, and nothing else is touched."""

from collections.abc import Mapping
from typing import NamedTuple

from paasctl.cli.command import Call, Command, Option, Value
from paasctl.cli.engine import asked, engine_of, number, rows_of
from paasctl.cli.lastlines import last_lines
from paasctl.cli.outcome import wait_down, wait_ready
from paasctl.cli.restart import READY_WITHIN
from paasctl.cli.running import place_of
from paasctl.cli.stop import AFTER_KILL
from paasctl.cli.talk import talk
from paasctl.model.plan import GRACE, InstanceSpec
from paasctl.model.status import Shown, Status


class Change(NamedTuple):
    """What a new plan means for what is there."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    resting: tuple[str, ...]
    """Changed, and stopped by somebody: the change waits for its next start."""

    def lines(self) -> list[str]:
        """Return one line for each instance that it concerns."""
        told = [f"{name}  + new" for name in self.added]
        told += [f"{name}  ↻ changed, restarting" for name in self.changed]
        told += [f"{name}  ■ is not defined any more" for name in self.gone]
        return told + [f"{name}  changed, stays stopped" for name in self.resting]


def change(rows: Mapping[str, Status], specs: Mapping[str, InstanceSpec]) -> Change:
    """Return what applying the specs will do; a run-once counts only where it is due."""
    differ = [
        spec.id
        for spec in specs.values()
        if spec.id in rows and not spec.once and rows[spec.id].fingerprint != spec.fingerprint
    ]
    resting = tuple(name for name in differ if rows[name].state == Shown.STOPPED)
    return Change(
        tuple(name for name in specs if name not in rows),
        tuple(name for name in differ if name not in resting),
        tuple(name for name in rows if name not in specs),
        resting,
    )


def run(call: Call) -> int:
    """Apply the manifests as they are; Refused (1) leaves everything as it was."""
    place = place_of(call)
    client = engine_of(place)
    rows = {row.id: row for row in rows_of(asked(client, "status"))}
    from paasctl.cli.deploying import hand_over, held_ports, make_plan
    from paasctl.cli.reuse import keep
    from paasctl.cli.wishes import remembered

    wish = remembered(place)
    planned = make_plan(place, wish.options(held_ports(client)), quiet=call.quiet)
    specs = {spec.id: spec for spec in planned.built.plan.instances}
    found = change(rows, specs)
    if not call.quiet:
        talk(*(found.lines() or ["nothing has changed"]))
    if call.flag("dry-run"):
        return 0
    reply = hand_over(place, client, planned.built, reload=True)
    keep(place, wish, planned)
    seq = number(reply, "seq")
    left = {row.id: row for row in rows_of(asked(client, "status"))}
    ending = [left.get(name, rows[name]._replace(state=Shown.STOPPED)) for name in found.gone]
    wait_down(client, ending, seq, GRACE + AFTER_KILL, call.quiet)
    seconds = call.number("timeout", READY_WITHIN)
    if any(spec.once for spec in specs.values()):  # a hook is due: what follows depends on it
        from paasctl.cli.waiting import await_deployment

        asked(client, "watch", since=seq)
        await_deployment(client, seconds)
        return 0
    logs = {row.id: row.log for row in rows_of(reply)}
    started = {
        name: rows[name].pid if name in rows else None for name in found.added + found.changed
    }
    return wait_ready(
        client, started, seq, seconds, call.quiet, lambda name: last_lines(place, logs[name])
    )


COMMAND = Command(
    "reload",
    "Take in what has changed in the manifests; restart only what that concerns.",
    run,
    (
        Option(("--dry-run",), "Only say what would happen."),
        Option(("--timeout",), "Seconds to wait until ready, 75 unless told.", Value.SECONDS),
    ),
)
