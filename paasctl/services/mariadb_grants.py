"""What `configuration` of MariaDB means (spec 04.3): schemas, endpoints, rights as SQL, flags."""

import hashlib
from collections.abc import Mapping

from paasctl.model.project import Service
from paasctl.model.service import Credential
from paasctl.services.configuration import (
    custom_endpoints,
    mapping,
    names,
    one_line,
    privileges,
    text,
)

STANDARD = "mysql"
USER, SCHEMA = "user", "main"
"""What the platform gives where nothing is configured (spec 04.2)."""
READ = "SELECT, CREATE TEMPORARY TABLES, SHOW VIEW"
WRITE = f"{READ}, INSERT, UPDATE, DELETE, EVENT, EXECUTE, INDEX, TRIGGER, LOCK TABLES"
RIGHTS: Mapping[str, str] = {
    "ro": READ,
    "rw": WRITE,
    "admin": "ALL PRIVILEGES",
    "replication": f"{READ}, LOCK TABLES",
    "replication-admin": f"{READ}, LOCK TABLES",
}
EVERYWHERE: Mapping[str, str] = {
    "replication": "REPLICATION SLAVE, REPLICATION CLIENT, RELOAD",
    "replication-admin": "REPLICATION SLAVE, REPLICATION CLIENT, RELOAD, SUPER",
}
"""Rights on *.* that a level brings beside those on its schema (spec 04.3, table)."""
PROPERTIES: Mapping[str, tuple[str, str]] = {
    "max_allowed_packet": ("--max-allowed-packet=", "M"),
    "default_charset": ("--character-set-server=", ""),
    "default_collation": ("--collation-server=", ""),
    "optimizer_switch": ("--optimizer-switch=", ""),
    "optimizer_use_condition_selectivity": ("--optimizer-use-condition-selectivity=", ""),
    "innodb_adaptive_hash_index": ("--innodb-adaptive-hash-index=", ""),
    "max_heap_table_size": ("--max-heap-table-size=", "M"),
    "table_definition_cache": ("--table-definition-cache=", ""),
    "table_open_cache": ("--table-open-cache=", ""),
}
"""Key of `properties` → flag and unit. `wsrep_sync_wait` means nothing on one server."""
DEFAULTS: Mapping[str, str] = {
    "max_allowed_packet": "16",
    "default_charset": "utf8mb4",
    "default_collation": "utf8mb4_unicode_ci",
    "max_heap_table_size": "32",
    "table_definition_cache": "400",
    "table_open_cache": "400",
}


def offered(service: Service) -> tuple[str, ...]:
    """Return the endpoint names; with `schemas` alone the platform makes none (spec 04.3)."""
    custom = custom_endpoints(service)
    if custom is not None:
        return tuple(custom)
    return () if names(service, "schemas") is not None else (STANDARD,)


def schemas(service: Service) -> tuple[str, ...]:
    """Return the schemas to make; `main` where neither schemas nor endpoints are given."""
    listed = names(service, "schemas")
    if listed is not None:
        return listed
    return () if custom_endpoints(service) is not None else (SCHEMA,)


def username(service: Service, endpoint: str) -> str:
    """Return the user of an endpoint: a custom one has its own, of its name."""
    return endpoint if custom_endpoints(service) is not None else USER


def default_schema(service: Service, endpoint: str) -> str | None:
    """Return the schema of an endpoint's `path`, or None."""
    custom = custom_endpoints(service)
    if custom is None:
        return SCHEMA
    return text(mapping(custom.get(endpoint)).get("default_schema"))


def flags(service: Service) -> tuple[str, ...]:
    """Return the server's flags for `properties`; replication needs a binary log."""
    given = mapping(service.configuration.get("properties"))
    found = []
    for key, (flag, unit) in PROPERTIES.items():
        value = text(given.get(key)) or DEFAULTS.get(key)
        if value is not None:
            found.append(f"{flag}{one_line(value)}{unit}")
    levels = {
        level
        for definition in (custom_endpoints(service) or {}).values()
        for level in privileges(definition).values()
    }
    replicates = bool(levels & EVERYWHERE.keys())
    return (*found, "--log-bin=binlog" if replicates else "--skip-log-bin")


def statements(
    service: Service, administrator: Credential, credentials: Mapping[str, Credential]
) -> tuple[str, ...]:
    """Return the init file's statements: one a line, run at each start before listening.

    Users are made anew each time, so that a right that was taken away is gone.
    """
    made = [
        f"ALTER USER root@localhost IDENTIFIED VIA {_identified(administrator.password)}",
        *(f"CREATE DATABASE IF NOT EXISTS {identifier(name)}" for name in schemas(service)),
    ]
    custom = custom_endpoints(service)
    for endpoint, credential in credentials.items():
        account = f"{literal(credential.username)}@'%'"
        secret = _identified(credential.password)
        made.append(f"CREATE OR REPLACE USER {account} IDENTIFIED VIA {secret}")
        levels = {SCHEMA: "admin"} if custom is None else privileges(custom.get(endpoint))
        made += _rights(account, levels)
    return tuple(made)


def _rights(account: str, levels: Mapping[str, str]) -> list[str]:
    granted = []
    for schema, level in levels.items():
        if level in RIGHTS:
            granted.append(f"GRANT {RIGHTS[level]} ON {pattern(schema)}.* TO {account}")
        if level in EVERYWHERE:
            granted.append(f"GRANT {EVERYWHERE[level]} ON *.* TO {account}")
    return granted


def _identified(password: str) -> str:
    """Return the plug-in and the hash it stores: the password itself stands in no SQL."""
    once = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    twice = hashlib.sha1(once, usedforsecurity=False).hexdigest().upper()
    return f"mysql_native_password USING '*{twice}'"


def identifier(name: str) -> str:
    """Return a name quoted as an SQL identifier."""
    return "`" + one_line(name).replace("`", "``") + "`"


def pattern(schema: str) -> str:
    """Return a schema's name for GRANT, where `_` and `%` would stand for others' names."""
    escaped = schema.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
    return identifier(escaped)


def literal(value: str) -> str:
    """Return a text quoted as an SQL string."""
    return "'" + one_line(value).replace("\\", "\\\\").replace("'", "''") + "'"
