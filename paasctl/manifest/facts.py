"""What the cross checks look at: the sections, with every instance's effective values."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from paasctl.manifest.document import Data
from paasctl.manifest.flavour import Section
from paasctl.manifest.inherit import Effective, effective
from paasctl.manifest.plain import as_map
from paasctl.manifest.references import Names, service_type
from paasctl.manifest.source import Tree
from paasctl.model.position import KeyPath
from paasctl.model.problem import Note, Problem, Severity


class AppFacts(NamedTuple):
    """An app and its instances: web first, then the workers."""

    section: Section
    instances: tuple[Effective, ...]

    @property
    def data(self) -> Mapping[str, Data]:
        """The app as written."""
        return as_map(self.section.data)

    def label(self, instance: Effective) -> str:
        """Return what people call the instance."""
        return f'worker "{instance.at[1]}"' if len(instance.at) == 2 else "web"


class Facts(NamedTuple):
    """The project before it is bound.

    `targets_known` is false where a file with services or apps could not be read or was not
    looked for: then nothing can be said about the target of a relationship or route. `tree` is
    asked for directories only.
    """

    flavour: str
    apps: tuple[AppFacts, ...]
    services: Mapping[str, Section]
    routes: tuple[Section, ...]
    targets_known: bool
    services_wanted: bool
    tree: Tree

    @property
    def names(self) -> Names:
        """What relationships may point at."""
        return Names(self.services, frozenset(app.section.name for app in self.apps))

    def service(self, name: str) -> tuple[str, Data]:
        """Return type and configuration of a service that exists."""
        section = self.services[name]
        return service_type(section)[0], as_map(section.data).get("configuration")


Rule = Callable[[Facts], Iterator[Problem]]
"""One rule of spec 13: looks at the facts and yields what is wrong."""


def app_facts(section: Section) -> AppFacts:
    """Return the app with its instances' effective values."""
    data = as_map(section.data)
    paths: list[KeyPath] = [("web",)]
    paths += [("workers", name) for name in as_map(data.get("workers"))]
    return AppFacts(section, tuple(effective(data, path) for path in paths))


def error(
    code: str,
    section: Section,
    path: KeyPath,
    message: str,
    hint: str = "",
    *,
    key: bool = False,
    notes: tuple[Note, ...] = (),
) -> Problem:
    """Return an error at `path` of a section, at the key itself with `key`."""
    where = section.key_at(*path) if key else section.at(*path)
    full = (*section.path, *path)
    return Problem(code, Severity.ERROR, where, full, message, hint, notes)


def warning(
    code: str, section: Section, path: KeyPath, message: str, hint: str = "", *, key: bool = False
) -> Problem:
    """Return a warning at `path` of a section."""
    problem = error(code, section, path, message, hint, key=key)
    return problem._replace(severity=Severity.WARNING)
