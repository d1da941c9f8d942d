"""`paasctl services`: what stands behind each service, where it is and how it fares."""

import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from paasctl.cli.colour import Colour, stdout_colour, width_of
from paasctl.cli.command import Call, Command, Option
from paasctl.cli.config import effective
from paasctl.cli.deploying import refused
from paasctl.cli.exits import Exit
from paasctl.cli.missing import refusal, ways
from paasctl.cli.ps import COLOURS
from paasctl.cli.running import Place, place_of
from paasctl.cli.snapshot import snapshot
from paasctl.cli.table import Cell, Column, envelope, plain, table
from paasctl.cli.wishes import remembered
from paasctl.host.obstacle import Obstacle
from paasctl.host.serverfacts import server_facts
from paasctl.model.host import MissingService, ServiceFacts
from paasctl.model.project import MountSource, Service
from paasctl.model.service import External, Missing, Provider
from paasctl.model.status import Shown, Status
from paasctl.plan.mounts import shared_store
from paasctl.services.registry import DIRECTORY_TYPES
from paasctl.services.shapes import shape_of

COLUMNS = (
    Column("NAME"),
    Column("TYPE", 2),
    Column("GRADE", 1),
    Column("RUNS"),
    Column("ENDPOINTS", 3),
    Column("ADDRESS"),
    Column("STATE"),
    Column("PROGRAM", 4),
)


class Row(NamedTuple):
    """One service; texts are empty where there is nothing to say, `ways` where nothing is missing.

    `address` is host and port, absent before the first `up`, the URL of a server elsewhere, or
    the directory of a network storage.
    """

    name: str
    type: str
    grade: str
    product: str
    version: str
    program: str
    endpoints: tuple[str, ...]
    address: str
    state: str
    ways: tuple[str, ...] = ()


def run(call: Call) -> int:
    """Print the list; Refused (7) after it where a service has no server."""
    if call.flag("types"):
        from paasctl.cli.services_types import show

        return show(call)
    project, rows, missing = _rows(place_of(call))
    sys.stdout.write(_written(call, project, rows))
    if missing:
        raise refusal(missing)
    return Exit.DONE


def _rows(place: Place) -> tuple[str, list[Row], list[MissingService]]:
    """Return the project's id, a row for each service, and those without a server."""
    services = effective(place.root, quiet=True).services
    facts = _facts(place, services)
    seen = snapshot(place)
    instances = {row.id: row for row in seen.rows if row.kind == "service"}
    rows: list[Row] = []
    missing: list[MissingService] = []
    for service in services:
        row = _row(place.state, service, facts[service.name], instances.get(service.name))
        if not row.grade:
            hints = getattr(facts[service.name].provider, "hints", ())
            missing.append(MissingService(service.name, row.type, hints))
            row = row._replace(ways=ways(missing[-1]))
        rows.append(row)
    return seen.project, rows, missing


def _facts(place: Place, services: Sequence[Service]) -> Mapping[str, ServiceFacts]:
    """Return the server of each service, with the URLs that the last `up` was given."""
    names = {service.name for service in services}
    urls = {name: url for name, url in remembered(place).services if name in names}
    try:
        return server_facts(services, urls)
    except Obstacle as obstacle:
        raise refused(obstacle) from obstacle


def _row(state_dir: str, service: Service, known: ServiceFacts, instance: Status | None) -> Row:
    shape = shape_of(service.type)
    endpoints = tuple(shape.endpoints)
    if known.type is not None:
        endpoints = known.type.endpoints(service)
    row = Row(
        name=service.name,
        type=f"{service.type}:{service.version}",
        grade="",
        product="",
        version="",
        program="",
        endpoints=endpoints,
        address="",
        state="",
    )
    if service.type in DIRECTORY_TYPES:
        store = shared_store(state_dir, MountSource.SERVICE, service.name)
        return row._replace(grade="native", product=shape.title, address=store)
    if isinstance(known.provider, External):
        title = shape.title
        return row._replace(grade="external", product=title, address=known.provider.address)
    if isinstance(known.provider, Missing):
        return row
    return _with_server(row, shape.title, known.provider, instance)


def _with_server(row: Row, title: str, provider: Provider, instance: Status | None) -> Row:
    version, _, product = provider.version.partition("-")
    row = row._replace(
        grade=provider.grade.value,
        product=product or title,
        version=version,
        program=provider.programs.get("server", ""),
    )
    if instance is None:
        return row
    address = f"127.0.0.1:{instance.port}" if instance.port else ""
    return row._replace(address=address, state=str(instance.state))


def _written(call: Call, project: str, rows: Sequence[Row]) -> str:
    if call.format == "json":
        return envelope({"project": project, "services": [_public(row) for row in rows]})
    if call.quiet:
        return "".join(f"{row.name}\n" for row in rows)
    cells = [_cells(row) for row in rows]
    if call.format == "plain":
        return plain([[cell.text for cell in line] for line in cells])
    if not cells:
        return ""
    return table(COLUMNS, cells, width_of(1), stdout_colour(call.color))


def _public(row: Row) -> Mapping[str, object]:
    """Return the row with null for what there is none of."""
    fields = row._asdict().items()
    return {key: value if value or key in ("endpoints", "ways") else None for key, value in fields}


def _cells(row: Row) -> list[Cell]:
    runs = f"{row.product} {row.version}".strip()
    state = Cell(row.state, COLOURS[Shown(row.state)]) if row.state else Cell("-")
    return [
        Cell(row.name, Colour.STRONG),
        Cell(row.type),
        Cell(row.grade or "missing", Colour.NONE if row.grade else Colour.BAD),
        Cell(runs or "-"),
        Cell(", ".join(row.endpoints) or "-"),
        Cell(row.address or "-"),
        state,
        Cell(row.program or "-"),
    ]


COMMAND = Command(
    "services",
    "Show what stands behind each service: program, version, address. Exit code 7 where none does.",
    run,
    options=(Option(("--types",), "Show every type that a manifest may name instead."),),
)
