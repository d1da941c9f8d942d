"""Which versions of runtimes and services the platform still has (spec 02.6, 04.2)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class Standing(StrEnum):
    """What the platform says of a version."""

    SUPPORTED = "supported"
    DEPRECATED = "deprecated"
    RETIRED = "retired"
    UNKNOWN = "unknown"


class Versions(NamedTuple):
    """The versions of one type, newest first; older ones than these are retired."""

    supported: tuple[str, ...]
    deprecated: tuple[str, ...] = ()


RUNTIMES: Final[Mapping[str, Versions]] = {
    "dotnet": Versions(("10.0", "8.0")),
    "elixir": Versions(("1.20",), ("1.19", "1.18")),
    "golang": Versions(("1.26", "1.25")),
    "java": Versions(("25", "21", "17")),
    "nodejs": Versions(("26", "24"), ("22",)),
    "php": Versions(("8.5", "8.4"), ("8.3", "8.2")),
    "python": Versions(("3.14", "3.13"), ("3.12", "3.11", "3.10")),
    "ruby": Versions(("4.0", "3.4", "3.3")),
    "rust": Versions(("1",)),
    "composable": Versions(("26.05",)),
}
"""Without `lisp` and `hhvm`, of which nothing is supported any more."""

GONE: Final = ("hhvm", "lisp")
"""Runtimes that the platform had once."""

_MARIADB: Final = Versions(("12.3", "11.8", "11.4"))
_REDIS: Final = Versions(("8.8", "8.0"), ("7.2", "6.2"))
_VALKEY: Final = Versions(("9.0", "8.1", "8.0"))
_POSTGRESQL: Final = Versions(("18", "17", "16", "15", "14"))
SERVICES: Final[Mapping[str, Versions]] = {
    "mariadb": _MARIADB,
    "mysql": _MARIADB,
    "mariadb-replica": _MARIADB,
    "oracle-mysql": Versions(("8.4",)),
    "postgresql": _POSTGRESQL,
    "postgresql-replica": _POSTGRESQL,
    "redis": _REDIS,
    "redis-persistent": _REDIS,
    "valkey": _VALKEY,
    "valkey-persistent": _VALKEY,
    "memcached": Versions(("1.6",)),
    "rabbitmq": Versions(("4.3", "4.2")),
    "elasticsearch": Versions(("7.10",)),
    "elasticsearch-enterprise": Versions(("9.3", "8.19")),
    "opensearch": Versions(("3",), ("2",)),
    "solr": Versions(("10.0", "9.9", "9.6", "9.4", "9.2", "9.1")),
    "mongodb": Versions(("4.0",)),
    "mongodb-enterprise": Versions(("7.0",)),
    "kafka": Versions(("4.3", "4.1")),
    "influxdb": Versions(("3", "2.7", "2.3")),
    "clickhouse": Versions(("26.3", "25.8"), ("25.3", "24.3", "23.8")),
    "varnish": Versions(("9.0", "6.0")),
    "network-storage": Versions(("1.0",), ("2.0",)),
    "vault-kms": Versions(("1.12",)),
    "chrome-headless": Versions(("120", "113")),
    "mercure": Versions(("0",)),
    "gotenberg": Versions(("8",)),
}


def standing(known: Versions, version: str) -> Standing:
    """Return where `version` stands among those of its type.

    A version that is not listed and older than the newest one is retired, or never was.
    """
    if version in known.supported:
        return Standing.SUPPORTED
    if version in known.deprecated:
        return Standing.DEPRECATED
    newest = max(map(_parts, known.supported))
    return Standing.RETIRED if () < _parts(version) < newest else Standing.UNKNOWN


def _parts(version: str) -> tuple[int, ...]:
    """Return the numbers of a version; () where there are none."""
    parts = version.split(".")
    return tuple(map(int, parts)) if all(map(str.isdecimal, parts)) else ()
