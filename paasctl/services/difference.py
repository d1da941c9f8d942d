"""Telling that the server here is not the one of the manifest."""

from paasctl.model.project import Service
from paasctl.model.service import Grade, Provider
from paasctl.services.programs import numbers


def difference(service: Service, provider: Provider) -> str | None:
    """Return one sentence when product or version differ from the manifest's, else None.

    Only as many parts as the manifest names are compared: `mariadb:10.11` is 10.11.19.
    """
    asked = numbers(service.version)
    version, _, product = provider.version.partition("-")
    if not product and numbers(version)[: len(asked)] == asked:
        return None
    source = "embedded server" if provider.grade is Grade.EMBEDDED else "server of this machine"
    name = f"{product} {version}" if product else version
    return (
        f"service {service.name} is {service.type}:{service.version} in the manifest;"
        f" the {source} is {name}"
    )
