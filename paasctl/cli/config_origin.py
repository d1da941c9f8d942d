"""`paasctl config --origin`: each value with the line that it comes from."""

import json
import sys
from collections.abc import Mapping

from paasctl.cli.command import Call
from paasctl.cli.running import place_of
from paasctl.cli.table import Cell, Column, envelope, table
from paasctl.cli.table import plain as lines
from paasctl.manifest.document import Data
from paasctl.manifest.origins import How, Origin, origins
from paasctl.model.position import Position

_WIDTH = 40
"""Characters of a value that the table shows."""


def show(call: Call, wanted: Mapping[str, set[str]], form: str) -> None:
    """Print the origins of the apps wanted, with web and the workers named for each."""
    only = call.text("worker") is not None
    found = [
        origin
        for origin in origins(place_of(call).root)
        if origin.app in wanted
        and (origin.worker in wanted[origin.app] or (origin.worker is None and not only))
    ]
    if form in ("json", "yaml"):
        sys.stdout.write(envelope({"origins": [_object(origin) for origin in found]}))
        return
    rows = [_row(origin) for origin in found if call.verbose or origin.how is not How.DEFAULT]
    if form == "plain":
        sys.stdout.write(lines(rows))
        return
    from paasctl.cli.colour import width_of

    titles = ("INSTANCE", "KEY", "VALUE", "FROM", "REPLACES")
    columns = [Column(title, rank) for rank, title in enumerate(titles)]
    cells = [[Cell(text) for text in row] for row in rows]
    sys.stdout.write(table(columns, cells, width_of(1)))


def _name(origin: Origin) -> str:
    return origin.app if origin.worker is None else f"{origin.app}--{origin.worker}"


def _row(origin: Origin) -> tuple[str, ...]:
    source = _place(origin.position)
    if origin.how in (How.INHERITED, How.DEFAULT):
        source = f"{source} ({origin.how})".strip()
    lost = f"{_place(origin.lost)}: {_short(origin.lost_value)}" if origin.lost else ""
    return _name(origin), origin.key, _short(origin.value), source, lost


def _place(position: Position | None) -> str:
    return f"{position.file}:{position.line}" if position else ""


def _short(value: Data) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def _object(origin: Origin) -> dict[str, object]:
    content: dict[str, object] = {
        "instance": _name(origin),
        "key": origin.key,
        "value": origin.value,
        "how": origin.how.value,
        "at": _at(origin.position),
    }
    if origin.lost is not None:
        content["replaces"] = {"at": _at(origin.lost), "value": origin.lost_value}
    return content


def _at(position: Position | None) -> dict[str, object] | None:
    return dict(position._asdict()) if position else None
