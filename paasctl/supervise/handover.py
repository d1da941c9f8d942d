"""All that an engine knows, as one text, and the file without a name that carries it across.

The file lies in memory where there is such a thing: neither a full disk nor a removed state
directory can hinder an upgrade, and nobody else can read it.
"""

import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from paasctl import __version__
from paasctl.supervise.codec import Decoder
from paasctl.supervise.kept import REMAKE, save
from paasctl.supervise.ties import Ties

if TYPE_CHECKING:
    from paasctl.supervise.engine import Engine

FORMAT = 1
"""Of the text as a whole; a field more or less does not change it."""


class Taken(NamedTuple):
    """What another program hands over, read but not yet acted upon."""

    version: str
    rundir: str
    ties: Ties
    data: Mapping[str, object]


def state(engine: "Engine") -> bytes:
    """Return everything that has to be handed over; TypeError where something cannot be."""
    return json.dumps(
        {
            "format": FORMAT,
            "version": __version__,
            "rundir": engine.rundir.path,
            "ties": engine.ties,
            "kernel": save(engine.kernel),
            "supervisor": save(engine.supervisor),
            "journal": save(engine.journal),
            "operations": save(engine.operations),
            "listener": engine.listener.hand_over(),
        }
    ).encode()


def descriptors(engine: "Engine", text: bytes) -> set[int]:
    """Return the descriptors that the text speaks of, which have to stay open."""
    found = {engine.ties.life, engine.ties.lock, *engine.listener.descriptors()}
    return found | set(_stored(json.loads(text)))


def _stored(data: object) -> Iterable[int]:
    """Yield the descriptors of plan files; the environments of a thousand may share one."""
    if isinstance(data, dict):
        for item in data.values():
            yield from _stored(item)
    elif isinstance(data, list):
        if data[:1] == ["stored"]:
            yield int(data[1])
        for item in data:
            yield from _stored(item)


def read(text: bytes) -> Taken:
    """Return what a text hands over; ValueError if it is of another format."""
    data = json.loads(text)
    if data["format"] != FORMAT:
        message = f"format {data['format']} of version {data['version']}, this is {FORMAT}"
        raise ValueError(f"what is handed over has another format: {message}")
    return Taken(data["version"], data["rundir"], Ties(*data["ties"]), data)


def rehearse(text: bytes) -> None:
    """Read everything as an engine would that takes over, but touch nothing.

    Raises what the taking over would raise.
    """
    taken = read(text)
    decoder = Decoder(REMAKE, dry=True)
    for part in ("kernel", "supervisor", "journal", "operations"):
        saved = taken.data[part]
        assert isinstance(saved, dict)
        for value in saved.values():
            decoder.decode(value)


def unnamed_file(text: bytes) -> int:
    """Return the descriptor of a file that has no name and holds the text."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("paasctl-upgrade", os.MFD_CLOEXEC)
    else:
        import tempfile

        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    with open(fd, "wb", closefd=False) as writer:
        writer.write(text)
    return fd


def content(fd: int) -> bytes:
    """Return all of a file, wherever its position is."""
    with open(fd, "rb", closefd=False) as file:
        file.seek(0)
        return file.read()
