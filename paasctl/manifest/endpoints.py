"""Which endpoints a service offers, and which one is meant when none is named (spec 04.2, 04.4).

A small table of names only: how a service is run is the matter of another room.
"""

from collections.abc import Mapping
from typing import Final

from paasctl.manifest.document import Data

STANDARD: Final[Mapping[str, tuple[str, ...]]] = {
    "mariadb": ("mysql",),
    "mysql": ("mysql",),
    "mariadb-replica": ("mysql",),
    "oracle-mysql": ("mysql", "mysqlx"),
    "postgresql": ("postgresql",),
    "postgresql-replica": ("postgresql",),
    "redis": ("redis",),
    "redis-persistent": ("redis",),
    "valkey": ("valkey",),
    "valkey-persistent": ("valkey",),
    "memcached": ("memcached",),
    "rabbitmq": ("rabbitmq",),
    "elasticsearch": ("elasticsearch",),
    "elasticsearch-enterprise": ("elasticsearch",),
    "opensearch": ("opensearch",),
    "solr": ("solr",),
    "mongodb": ("mongodb",),
    "mongodb-enterprise": ("mongodb",),
    "kafka": ("kafka",),
    "influxdb": ("influxdb",),
    "clickhouse": ("clickhouse", "clickhouse-http"),
    "varnish": ("http", "http+stats"),
    "network-storage": (),
    "vault-kms": (),
    "chrome-headless": ("http",),
    "mercure": ("mercure",),
    "gotenberg": ("http",),
}
"""Endpoints of a service type without configuration, the default one first."""

MEMORY_ONLY: Final = frozenset(
    ("redis", "valkey", "memcached", "varnish", "chrome-headless", "gotenberg")
)
"""Types without a disk."""

APP_ENDPOINTS: Final = ("http", "php")
_COPIES: Final = ("-replica", "-all")


def offered(kind: str, configuration: Data) -> tuple[str, ...]:
    """Return the endpoints of a service of type `kind`, those it defines itself included."""
    standard = STANDARD.get(kind, ())
    own = configuration.get("endpoints") if isinstance(configuration, dict) else None
    if isinstance(own, dict) and own:
        return tuple(own)
    if kind == "postgresql" and isinstance(configuration, dict) and "databases" in configuration:
        return (*standard, "main")
    return standard


def accepts(kind: str, configuration: Data, endpoint: str) -> bool:
    """Return whether the service has `endpoint`; copies of a database count (spec 04.3)."""
    names = offered(kind, configuration)
    return endpoint in names or any(
        endpoint == name + suffix for name in names for suffix in _COPIES
    )


def default(kind: str, configuration: Data) -> str | None:
    """Return the endpoint that a relationship without one means; None if there is none."""
    names = offered(kind, configuration)
    standard = STANDARD.get(kind, ())
    if standard and standard[0] in names:
        return standard[0]
    return names[0] if len(names) == 1 else None
