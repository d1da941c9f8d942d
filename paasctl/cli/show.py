"""`paasctl show NAME`: everything about one instance, living or dead; needs no engine."""

import os
import sys
from typing import NamedTuple

from paasctl.cli.awaited import awaited
from paasctl.cli.command import Argument, Call, Command, Option
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.history import Notice, ends_of
from paasctl.cli.lastlines import last_lines
from paasctl.cli.masking import Secrets, secrets_of
from paasctl.cli.running import Place, place_of, resolve_one
from paasctl.cli.snapshot import Snapshot, plan_in_force, snapshot
from paasctl.cli.talk import talk
from paasctl.cli.trees import Member, trees
from paasctl.model.plan import InstanceSpec, Plan
from paasctl.model.status import Status
from paasctl.plan.mounts import Binding

ENDS = 10
"""Ends of earlier processes that are shown."""
LINES = 20


class Portrait(NamedTuple):
    """All there is to say about an instance; `env` is fit to be shown.

    `lines` are the last ones of its log, `last_words` those before its last end.
    """

    row: Status
    spec: InstanceSpec
    running: bool
    env: dict[str, str]
    mounts: tuple[Binding, ...]
    processes: list[Member]
    ends: list[Notice]
    lines: list[str]
    last_words: list[str]
    log: str
    waits_for: str


def run(call: Call) -> int:
    """Print the portrait; 3 where no engine runs, with what the last one has left."""
    place = place_of(call)
    plan = plan_in_force(place)
    if plan is None:
        raise Refused(
            Exit.NOT_RUNNING, "nothing has been started here yet", fix="paasctl up starts it"
        )
    seen = snapshot(place)
    identity = resolve_one(call.text("name") or "", seen.rows, call.app)
    portrait = _portrait(call, place, plan, seen, identity)
    if call.format == "json":
        from paasctl.cli.show_text import as_json

        sys.stdout.write(as_json(seen.project, portrait))
    else:
        from paasctl.cli.show_text import as_text

        sys.stdout.write(as_text(call, portrait))
    if seen.note and not call.quiet:
        talk(f"paasctl: {seen.note}")
    return Exit.DONE if seen.running else Exit.NOT_RUNNING


def _portrait(call: Call, place: Place, plan: Plan, seen: Snapshot, identity: str) -> Portrait:
    row = next(row for row in seen.rows if row.id == identity)
    spec = next((spec for spec in plan.instances if spec.id == identity), None)
    if spec is None:
        raise Refused(Exit.FAILED, f"{identity} is being removed: the plan does not have it")
    secrets = secrets_of(place, plan)
    stages = {item.id: item.stage for item in plan.instances}
    return Portrait(
        row=row,
        spec=spec,
        running=seen.running,
        env=dict(spec.env) if call.flag("reveal") else secrets.environment(spec.env),
        mounts=_mounts(place, spec),
        processes=_hidden(trees(place, [row])[identity], secrets, call.flag("reveal")),
        ends=ends_of(place, identity, ENDS),
        lines=last_lines(place, row.log, LINES),
        last_words=_last_words(place, row),
        log=place.file("log", row.log),
        waits_for=awaited(row, spec, seen.rows, stages) if seen.running else "",
    )


def _hidden(members: list[Member], secrets: Secrets, reveal: bool) -> list[Member]:
    """Return the processes with the secrets in their command lines hidden."""
    if reveal:
        return members
    return [member._replace(command=secrets.hide(member.command)) for member in members]


def _last_words(place: Place, row: Status) -> list[str]:
    """Return the lines before the end of its last process; none if it has had no end."""
    end = (row.exit or {}).get("log_end")
    return last_lines(place, row.log, LINES, end) if isinstance(end, int) else []


def _mounts(place: Place, spec: InstanceSpec) -> tuple[Binding, ...]:
    """Return where its mounts lie: as its namespace has them, else the links in the checkout."""
    from paasctl.plan.enclosure import bound_by

    bound = bound_by(spec.enclosure)
    if bound or not os.path.isdir(spec.cwd):
        return bound
    with os.scandir(spec.cwd) as entries:
        links = [Binding(os.readlink(entry), entry.path) for entry in entries if entry.is_symlink()]
    stores = place.file("mounts") + os.sep
    return tuple(sorted(link for link in links if link.store.startswith(stores)))


COMMAND = Command(
    "show",
    "Show everything about one process: its tree, environment, mounts, how it ended before.",
    run,
    (Option(("--reveal",), "Show passwords and other secrets too."),),
    (Argument("name", "Whose.", required=True),),
)
