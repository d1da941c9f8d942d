"""Which instances need a port: every process gets its own (decisions 4, "ports")."""

from collections.abc import Mapping

from paasctl.model.project import App, Project
from paasctl.plan.identifiers import replicas


def service_port(service: str, index: int) -> str:
    """Return the name under which the port number `index` (from 0) of a service is kept."""
    return service if index == 0 else f"{service}:{index}"


def web_apps(project: Project) -> tuple[App, ...]:
    """Return the apps whose web instance has something to run, in manifest order."""
    return tuple(app for app in project.apps if app.web.commands.start)


def wanted(
    project: Project, service_ports: Mapping[str, int], scale: Mapping[str, int]
) -> tuple[str, ...]:
    """Return the names of all ports in the order in which they are handed out.

    `service_ports` maps a service to the number of ports it asks for. Web apps come first, so
    that the address in the browser stays when workers and services come and go. A web instance
    without a command gets a port too: its hooks and crons see `PORT`.
    """
    names = [app.name for app in project.apps]
    for app in project.apps:
        names += [replica.id for replica in replicas(app, scale)]
    for service in project.services:
        count = service_ports.get(service.name, 0)
        names += [service_port(service.name, index) for index in range(count)]
    return tuple(names)
