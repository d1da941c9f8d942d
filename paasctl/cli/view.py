"""What an attached `up` shows: whose logs, and what stands in front of their lines."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from paasctl.cli.command import Call
from paasctl.cli.logs import stamp
from paasctl.cli.running import resolve
from paasctl.logs.follow import Merged
from paasctl.logs.prefix import Lines, Shape, prefixed

Row = Mapping[str, object]


class _Item(NamedTuple):
    id: str
    kind: str
    app: str | None


def shown_logs(call: Call, rows: Iterable[Row]) -> dict[str, str]:
    """Return log file → name of those to show: all but services, unless --attach says otherwise.

    Refused (4) for a name that there is not.
    """
    rows = list(rows)
    items = [_Item(str(r["id"]), str(r["kind"]), str(r["app"]) if r["app"] else None) for r in rows]
    chosen = {item.id for item in items if item.kind != "service"}
    if call.texts("attach"):
        chosen = set(resolve(call.texts("attach"), items))
    if call.texts("no-attach"):
        chosen -= set(resolve(call.texts("no-attach"), items))
    return {
        os.path.basename(str(row["log"])): str(row["name"]) for row in rows if row["id"] in chosen
    }


def followed(
    call: Call,
    log_dir: str,
    names: Mapping[str, str],
    write: Callable[[bytes], object],
    colour: bool,
    begins: Mapping[str, int],
) -> Merged:
    """Return the logs of `names` as one stream, each from the byte that `begins` has for it."""
    shapes: Mapping[str, Shape] = prefixed(names, colour)
    if call.flag("no-prefix"):
        shapes = {file: Lines(b"", colour) for file in names}
    dated = stamp if call.flag("timestamps") else None
    return Merged(log_dir, names, write, begins, shapes=shapes, stamp=dated)
