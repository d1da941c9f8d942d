"""What `paasctl doctor` looks at in a project: manifests, servers, state, what runs."""

import os
from collections.abc import Generator, Iterator, Mapping
from glob import glob
from typing import TYPE_CHECKING

import paasctl
from paasctl.cli.endings import size, told
from paasctl.cli.engine import asked, engine_if_running
from paasctl.cli.finding import Finding, Grade
from paasctl.cli.running import Place
from paasctl.cli.snapshot import snapshot
from paasctl.cli.wishes import elsewhere, remembered
from paasctl.model.problem import Severity
from paasctl.model.status import By, Shown, Status

if TYPE_CHECKING:
    from paasctl.model.project import Project, Service

BLOCK = 512
"""Bytes in the unit of st_blocks (stat(2))."""
LOGS_LARGE = 1024**3
"""Bytes of logs that are worth a word."""


def findings(place: Place) -> Iterator[Finding]:
    """Yield what there is to say about a project; nothing of it is changed."""
    project = yield from _manifests(place)
    if project is not None:
        yield from _toolchains(place, project)
        addresses = dict(elsewhere(remembered(place)))
        for service in project.services:
            yield _without_server(service, addresses) or _server(service)
    if os.path.isdir(place.state):
        yield _state(place)
        yield from _engine(place)
        yield from _crashes(place)
        yield _logs(place)


def _manifests(place: Place) -> "Generator[Finding, None, Project | None]":
    from paasctl.manifest.load import load

    loaded = load(place.root)
    errors = sum(p.severity is Severity.ERROR for p in loaded.problems)
    warnings = sum(p.severity is Severity.WARNING for p in loaded.problems)
    files = ", ".join(loaded.sources) or "none"
    if errors:
        text = f"{files}: {_many(errors, 'error')}, {_many(warnings, 'warning')}"
        yield Finding("manifests", Grade.BAD, text, "paasctl validate")
    elif warnings:
        text = f"{files}: {_many(warnings, 'warning')}"
        yield Finding("manifests", Grade.WARN, text, "paasctl validate")
    else:
        yield Finding("manifests", Grade.OK, f"{files}: valid")
    return loaded.project


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _toolchains(place: Place, project: "Project") -> Iterator[Finding]:
    from paasctl.host.interpreters import toolchain
    from paasctl.host.machinecache import MachineCache
    from paasctl.host.programs import search_path

    cache = MachineCache(place.state)  # never saved: nothing is written here
    for app in project.apps:
        found = toolchain(app, search_path(), cache)
        subject = f"app {app.name}"
        if found.warning:
            yield Finding(subject, Grade.WARN, found.warning, "install it, or change type:")
        else:
            known = f"{found.version}, {found.program}" if found.program else "nothing to install"
            yield Finding(subject, Grade.OK, f"{':'.join(filter(None, app.runtime))}: {known}")


def _without_server(service: "Service", addresses: Mapping[str, str]) -> Finding | None:
    """Return what there is to say of a service for which nothing has to run here."""
    from paasctl.services.registry import DIRECTORY_TYPES

    if service.name in addresses:
        text = f"{service.type}: runs elsewhere, {addresses[service.name]}"
    elif service.type in DIRECTORY_TYPES:
        text = f"{service.type}: a directory"
    else:
        return None
    return Finding(f"service {service.name}", Grade.OK, text)


def _server(service: "Service") -> Finding:
    from paasctl.model.service import Missing
    from paasctl.services.difference import difference
    from paasctl.services.registry import service_type

    subject, asked_for = f"service {service.name}", f"{service.type}:{service.version}"
    kind = service_type(service.type)
    if kind is None:
        text = f"{asked_for}: paasctl has no server for this type"
        return Finding(subject, Grade.BAD, text, "comment it and its relationships out to go on")
    found = kind.find(service.version)
    if isinstance(found, Missing):
        fix = "; or ".join(found.hints)
        return Finding(subject, Grade.BAD, f"{asked_for}: no server on this machine", fix)
    differs = difference(service, found)
    if differs:
        return Finding(subject, Grade.WARN, differs)
    return Finding(subject, Grade.OK, f"{asked_for}: {found.version} ({found.grade.value})")


def _state(place: Place) -> Finding:
    found = os.stat(place.state)
    if found.st_uid != os.getuid():
        text = f"{place.state} belongs to user {found.st_uid}"
        return Finding("state", Grade.BAD, text, "run paasctl as that user, or remove it")
    if found.st_mode & 0o077:
        text = f"{place.state} is open to others, and holds passwords"
        return Finding("state", Grade.WARN, text, f"chmod 700 {place.state}")
    if not os.access(place.state, os.W_OK):
        return Finding("state", Grade.BAD, f"{place.state} cannot be written", "make it writable")
    return Finding("state", Grade.OK, place.state)


def _engine(place: Place) -> Iterator[Finding]:
    from paasctl.supervise.leftovers import find

    client = engine_if_running(place)
    if client is None:
        left = find(place.state)
        if left:
            names = ", ".join(f"{item.instance} ({item.pid})" for item in left)
            text = f"none runs, but processes were left behind: {names}"
            yield Finding("engine", Grade.BAD, text, "paasctl down ends them")
            return
        yield Finding("engine", Grade.OK, "nothing runs here")
        yield from _ports(place)
        return
    about = asked(client, "ping")
    client.close()
    text = f"version {about['version']}, pid {about['pid']}"
    if about["version"] == paasctl.__version__:
        yield Finding("engine", Grade.OK, text)
    else:
        yield Finding("engine", Grade.WARN, text, "paasctl daemon upgrade makes it this version")
    for row in snapshot(place).rows:
        yield from _instance(row)


def _instance(row: Status) -> Iterator[Finding]:
    """Yield what is wrong with a process; nothing for one that is well."""
    fix = f"paasctl show {row.name}"
    if row.state == Shown.BACKING_OFF:
        yield Finding(row.name, Grade.BAD, f"crashes: {told(row.exit)}", fix)
    elif row.state == Shown.EXITED and (row.exit or {}).get("code") != 0:
        yield Finding(row.name, Grade.BAD, told(row.exit), fix)
    elif (row.exit or {}).get("by") == By.KERNEL:
        yield Finding(row.name, Grade.WARN, f"its last process: {told(row.exit)}", fix)


def _ports(place: Place) -> Iterator[Finding]:
    """Yield the ports of the plan that somebody else has taken meanwhile."""
    from paasctl.cli.snapshot import plan_in_force
    from paasctl.host.portowner import port_owner
    from paasctl.host.ports import is_free

    plan = plan_in_force(place)
    for spec in plan.instances if plan is not None else ():
        if spec.port is not None and not is_free(spec.port):
            owner = port_owner(spec.port) or "somebody"
            text = f"port {spec.port} is taken by {owner}"
            yield Finding(spec.name, Grade.WARN, text, "the next up takes another one")


def _crashes(place: Place) -> Iterator[Finding]:
    reports = sorted(glob(place.file("crash-*.txt")))
    if reports:
        text = f"{len(reports)} reports of failures of paasctl itself, the last is {reports[-1]}"
        yield Finding("crash reports", Grade.WARN, text, "please report them, then delete them")


def _logs(place: Place) -> Finding:
    files = [entry for entry in os.scandir(place.file("log")) if entry.is_file()]
    whole = sum(entry.stat().st_blocks * BLOCK for entry in files)  # they may have holes
    grade = Grade.WARN if whole > LOGS_LARGE else Grade.OK
    return Finding("logs", grade, f"{size(whole)} in {len(files)} files")
