"""What a route does with paths, caches and includes (rules R01, R06, R07 of spec 13)."""

from collections.abc import Iterator, Mapping
from typing import Final

from paasctl.manifest.document import Data
from paasctl.manifest.facts import Facts, error
from paasctl.manifest.flavour import Section
from paasctl.manifest.plain import as_map, as_text
from paasctl.manifest.regex import fault
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem

_KEPT: Final = frozenset(
    ("accept-encoding", "connection", "proxy-authorization", "te", "upgrade", "cookie")
)
"""Headers that cannot be part of a cache key (spec 07.5)."""


def check_route_keys(facts: Facts) -> Iterator[Problem]:
    """Keys that exclude each other or have no meaning for the type of route."""
    for route in facts.routes:
        data = as_map(route.data)
        kind = as_text(data.get("type"))
        if "to" in data and "upstream" in data:
            key = "to" if kind == "upstream" else "upstream"
            message = f'a route has either "to" or "upstream": this one is of type {kind}'
            yield error("conflicting-keys", route, (key,), message, "remove it", key=True)
        for key in ("cache", "ssi"):
            if key in data and kind in ("redirect", "proxy"):
                message = f'"{key}" belongs to routes of type upstream, not to a {kind}'
                yield error("conflicting-keys", route, (key,), message, "remove it", key=True)
        yield from _cache(route, data.get("cache"))


def _cache(route: Section, cache: Data) -> Iterator[Problem]:
    if not isinstance(cache, dict):
        return
    if "enabled" not in cache:
        message = 'a "cache" needs "enabled"'
        yield error("missing-key", route, ("cache",), message, "add  enabled: true", key=True)
    headers = cache.get("headers")
    for index, name in enumerate(headers if isinstance(headers, list) else ()):
        if str(name).lower() in _KEPT:
            message = f'the header "{name}" cannot be part of the cache key'
            fix = "list cookies under  cookies:" if str(name).lower() == "cookie" else "remove it"
            yield error("bad-value", route, ("cache", "headers", index), message, fix)


def check_redirects(facts: Facts) -> Iterator[Problem]:
    """Redirects of single paths: options that exclude each other, expressions that are none."""
    for route in facts.routes:
        paths = as_map(as_map(as_map(route.data).get("redirects")).get("paths"))
        for path, value in paths.items():
            yield from _redirect(route, ("redirects", "paths", path), as_map(value))


def _redirect(route: Section, at: KeyPath, given: Mapping[str, Data]) -> Iterator[Problem]:
    path = str(at[-1])
    if given.get("regexp") is True:
        for key in ("prefix", "append_suffix"):
            if key in given:
                message = f'"{key}" has no meaning for a regular expression'
                yield error("conflicting-keys", route, (*at, key), message, "remove it", key=True)
        wrong = fault(path)
        if wrong:
            message = f'"{path}" is no regular expression: it {wrong}'
            yield error("bad-regex", route, at, message, key=True)
    elif given.get("prefix") is False and "append_suffix" in given:
        message = '"append_suffix" needs  prefix: true: only the exact path matches here'
        yield error(
            "conflicting-keys", route, (*at, "append_suffix"), message, "remove it", key=True
        )
