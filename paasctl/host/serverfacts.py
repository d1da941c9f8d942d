"""Which server there is for each service of a project: one elsewhere, one of this machine, none."""

from collections.abc import Mapping, Sequence

from paasctl.host.obstacle import Cause, Obstacle
from paasctl.model.host import ServiceFacts
from paasctl.model.project import Service
from paasctl.model.service import Missing
from paasctl.services.registry import DIRECTORY_TYPES, service_type


def server_facts(services: Sequence[Service], urls: Mapping[str, str]) -> dict[str, ServiceFacts]:
    """Return the server of each service; `urls` are those of servers that run elsewhere.

    Obstacle for a URL of a service that does not exist, or that its type cannot be reached by.
    """
    known = [service.name for service in services]
    for name in urls:
        if name not in known:
            raise Obstacle(
                Cause.UNKNOWN_SERVICE,
                f'there is no service "{name}" to give a URL for',
                f"services here: {', '.join(known) or 'none'}",
            )
    return {
        service.name: (
            _elsewhere(service, urls[service.name]) if service.name in urls else _here(service)
        )
        for service in services
    }


def _here(service: Service) -> ServiceFacts:
    kind = None if service.type in DIRECTORY_TYPES else service_type(service.type)
    if kind is None:
        return ServiceFacts(None, Missing(()))
    return ServiceFacts(kind, kind.find(service.version))


def _elsewhere(service: Service, url: str) -> ServiceFacts:
    from paasctl.services.external import UnusableError, external

    if service.type in DIRECTORY_TYPES:
        message = f'"{service.name}" is a directory that applications mount: it has no URL'
        raise Obstacle(Cause.UNUSABLE_URL, message, f"leave out --service {service.name}=…")
    try:
        found = external(service.type, url)
    except UnusableError as unusable:
        message = f'the URL for the service "{service.name}": {unusable}'
        fix = f"write it like --service {service.name}={unusable.example}"
        raise Obstacle(Cause.UNUSABLE_URL, message, fix) from unusable
    return ServiceFacts(service_type(service.type), found)
