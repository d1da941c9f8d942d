"""What to say where no server is found for a service: every way to give one, exit 7."""

from collections.abc import Iterable

from paasctl.cli.exits import Exit, Refused
from paasctl.model.host import MissingService


def refusal(missing: Iterable[MissingService]) -> Refused:
    """Return the answer to whoever wants to run these services."""
    lines: list[str] = []
    names: list[str] = []
    for service in missing:
        names.append(service.name)
        lines.append(f"{service.name} ({service.type}) needs a server; any of these gives one:")
        lines += [f"    {way}" for way in ways(service)]
    message = f"no server here for {', '.join(names)}"
    return Refused(Exit.MISSING_PROGRAM, message, lines=tuple(lines))


def ways(service: MissingService) -> tuple[str, ...]:
    """Return the ways to a server: installing one where that is possible, one elsewhere always."""
    from paasctl.services.external import example

    url = example(service.type.partition(":")[0])
    elsewhere = f"one that runs elsewhere: paasctl up --service {service.name}={url}"
    if service.hints:
        return (*service.hints, elsewhere)
    return (
        elsewhere,
        "none, for now: comment it out where it is defined, and the relationships to it",
    )
