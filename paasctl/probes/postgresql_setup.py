"""Bringing a PostgreSQL server to what the manifest says: roles, databases, extensions, grants.

Idempotent, and done at each start before the service counts as ready, so that a changed
`configuration` is in force after the next start. Nothing is ever dropped.
"""

import os
import sys
from collections.abc import Mapping, Sequence

from paasctl.model.json import Json
from paasctl.probes.connection import word
from paasctl.probes.postgresql import Session, scram_verifier
from paasctl.probes.refused import NotYetError


def apply(setup: Mapping[str, Json]) -> None:
    """Do it all as the administrator; NotYetError while the server does not let us in.

    `setup` has "admin" (login parameters), "roles" (name, password), "databases" (name, options),
    "extensions" (names, for each database), and "grants" (a list of statements by database).
    """
    admin = _map(setup.get("admin"))
    session = Session({**admin, "database": "postgres"})
    try:
        _make_roles(session, _items(setup.get("roles")))
        _make_databases(session, _items(setup.get("databases")))
    finally:
        session.close()
    for database, statements in _map(setup.get("grants")).items():
        session = Session({**admin, "database": database})
        try:
            _make_extensions(session, database, setup.get("extensions"))
            for statement in _texts(statements):
                session.query(statement)
        finally:
            session.close()


def identifier(name: str) -> str:
    """Return a name quoted as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text quoted as an SQL string."""
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"


def _make_roles(session: Session, roles: Sequence[Mapping[str, Json]]) -> None:
    """Make the roles that are missing and set every password, as a verifier, never as text."""
    present = {row[0] for row in session.query("SELECT rolname FROM pg_roles")}
    for role in roles:
        name = word(role, "name")
        verb = "ALTER" if name in present else "CREATE"
        verifier = scram_verifier(word(role, "password"), os.urandom(16))
        session.query(f"{verb} ROLE {identifier(name)} LOGIN PASSWORD {literal(verifier)}")


def _make_databases(session: Session, databases: Sequence[Mapping[str, Json]]) -> None:
    """Make the databases that are missing; a locale that this machine lacks is left out, aloud."""
    present = {row[0] for row in session.query("SELECT datname FROM pg_database")}
    for database in databases:
        name, options = word(database, "name"), word(database, "options")
        if name in present:
            continue
        try:
            session.query(f"CREATE DATABASE {identifier(name)} TEMPLATE template0 {options}")
        except NotYetError as reason:
            if not options:
                raise
            _tell(f"database {name}: {reason}; made with this server's own defaults instead")
            session.query(f"CREATE DATABASE {identifier(name)}")


def _make_extensions(session: Session, database: str, wanted: Json) -> None:
    """Make the extensions; one that is not installed is told, and the service goes on without."""
    present = {row[0] for row in session.query("SELECT extname FROM pg_extension")}
    for name in _texts(wanted):
        if name in present:
            continue
        try:
            session.query(f"CREATE EXTENSION {identifier(name)} CASCADE")
        except NotYetError as reason:
            _tell(f"database {database}: extension {name} cannot be had: {reason}")


def _tell(message: str) -> None:
    print(f"postgresql: {message}", file=sys.stderr, flush=True)  # noqa: T201


def _map(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Json) -> Sequence[Mapping[str, Json]]:
    return [item for item in _sequence(value) if isinstance(item, Mapping)]


def _texts(value: Json) -> Sequence[str]:
    return [item for item in _sequence(value) if isinstance(item, str)]


def _sequence(value: Json) -> Sequence[Json]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
