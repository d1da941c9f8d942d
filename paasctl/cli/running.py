"""Where a project and its state lie, and which instance a name means.

Reading needs no engine: plan.json says what should run, journal.jsonl what became of it.
"""

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from paasctl.cli.command import Call
from paasctl.cli.exits import Exit, Refused

STATE_DIR = ".paasctl"
ROOT_MARKS = (".upsun", ".platform", STATE_DIR)
"""Folders that only a project's root has (spec 01.1)."""
FILE_MARKS = (".platform.app.yaml", "applications.yaml", "app.yaml")
"""Files that the root may have; an application of several has its own in its own folder."""


class Place(NamedTuple):
    """A project on disk: its root and the folder with all that paasctl keeps about it."""

    root: str
    state: str

    def file(self, *names: str) -> str:
        """Return the path of something inside the state folder."""
        return os.path.join(self.state, *names)


class Named(Protocol):
    """What a name can stand for; plan.InstanceSpec and status.Status both are this."""

    @property
    def id(self) -> str:
        """The unique id: `app--queue.2`."""

    @property
    def kind(self) -> str:
        """What it is for: `worker`."""

    @property
    def app(self) -> str | None:
        """The application it belongs to; services have none."""


def place_of(call: Call) -> Place:
    """Return the project meant: `-C DIR`, else the nearest folder upwards that is a project.

    Raises Refused (2: no such folder, 3: no project).
    """
    start = os.path.realpath(call.project or os.getcwd())
    if not os.path.isdir(start):
        raise Refused(Exit.USAGE, f"there is no folder {call.project}")
    root = find_root(start)
    if root is None:
        raise Refused(
            Exit.NOT_RUNNING,
            f"no project here: neither {start} nor a folder above it holds a manifest",
            fix="go into a project, or name it: paasctl -C DIR …   "
            "(looked for .platform.app.yaml, .platform/, .upsun/, app.yaml)",
        )
    return Place(root, os.path.join(root, STATE_DIR))


def find_root(start: str) -> str | None:
    """Return the project's root, seen from a folder inside it; None if there is none.

    The nearest folder with a mark of a root wins over one that merely holds an application;
    a repository's root ends the search, so that a project inside another one is itself.
    """
    nearest = None
    folder = start
    while True:
        if any(os.path.isdir(os.path.join(folder, mark)) for mark in ROOT_MARKS):
            return folder
        if any(os.path.isfile(os.path.join(folder, mark)) for mark in FILE_MARKS):
            nearest = nearest or folder
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return nearest
        folder = above


def resolve(names: Sequence[str], known: Iterable[Named], app: str | None = None) -> list[str]:
    """Return the ids that the names mean, in the order of `known`; all of an app without names.

    A name that stands for a scaled worker means every replica of it. Raises Refused (4).
    """
    everything = list(known)
    candidates = [item for item in everything if app is None or item.app == app]
    if app is not None and not candidates:
        _refuse(f"Application not found: {app}", sorted({i.app for i in everything if i.app}))
    if not names:
        return [item.id for item in candidates]
    chosen: set[str] = set()
    for name in names:
        chosen.update(_meant(name, candidates, app))
    return [item.id for item in candidates if item.id in chosen]


def resolve_one(name: str, known: Iterable[Named], app: str | None = None) -> str:
    """Return the id that the name means; of a scaled worker the first. Raises Refused (4)."""
    return resolve((name,), known, app)[0]


def _meant(name: str, candidates: Sequence[Named], app: str | None) -> list[str]:
    """Return the ids one name stands for: an exact id first, then the short form (spec 08.1)."""
    exact = [item for item in candidates if name in (item.id, _replica_set(item.id))]
    if not exact and app is not None:
        full = f"{app}--{name}"
        exact = [item for item in candidates if full in (item.id, _replica_set(item.id))]
    if exact:
        return [item.id for item in exact]
    short = [item for item in candidates if name in _short_forms(item)]
    if not short and name.endswith(".1"):
        return _meant(name[:-2], candidates, app)[:1]
    owners = sorted({_replica_set(item.id) for item in short})
    if not owners:
        _refuse(f"there is no {name!r} here", [item.id for item in candidates], name)
    if len(owners) > 1:
        _refuse(f"Ambiguous name: {name} (matches: {', '.join(owners)})", owners)
    return [item.id for item in short]


def _short_forms(item: Named) -> tuple[str, ...]:
    _, separator, short = item.id.partition("--")
    return (short, _replica_set(short)) if separator else ()


def _replica_set(identity: str) -> str:
    """Return the id without its replica number. In: app--queue.2  Out: app--queue."""
    stem, dot, number = identity.rpartition(".")
    return stem if dot and number.isdecimal() else identity


def _refuse(message: str, candidates: Sequence[str], near: str = "") -> None:
    """Refuse with what could have been said instead."""
    fix = ""
    if near:
        from difflib import get_close_matches

        shorts = {name.partition("--")[2] or name: name for name in candidates}
        close = get_close_matches(near, [*shorts, *candidates], 1)
        fix = f"did you mean {close[0]}?" if close else ""
    lines = tuple(f"  {name}" for name in candidates) or ("  nothing is defined here",)
    raise Refused(Exit.UNKNOWN_NAME, message, fix=fix, lines=("there are:", *lines))


def short_names(ids: Sequence[str]) -> dict[str, str]:
    """Return for each id the name to show: the short form where it is unambiguous."""
    shorts = [identity.partition("--")[2] or identity for identity in ids]
    return {
        identity: short if shorts.count(short) == 1 else identity
        for identity, short in zip(ids, shorts, strict=True)
    }
