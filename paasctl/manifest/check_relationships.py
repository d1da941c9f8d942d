"""Relationships point at something that exists and answers (rules A10, S09 of spec 13)."""

from collections.abc import Iterator
from typing import NamedTuple

from paasctl.manifest.document import Data
from paasctl.manifest.endpoints import APP_ENDPOINTS, STANDARD, accepts, offered
from paasctl.manifest.facts import AppFacts, Facts, error, warning
from paasctl.manifest.flavour import Section
from paasctl.manifest.near import did_you_mean
from paasctl.manifest.plain import as_map
from paasctl.manifest.references import target
from paasctl.model.position import KeyPath
from paasctl.model.problem import Note, Problem, Severity


class Link(NamedTuple):
    """One relationship as written: where, by whom, to what; `heirs` are workers that inherit it."""

    owner: Section
    path: KeyPath
    name: str
    service: str
    endpoint: str | None
    heirs: tuple[Note, ...] = ()


def links(facts: Facts) -> Iterator[Link]:
    """Yield each relationship once, where it is written, also if instances inherit it."""
    for app in facts.apps:
        seen: set[KeyPath] = set()
        for instance in app.instances:
            origin = instance.origins.get("relationships", ())
            if origin and origin not in seen:
                seen.add(origin)
                heirs = _heirs(app) if len(origin) == 1 else ()
                for link in _links(app.section, origin, instance.values["relationships"]):
                    yield link._replace(heirs=heirs)
        if ("relationships",) not in seen:  # nobody inherits them, and yet they are there
            yield from _links(app.section, ("relationships",), app.data.get("relationships"))
    for section in facts.services.values():
        yield from _links(section, ("relationships",), as_map(section.data).get("relationships"))


def _heirs(app: AppFacts) -> tuple[Note, ...]:
    """Return where the workers stand that take the app's relationships as they are."""
    return tuple(
        Note(app.section.key_at(*instance.at), f"{app.label(instance)} inherits this relationship")
        for instance in app.instances[1:]
        if instance.inherited("relationships")
    )[:3]


def _links(section: Section, path: KeyPath, value: Data) -> Iterator[Link]:
    for name, link in as_map(value).items():
        yield Link(section, (*path, name), name, *target(name, link))


def check_targets(facts: Facts) -> Iterator[Problem]:
    """Unknown service, unknown endpoint, no default endpoint."""
    if not facts.targets_known:
        return
    for link in links(facts):
        if link.service in facts.names.apps:
            problems = _app_target(facts, link)
        elif link.service in facts.services:
            problems = _service_target(facts, link)
        else:
            problems = iter((_unknown(facts, link),))
        for problem in problems:
            yield problem._replace(notes=(*problem.notes, *link.heirs))


def check_names(facts: Facts) -> Iterator[Problem]:
    """Names of relationships are host names: capitals are no different there (spec 04.4)."""
    for link in links(facts):
        if link.name != link.name.lower():
            message = f'the name "{link.name}" of a relationship has capital letters'
            fix = f"write  {link.name.lower()}: it becomes a host name"
            yield warning("bad-name", link.owner, link.path, message, fix, key=True)


def _unknown(facts: Facts, link: Link) -> Problem:
    known = (*facts.services, *sorted(facts.names.apps - {link.owner.name}))
    worker = worker_named(facts, link.service)
    if worker:
        message = f'"{link.service}" is a worker: workers accept no connections'
        return error("unknown-service", link.owner, link.path, message, f"known: {_list(known)}")
    message = f'relationship "{link.name}": no service "{link.service}"'
    hint = did_you_mean(link.service, known)
    hint = hint or (f"known: {_list(known)}" if known else "define it in services.yaml")
    return error("unknown-service", link.owner, link.path, message, hint, notes=_defined(facts))


def _defined(facts: Facts) -> tuple[Note, ...]:
    for section in facts.services.values():
        names = ", ".join(facts.services)
        return (Note(section.key_at(), f"services defined here: {names}"),)
    return ()


def worker_named(facts: Facts, name: str) -> bool:
    """Return whether this is a worker, by its own name or with its app's."""
    short = name.rpartition("--")[2]
    return any(
        instance.at == ("workers", short) for app in facts.apps for instance in app.instances
    )


