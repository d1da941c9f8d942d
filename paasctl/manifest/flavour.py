"""What a manifest family has to say: which files it has, and what each of their parts is."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from paasctl.manifest.document import Data, Document
from paasctl.manifest.source import Tree
from paasctl.model.position import KeyPath, Position
from paasctl.model.problem import Problem


class Role(StrEnum):
    """What a manifest file is for."""

    APP = "application"
    APPS = "applications"
    SERVICES = "services"
    ROUTES = "routes"
    ALL = "all"


class ManifestFile(NamedTuple):
    """A file of the project and its role; `file` is relative to the project root."""

    role: Role
    file: str


class Section(NamedTuple):
    """One app, service or route as written: `path` leads to it inside its document.

    `root` is an app's directory relative to the project root.
    """

    name: str
    document: Document
    path: KeyPath
    data: Data
    root: str = ""

    def at(self, *path: str | int) -> Position:
        """Return where the value at `path`, counted from the section, stands."""
        return self.document.at((*self.path, *path))

    def key_at(self, *path: str | int) -> Position:
        """Return where the key of `path`, counted from the section, stands."""
        return self.document.key_at((*self.path, *path))


class Assembled(NamedTuple):
    """All parts of a project, in the order written; `complete` names roles fully read."""

    apps: tuple[Section, ...]
    services: tuple[Section, ...]
    routes: tuple[Section, ...]
    problems: tuple[Problem, ...]


class Flavour(NamedTuple):
    """One manifest family. The flavour with the highest rank that finds a file is taken.

    `wanted` are the places looked in, for the message when there is none.
    """

    name: str
    rank: int
    wanted: tuple[str, ...]
    find: Callable[[Tree], tuple[ManifestFile, ...]]
    assemble: Callable[[Sequence[tuple[ManifestFile, Document]]], Assembled]
