"""Which services a folder asks for: in its compose file, else by the clients it installs."""

import re
from collections.abc import Mapping
from typing import Final

from paasctl.manifest.document import Data
from paasctl.manifest.folder import COMPOSE, Folder
from paasctl.manifest.plain import as_map, as_text
from paasctl.manifest.versions import SERVICES, Standing, standing

_IMAGES: Final[Mapping[str, str]] = {
    "mysql": "mariadb",
    "mariadb": "mariadb",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "postgis": "postgresql",
    "pgvector": "postgresql",
    "redis": "redis",
    "valkey": "valkey",
    "rabbitmq": "rabbitmq",
    "memcached": "memcached",
    "elasticsearch": "elasticsearch",
    "opensearch": "opensearch",
    "kafka": "kafka",
    "influxdb": "influxdb",
    "solr": "solr",
}
_CLIENTS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg"), "postgresql"),
    **dict.fromkeys(("mysqlclient", "pymysql", "mysql2", "mysql"), "mariadb"),
    **dict.fromkeys(("redis", "ioredis", "bullmq", "rq", "predis/predis"), "redis"),
    **dict.fromkeys(
        ("pika", "aio-pika", "amqplib", "bunny", "php-amqplib/php-amqplib"), "rabbitmq"
    ),
}
_NAMES: Final[Mapping[str, str]] = {
    "postgresql": "database",
    "mariadb": "database",
    "redis": "cache",
    "rabbitmq": "queue",
}


def found_services(folder: Folder) -> dict[str, str]:
    """Return type:version of each service, by name."""
    if any(map(folder.has, COMPOSE)):
        return _composed(folder.composed())
    kinds = {_CLIENTS[package] for package in folder.packages() if package in _CLIENTS}
    names = {_NAMES[kind]: kind for kind in sorted(kinds)}
    return {name: f"{kind}:{SERVICES[kind].supported[0]}" for name, kind in names.items()}


def _composed(given: Mapping[str, Data]) -> dict[str, str]:
    services: dict[str, str] = {}
    for name, value in given.items():
        image = as_text(as_map(value).get("image")) or ""
        base, _, tag = image.rpartition("/")[2].partition(":")
        kind = _IMAGES.get(base)
        if kind is not None:
            services[_named(name)] = f"{kind}:{_version(kind, tag)}"
    return services


def _named(name: str) -> str:
    clean = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return clean if clean not in ("", "app") else "service"


def _version(kind: str, tag: str) -> str:
    """Return the tag's version where the platform has it, else the newest."""
    known = SERVICES[kind]
    parts = re.match(r"\d+(?:\.\d+)*", tag)
    for count in (2, 1) if parts else ():
        version = ".".join(parts[0].split(".")[:count]) if parts else ""
        if standing(known, version) in (Standing.SUPPORTED, Standing.DEPRECATED):
            return version
    return known.supported[0]
