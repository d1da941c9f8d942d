"""What an engine's new program takes over from the old one, attribute by attribute.

Each attribute is in one of the two columns; a test fails for one that is in neither. `saved` goes
through the codec. `remade` is made anew by the constructor, or from what was saved.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from paasctl.supervise.cell import Cell
from paasctl.supervise.codec import Decoder, Remake, encode
from paasctl.supervise.posix import Family


class Kept(NamedTuple):
    """Attribute names of a class."""

    saved: tuple[str, ...]
    remade: tuple[str, ...]


KEPT: Final[Mapping[str, Kept]] = {
    "Supervisor": Kept(
        saved=("_outcome", "_going", "_stirred", "cells", "closing", "_applied"),
        remade=("_kernel", "_note", "_stamp", "_complain", "_heap"),
    ),
    "PosixKernel": Kept(
        saved=("families", "probes", "stillborn_probes", "touched", "leaders"),
        remade=("owners", "sessions", "selector", "_wake", "blind"),
    ),
    "LinuxKernel": Kept(
        saved=("families", "probes", "stillborn_probes", "touched", "leaders"),
        remade=(
            *("owners", "sessions", "selector", "_wake", "blind"),
            *("strays", "_looked", "_spare", "_oom"),
        ),
    ),
    "Journal": Kept(saved=("seq", "_pending"), remade=("_path", "clean", "_file")),
    "Operations": Kept(
        saved=("_project", "_root", "_urls", "limits"),
        remade=(
            *("_supervisor", "_kernel", "_journal", "_rundir", "_table"),
            *("_limit_logs", "troubles"),
        ),
    ),
}
"""The objects that an engine has one of. Those with slots, it has many of, are saved whole."""

REMAKE: Final[Mapping[str, Remake]] = {
    "paasctl.supervise.cell:Cell": lambda fields: _cell(fields),
    "paasctl.supervise.posix:Family": lambda fields: _family(fields),
}


def _cell(fields: dict[str, object]) -> Cell:
    return Cell(fields["spec"], "")  # type: ignore[arg-type]  # as the codec has found it


def _family(fields: dict[str, object]) -> Family:
    return Family(str(fields["id"]), fields["session"])  # type: ignore[arg-type]  # likewise


def save(thing: object) -> dict[str, object]:
    """Return what of an object has to be handed over; TypeError where something cannot be."""
    return {name: encode(getattr(thing, name)) for name in KEPT[type(thing).__name__].saved}


def load(thing: object, data: object, decoder: Decoder) -> None:
    """Give a fresh object what an old one has handed over; what is missing stays as it is."""
    assert isinstance(data, dict)
    for name in KEPT[type(thing).__name__].saved:
        if name in data:
            setattr(thing, name, decoder.decode(data[name]))
