"""Which file knows a service type; only that file is imported when one is asked for."""

from collections.abc import Mapping

from paasctl.model.service import ServiceType

FAMILIES: Mapping[str, str] = {
    "mariadb": "mariadb",
    "mysql": "mariadb",  # on the platform `mysql` is MariaDB too (spec 04.2)
    "oracle-mysql": "mariadb",
    "postgresql": "postgresql",
    "redis": "redis",
    "redis-persistent": "redis",
    "valkey": "redis",
    "valkey-persistent": "redis",
    "rabbitmq": "rabbitmq",
    "memcached": "memcached",
    "influxdb": "influxdb",
    "varnish": "varnish",
    "chrome-headless": "chrome",
}
"""Type name in a manifest → the file in this directory with its `SERVICES`."""

DIRECTORY_TYPES = frozenset({"network-storage"})
"""Mounted, not linked: these have no server (spec 04.2)."""


def service_type(name: str) -> ServiceType | None:
    """Return the service type that `type: name:version` means, or None if there is none here."""
    family = FAMILIES.get(name)
    if family is None:
        return None
    import importlib

    module = importlib.import_module(f"paasctl.services.{family}")
    services: tuple[ServiceType, ...] = module.SERVICES
    for service in services:
        if name in service.types:
            return service
    message = f"paasctl.services.{family} does not hold the type {name} that FAMILIES says"
    raise LookupError(message)
