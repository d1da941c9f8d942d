"""`paasctl doctor`: checks the machine and the project, and packs what a bug report needs."""

import sys
from collections.abc import Sequence

from paasctl.cli.colour import Colour, harmless, paint, stdout_colour
from paasctl.cli.command import Call, Command, Option, Value
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.finding import Finding, Grade
from paasctl.cli.running import Place, place_of
from paasctl.cli.table import envelope, plain
from paasctl.cli.talk import talk

SIGNS = {Grade.OK: "✓", Grade.WARN: "⚠", Grade.BAD: "×"}  # noqa: RUF001 -- a sign
ASCII = {Grade.OK: "+", Grade.WARN: "!", Grade.BAD: "x"}
COLOURS = {Grade.OK: Colour.GOOD, Grade.WARN: Colour.BUSY, Grade.BAD: Colour.BAD}


def run(call: Call) -> int:
    """Print what was found; 1 if something is in the way. With --bundle write that too."""
    place = _place(call)
    from paasctl.cli import doctor_machine

    machine = list(doctor_machine.findings(place.state if place else "."))
    project: list[Finding] = []
    if place is not None:
        from paasctl.cli import doctor_project

        project = list(doctor_project.findings(place))
    report = _json(place, machine, project)
    if call.format == "json":
        sys.stdout.write(report)
    else:
        sys.stdout.write(_text(call, place, machine, project))
    bundle = call.text("bundle")
    if bundle is not None:
        from paasctl.cli.bundle import write

        names = write(bundle, place, report)
        talk(f"paasctl: wrote {bundle}, secrets hidden: {', '.join(names)}")
        talk("paasctl: have a look before you give it away: programs may log what nobody knows of")
    bad = any(finding.grade is Grade.BAD for finding in (*machine, *project))
    return Exit.FAILED if bad else Exit.DONE


def _place(call: Call) -> Place | None:
    """Return the project around; without one only the machine is looked at."""
    try:
        return place_of(call)
    except Refused as refused:
        if refused.code is Exit.NOT_RUNNING:
            return None
        raise


def _json(place: Place | None, machine: Sequence[Finding], project: Sequence[Finding]) -> str:
    both = [("machine", item) for item in machine] + [("project", item) for item in project]
    return envelope(
        {
            "project": None if place is None else place.root,
            "ok": all(item.grade is not Grade.BAD for _, item in both),
            "findings": [{"area": area, **item._asdict()} for area, item in both],
        }
    )


def _text(
    call: Call, place: Place | None, machine: Sequence[Finding], project: Sequence[Finding]
) -> str:
    if call.format == "plain":
        both = (*machine, *project)
        return plain([[item.subject, item.grade.value, item.text, item.fix] for item in both])
    where = f"project  {place.root}" if place is not None else "project  none here"
    return _part(call, "machine", machine) + _part(call, where, project)


def _part(call: Call, title: str, found: Sequence[Finding]) -> str:
    shown = [item for item in found if item.grade is not Grade.OK] if call.quiet else found
    colour = stdout_colour(call.color)
    signs = SIGNS if (sys.stdout.encoding or "").lower().startswith("utf") else ASCII
    width = max((len(item.subject) for item in shown), default=0)
    lines = [paint(title, Colour.STRONG, colour)]
    for item in shown:
        sign = paint(signs[item.grade], COLOURS[item.grade], colour)
        lines.append(f"  {sign} {item.subject:<{width}}  {harmless(item.text)}")
        if item.fix:
            lines.append(f"    {'':<{width}}  → {item.fix}")
    return "".join(line + "\n" for line in lines)


COMMAND = Command(
    "doctor",
    "Check the machine and the project: what is there, what is missing, what to do.",
    run,
    (
        Option(
            ("--bundle",),
            "Also write what a bug report needs, without secrets, as a tar.gz.",
            Value.TEXT,
            metavar="FILE",
        ),
    ),
)
