"""Reading `configuration:` of a service (spec 04.3) without trusting its shape.

The manifest room reports what is wrong with it, at its place; here a value of the wrong shape
counts as absent.
"""

from collections.abc import Mapping, Sequence

from paasctl.model.json import Json
from paasctl.model.project import Service


def names(service: Service, key: str) -> tuple[str, ...] | None:
    """Return the list of names under `key`, None where the key is absent or no list."""
    value = service.configuration.get(key)
    if isinstance(value, str) or not isinstance(value, Sequence):
        return None
    return tuple(dict.fromkeys(str(item) for item in value if isinstance(item, str | int)))


def mapping(value: Json) -> Mapping[str, Json]:
    """Return `value` if it is a map, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def text(value: Json) -> str | None:
    """Return `value` as text if it is text or a number, else None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value)


def custom_endpoints(service: Service) -> Mapping[str, Json] | None:
    """Return `configuration.endpoints`, None where the service defines none of its own."""
    value = service.configuration.get("endpoints")
    return value if isinstance(value, Mapping) and value else None


def privileges(definition: Json) -> Mapping[str, str]:
    """Return what an endpoint may do, by schema or database name."""
    granted = mapping(mapping(definition).get("privileges"))
    return {name: level for name, level in granted.items() if isinstance(level, str)}


def default_endpoint(offered: tuple[str, ...], standard: str) -> str | None:
    """Return the endpoint that a relationship without one means (spec 04.4)."""
    if standard in offered:
        return standard
    return offered[0] if len(offered) == 1 else None


def one_line(value: str) -> str:
    """Return `value` without line breaks: files that are read line by line stay well-formed."""
    return " ".join(value.splitlines())
