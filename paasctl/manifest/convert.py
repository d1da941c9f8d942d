"""From one family of manifests to another, with everything said that changes on the way.

Rules: spec 01.4, Q41. Anchors, merge keys and included YAML are written out; comments are lost.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from paasctl.manifest.document import Data
from paasctl.manifest.facts import Facts
from paasctl.manifest.flavour import Section
from paasctl.manifest.keypath import dotted
from paasctl.manifest.write_yaml import Tagged, write_yaml
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem

Plain = dict[str, Data]


class Change(NamedTuple):
    """Something that is written otherwise there; `lost` if it cannot be expressed at all."""

    where: str
    what: str
    lost: bool = False


class Converted(NamedTuple):
    """The texts of the new files, relative to the project, and what changed."""

    files: Mapping[str, str]
    changes: tuple[Change, ...]


class Notes:
    """Collects changes; `at` says where in the manifests."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def changed(self, where: str, what: str) -> None:
        """Note something that has another form there."""
        self.changes.append(Change(where, what))

    def lost(self, where: str, what: str) -> None:
        """Note something that cannot be expressed there."""
        self.changes.append(Change(where, what, lost=True))


def content(section: Section) -> Plain:
    """Return a section's data, to be changed freely; included files are tags again."""
    copied = _copied(section.data, section.path, section)
    return copied if isinstance(copied, dict) else {}


def _copied(data: Data, path: KeyPath, section: Section) -> Data:
    kind, file = section.document.includes.get(path, ("", ""))
    if kind:
        return Tagged.of(kind, file)
    if isinstance(data, dict):
        return {key: _copied(value, (*path, key), section) for key, value in data.items()}
    if isinstance(data, list):
        return [_copied(value, (*path, index), section) for index, value in enumerate(data)]
    return data


def owners(app: Plain) -> Iterator[tuple[str, Plain]]:
    """Yield the app, web and each worker: whatever has instance keys, with its name in words."""
    yield "", app
    web, workers = app.get("web"), app.get("workers")
    if isinstance(web, dict):
        yield ".web", web
    for name, worker in workers.items() if isinstance(workers, dict) else ():
        if isinstance(worker, dict):
            yield f".workers.{name}", worker


def convert(facts: Facts, problems: Iterable[Problem], to: str) -> Converted:
    """Return the project in the family `to`: "upsun" or "platformsh".

    `problems` are those of the manifests: keys that have no effect are not carried over.
    """
    notes = Notes()
    for problem in problems:
        if problem.code in ("unknown-key", "dot-key"):
            notes.lost(dotted(problem.path), "it has no effect, here or there")
    if to == "upsun":
        from paasctl.manifest.to_upsun import upsun_files as made
    else:
        from paasctl.manifest.to_platformsh import platformsh_files as made
    texts = {name: write_yaml(data) for name, data in made(facts, notes).items()}
    return Converted(texts, tuple(notes.changes))
