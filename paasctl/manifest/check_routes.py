"""Routes lead to something that answers (rules R02 to R05, R09, R10 of spec 13)."""

import re
from collections.abc import Iterator
from typing import Final

from paasctl.manifest.check_relationships import links, worker_named
from paasctl.manifest.endpoints import APP_ENDPOINTS, STANDARD, accepts, offered
from paasctl.manifest.facts import Facts, error, warning
from paasctl.manifest.flavour import Section
from paasctl.manifest.near import did_you_mean
from paasctl.manifest.plain import as_map, as_text
from paasctl.model.position import KeyPath
from paasctl.model.problem import Note, Problem

_PLACEHOLDERS: Final = ("{default}", "{all}")
_MANY: Final = 100
_LARGEST: Final = 131_072
"""Bytes of the resolved routes: they travel in one environment variable (spec 13, R09)."""


def check_urls(facts: Facts) -> Iterator[Problem]:
    """A route is an http or https URL without a port, and there once (spec 07.3)."""
    first: dict[str, Section] = {}
    for route in facts.routes:
        message, fix = _url_fault(route.name)
        if message:
            yield error("bad-value", route, (), message, fix, key=True)
            continue
        url = route.name if route.name.count("/") > 2 else f"{route.name}/"
        url = url.rstrip("/") + "/"
        other = first.setdefault(url, route)
        if other is not route:
            message = f'"{route.name}" and "{other.name}" are the same route'
            note = Note(other.key_at(), "the other one")
            yield error("duplicate-name", route, (), message, "keep one", key=True, notes=(note,))


def _url_fault(url: str) -> tuple[str, str]:
    """Return what is wrong with a route's URL and how to mend it; two empty texts if nothing."""
    scheme, separator, rest = url.partition("://")
    if scheme not in ("http", "https") or not separator:
        rest = re.sub(r"^\w+:/*|^/+", "", url) or "{default}/"
        address = f"https://{rest}" if not url.startswith("/") else f"https://{{default}}{url}"
        return f'the route "{url}" must start with http:// or https://', f"write  {address}"
    host = rest.partition("/")[0]
    inner = host
    for placeholder in _PLACEHOLDERS:
        inner = inner.replace(placeholder, "")
    if "{" in inner or "}" in inner:
        return f'the route "{url}" has an unknown placeholder', "known: {default}, {all}"
    if ":" in inner:
        return f'the route "{url}" has a port', "remove it: routes are on 80 and 443"
    if "*" in inner.removeprefix("*.") or not host:
        return f'the route "{url}" has no usable host', "write  *.{default}  for all sub-domains"
    return "", ""


def check_size(facts: Facts) -> Iterator[Problem]:
    """Very many routes are slow, and too many do not fit into the environment (rule R09)."""
    if len(facts.routes) > _MANY:
        message = f"there are {len(facts.routes)} routes; more than {_MANY} slow deployments down"
        fix = "one route with a * serves all sub-domains"
        yield warning("too-many-routes", facts.routes[_MANY], (), message, fix, key=True)
    size = 0
    for route in facts.routes:
        kept = {key: value for key, value in as_map(route.data).items() if key != "redirects"}
        size += len(route.name) + len(str(kept))
        if size > _LARGEST:
            message = f"the routes take more than {_LARGEST} bytes: they do not fit"
            fix = "remove routes or attributes, or use a wildcard"
            yield error("too-many-routes", route, (), message, fix, key=True)
            return


def check_unrouted(facts: Facts) -> Iterator[Problem]:
    """An app that serves something but that no route or relationship leads to (rule R10)."""
    if not facts.routes:
        return
    reached = {link.service for link in links(facts)}
    for route in facts.routes:
        reached.add((as_text(as_map(route.data).get("upstream")) or "").partition(":")[0])
    for app in facts.apps:
        if as_map(app.data.get("web")).get("locations") and app.section.name not in reached:
            message = f'no route leads to the app "{app.section.name}"'
            fix = f"add a route with  upstream: '{app.section.name}:http'"
            where: KeyPath = ("web", "locations")
            yield warning("no-route", app.section, where, message, fix, key=True)


def check_upstreams(facts: Facts) -> Iterator[Problem]:
    """The upstream is an app or a service, and has the endpoint."""
    for route in facts.routes:
        upstream = as_text(as_map(route.data).get("upstream"))
        if upstream is not None:
            name, _, endpoint = upstream.partition(":")
            yield from _upstream(facts, route, name, endpoint)


def _upstream(facts: Facts, route: Section, name: str, endpoint: str) -> Iterator[Problem]:
    apps = facts.names.apps
    if name in apps:
        if endpoint not in APP_ENDPOINTS:
            message = f'the app "{name}" has no endpoint "{endpoint}"'
            yield error("unknown-endpoint", route, ("upstream",), message, "apps offer: http")
        elif endpoint == "php":
            message = f'"{name}:php" is the former name of "{name}:http"'
            fix = f"write  upstream: '{name}:http'"
            yield warning("former-syntax", route, ("upstream",), message, fix)
    elif name in facts.services:
        kind, configuration = facts.service(name)
        if kind in STANDARD and not accepts(kind, configuration, endpoint):
            message = f'{kind} service "{name}" has no endpoint "{endpoint}"'
            hint = f"it offers: {', '.join(offered(kind, configuration))}"
            yield error("unknown-endpoint", route, ("upstream",), message, hint)
    elif facts.targets_known and apps:
        message = f'the route leads to "{name}", which is no app and no service'
        if worker_named(facts, name):
            message = f'the route leads to the worker "{name}": workers accept no connections'
        known = (*sorted(apps), *facts.services)
        hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
        yield error("unknown-service", route, ("upstream",), message, hint)


def check_primary(facts: Facts) -> Iterator[Problem]:
    """At most one route is the primary one, and ids are unique."""
    first: dict[str, Section] = {}
    for route in facts.routes:
        data = as_map(route.data)
        marks = [("primary", "primary")] if data.get("primary") is True else []
        name = as_text(data.get("id"))
        marks += [("id", f"id {name}")] if name else []
        for key, mark in marks:
            other = first.setdefault(mark, route)
            if other is not route:
                message = f'"{mark}" stands on a second route'
                note = Note(other.key_at(key), "first here")
                yield error("duplicate-name", route, (key,), message, "keep one", notes=(note,))