def _app_target(facts: Facts, link: Link) -> Iterator[Problem]:
    if link.service == link.owner.name and link.owner.name not in facts.services:
        message = f'the app "{link.service}" relates to itself'
        yield error("cycle", link.owner, link.path, message, "an app reaches itself on 127.0.0.1")
    elif link.endpoint is None:
        message = f'relationship "{link.name}": an app has no default endpoint'
        fix = f"write  {link.name}: '{link.service}:http'"
        yield error("no-default-endpoint", link.owner, link.path, message, fix)
    elif link.endpoint not in APP_ENDPOINTS:
        message = f'the app "{link.service}" has no endpoint "{link.endpoint}"'
        yield error("unknown-endpoint", link.owner, link.path, message, "apps offer: http")


def _service_target(facts: Facts, link: Link) -> Iterator[Problem]:
    kind, configuration = facts.service(link.service)
    if kind not in STANDARD:
        return  # a type we do not know: said elsewhere
    names = offered(kind, configuration)
    if kind == "network-storage":
        message = f'"{link.service}" is a network storage: it is mounted, not related to'
        fix = f"use it in a mount: {{ source: service, service: {link.service} }}"
        yield error("unknown-endpoint", link.owner, link.path, message, fix)
    elif link.endpoint is None:
        if facts.names.default_endpoint(link.service) is None:
            message = f'relationship "{link.name}": "{link.service}" has no default endpoint'
            fix = f"name one of: {_list(names)}" if names else "define configuration.endpoints"
            yield error("no-default-endpoint", link.owner, link.path, message, fix)
    elif not accepts(kind, configuration, link.endpoint):
        message = f'{kind} service "{link.service}" has no endpoint "{link.endpoint}"'
        hint = did_you_mean(link.endpoint, names) or f"it offers: {_list(names)}"
        yield error("unknown-endpoint", link.owner, link.path, message, hint)


def check_cycles(facts: Facts) -> Iterator[Problem]:
    """Apps that relate to each other in a circle (spec 01.6)."""
    edges: dict[str, list[Link]] = {}
    for link in links(facts):
        if link.service in facts.names.apps and link.owner.name in facts.names.apps:
            edges.setdefault(link.owner.name, []).append(link)
    done: set[str] = set()
    for name in edges:
        yield from _circles(name, edges, (), done)


def _circles(
    name: str, edges: dict[str, list[Link]], trail: tuple[Link, ...], done: set[str]
) -> Iterator[Problem]:
    """Yield each circle once, at the link of the app in it that is defined first."""
    if name in done:
        return
    for link in edges.get(name, ()):
        names = [step.owner.name for step in (*trail, link)]
        if link.service == name:
            continue  # said as a relation to itself
        if link.service in names:
            circle = (*trail, link)[names.index(link.service) :]
            chain = " -> ".join((*(step.owner.name for step in circle), link.service))
            message = f"apps relate to each other in a circle: {chain}"
            notes = tuple(Note(step.owner.at(*step.path), "part of it") for step in circle[1:])
            first = circle[0]
            fix = "remove one of the links"
            yield error("cycle", first.owner, first.path, message, fix, notes=notes)
        else:
            yield from _circles(link.service, edges, (*trail, link), done)
    done.add(name)


def check_unreachable(facts: Facts) -> Iterator[Problem]:
    """Relationships at the top level that every instance replaces: nobody has them."""
    for app in facts.apps:
        value = app.data.get("relationships")
        if any(instance.inherited("relationships") for instance in app.instances):
            continue
        for name in as_map(value):
            elsewhere = [as_map(i.values.get("relationships")).get(name) for i in app.instances]
            if as_map(value)[name] not in elsewhere and target(name, as_map(value)[name])[0] in {
                *facts.services,
                *facts.names.apps,
            }:
                message = f'nobody has the relationship "{name}": every instance replaces it'
                fix = "repeat it in the instances that need it"
                path = ("relationships", name)
                yield warning("unreachable", app.section, path, message, fix, key=True)


def check_unchecked(facts: Facts) -> Iterator[Problem]:
    """Say that targets were not looked at, where a file was named without its services."""
    first = next(links(facts), None)
    if facts.targets_known or first is None or facts.services_wanted:
        return
    message = "where relationships lead was not checked: there is no services.yaml beside this file"
    note = error("targets-unchecked", first.owner, first.path, message)
    yield note._replace(severity=Severity.NOTE)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names)
