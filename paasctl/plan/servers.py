"""Services as specs and as relationship endpoints: the one place that asks a service type."""

from collections.abc import Iterable
from posixpath import join
from typing import NamedTuple

from paasctl.model.host import HostFacts, MissingService, ServiceFacts
from paasctl.model.plan import File, InstanceSpec, Kind, Stage
from paasctl.model.project import Project, Relationship, Service
from paasctl.model.service import (
    Credential,
    External,
    Missing,
    Provider,
    ServiceRequest,
    ServiceRun,
    ServiceType,
)
from paasctl.plan.circumstances import Circumstances
from paasctl.plan.environment import service_environment
from paasctl.plan.fingerprint import with_fingerprint
from paasctl.plan.ports import service_port
from paasctl.plan.relationships import Item, endpoint_item
from paasctl.plan.routes import app_urls
from paasctl.services.registry import DIRECTORY_TYPES

COPIES = ("-replica", "-all")
"""What the platform puts behind an endpoint's name for its copies on other hosts."""


class Server(NamedTuple):
    """A service that can run here: its type, and what the type is asked to run."""

    service: Service
    type: ServiceType
    request: ServiceRequest


class Started(NamedTuple):
    """The spec of a server and what has to lie on disk for it."""

    spec: InstanceSpec
    directories: tuple[str, ...]
    files: tuple[File, ...]


def servers(project: Project, facts: HostFacts) -> tuple[Server, ...]:
    """Return the services that can run here, in manifest order."""
    found: list[Server] = []
    listening = {name: facts.ports[name] for name, _ in app_urls(project, facts.ports)}
    for service in project.services:
        known = facts.services.get(service.name)
        if known is None or known.type is None or not isinstance(known.provider, Provider):
            continue
        request = _request(facts, service, known.type, known.provider)
        ports = {link.name: listening.get(link.service) for link in service.relationships}
        request = request._replace(behind={name: port for name, port in ports.items() if port})
        found.append(Server(service, known.type, request))
    return tuple(found)


def missing_services(project: Project, facts: HostFacts) -> tuple[MissingService, ...]:
    """Return the services that nothing on this machine can run."""
    return tuple(
        _missing(service, facts.services.get(service.name))
        for service in project.services
        if service.type not in DIRECTORY_TYPES and _is_missing(facts.services.get(service.name))
    )


def items(
    found: tuple[Server, ...], cluster: str, links: Iterable[Relationship]
) -> dict[tuple[str, str], Item]:
    """Return the relationship item of every endpoint of every server.

    A copy of an endpoint that one of `links` asks for is the endpoint itself: there is only one
    server here (spec 04.3, "suffixes").
    """
    asked = {(link.service, link.endpoint) for link in links}
    result: dict[tuple[str, str], Item] = {}
    for server in found:
        service = server.service
        declared = f"{service.type}:{service.version}"
        offered = server.type.endpoints(service)
        names = {name + copy: name for name in offered for copy in COPIES}
        chosen = {name: names[name] for name in names if (service.name, name) in asked}
        for name, real in {**chosen, **dict(zip(offered, offered, strict=True))}.items():
            endpoint = server.type.endpoint(server.request, real)._replace(rel=name)
            result[service.name, name] = endpoint_item(endpoint, service.name, declared, cluster)
    return result


def started(on: Circumstances, server: Server) -> Started:
    """Return the spec of a server and its directories and files."""
    request = server.request
    run = server.type.run(request)
    name = server.service.name
    spec = InstanceSpec(
        id=name,
        kind=Kind.SERVICE,
        name=name,
        command=run.command,
        cwd=request.data,
        env={**service_environment(on, name, request.data), **run.env},
        log=f"{name}.log",
        stage=Stage.PREPARE,
        port=request.ports[0] if request.ports else None,
        probe=run.probe,
        grace=run.grace,
        stop_signal=run.stop_signal,
    )
    return Started(with_fingerprint(spec, run.files), _directories(request, run), run.files)


def _directories(request: ServiceRequest, run: ServiceRun) -> tuple[str, ...]:
    return (request.data, request.scratch, *run.directories)


def _request(
    facts: HostFacts, service: Service, type_: ServiceType, provider: Provider
) -> ServiceRequest:
    def secrets(name: str, username: str) -> Credential:
        return facts.secret(service.name, name, username)

    return ServiceRequest(
        service=service,
        provider=provider,
        ports=tuple(facts.ports[service_port(service.name, i)] for i in range(type_.ports)),
        data=join(facts.state_dir, "data", service.name),
        scratch=join(facts.scratch, service.name),
        secrets=secrets,
        root=facts.uid == 0,
        python=facts.tools.python,
    )


def _is_missing(known: ServiceFacts | None) -> bool:
    if known is None or isinstance(known.provider, Missing):
        return True
    return known.type is None and not isinstance(known.provider, External)


def _missing(service: Service, known: ServiceFacts | None) -> MissingService:
    declared = f"{service.type}:{service.version}"
    if known is not None and isinstance(known.provider, Missing):
        return MissingService(service.name, declared, known.provider.hints)
    return MissingService(service.name, declared, ())
