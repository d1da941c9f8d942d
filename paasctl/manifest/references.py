"""Names and what they point at: types, targets of relationships, places of mounts.

Apart from `bind.py`, because the rules need no records of the project.
"""

from collections.abc import Mapping
from typing import NamedTuple

from paasctl.manifest.document import Data
from paasctl.manifest.endpoints import default
from paasctl.manifest.flavour import Section
from paasctl.manifest.plain import as_map, as_text


class Names(NamedTuple):
    """What a relationship may point at: services by name, and the names of the apps."""

    services: Mapping[str, Section]
    apps: frozenset[str]

    def default_endpoint(self, target: str) -> str | None:
        """Return the endpoint meant by a relationship without one (apps have none)."""
        section = self.services.get(target)
        if section is None:
            return None
        return default(service_type(section)[0], as_map(section.data).get("configuration"))


def service_type(section: Section) -> tuple[str, str]:
    """Return the type and version of a service or app; empty where they are missing."""
    name, _, version = (as_text(as_map(section.data).get("type")) or "").partition(":")
    return name, version


def target(name: str, value: Data) -> tuple[str, str | None]:
    """Return (service, endpoint) of a relationship in any of its forms (spec 04.4)."""
    if isinstance(value, str):
        service, _, endpoint = value.partition(":")
        return service, endpoint
    given = as_map(value)
    return as_text(given.get("service")) or name, as_text(given.get("endpoint"))


def mount_path(key: str) -> str:
    """Return where a mount lies below the app root: slashes and spaces at its ends are nothing."""
    return key.strip(" /")
