"""What `configuration` of PostgreSQL means (spec 04.3): databases, endpoints, rights as SQL."""

from paasctl.model.project import Service
from paasctl.services.configuration import (
    custom_endpoints,
    mapping,
    names,
    one_line,
    privileges,
    text,
)

STANDARD = "postgresql"
REPLICA = "postgresql-replica"
REPLICA_SINCE = 16
SCHEMAS_OF_USERS = (
    "DO $paasctl$ DECLARE s name; BEGIN FOR s IN SELECT nspname FROM pg_namespace"
    " WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%' LOOP"
    " STATEMENTS END LOOP; END $paasctl$"
)
OWNER = "main"
"""User of the standard endpoint, and the database without any configuration (spec 04.2)."""


def databases(service: Service) -> tuple[str, ...]:
    """Return the databases; `main` where none are listed, also beside custom endpoints."""
    return tuple(one_line(name) for name in names(service, "databases") or ()) or (OWNER,)


def offered(service: Service) -> tuple[str, ...]:
    """Return the endpoint names; from 16 on the platform has a read-only one beside the first.

    With `databases` alone the endpoint is called `main` too, as its user is (spec 04.3).
    """
    custom = custom_endpoints(service)
    if custom is not None:
        return tuple(custom)
    major = service.version.partition(".")[0]
    replica = major.isdigit() and int(major) >= REPLICA_SINCE
    listed = names(service, "databases") is not None
    return (STANDARD, *((REPLICA,) if replica else ()), *((OWNER,) if listed else ()))


def username(service: Service, endpoint: str) -> str:
    """Return the role of an endpoint: a custom one has its own, of its name."""
    return endpoint if custom_endpoints(service) is not None else OWNER


def default_database(service: Service, endpoint: str) -> str | None:
    """Return the database of an endpoint's `path`, or None."""
    custom = custom_endpoints(service)
    if custom is None:
        listed = databases(service)
        return OWNER if OWNER in listed else listed[0]
    return text(mapping(custom.get(endpoint)).get("default_database"))


def options(service: Service) -> str:
    """Return what CREATE DATABASE is told beside the name, "" for the platform's defaults."""
    keys = (
        ("default_charset", "ENCODING", "UTF8"),
        ("default_collation", "LC_COLLATE", "C.UTF-8"),
        ("default_ctype", "LC_CTYPE", "C.UTF-8"),
    )
    given = []
    for key, word, usual in keys:
        value = text(service.configuration.get(key))
        if value is not None and value != usual:
            given.append(f"{word} {literal(value)}")
    return " ".join(given)


def grants(service: Service, database: str) -> tuple[str, ...]:
    """Return the statements for one database, to be run in it by the administrator.

    The first endpoint with `admin` owns the database. Further ones act as that owner when they
    log in to it, so that either can alter what the other made.
    """
    custom = custom_endpoints(service)
    if custom is None:
        levels = {OWNER: "admin"}
    else:
        levels = {
            endpoint: level
            for endpoint, definition in custom.items()
            for name, level in privileges(definition).items()
            if name == database
        }
    admins = [role for role, level in levels.items() if level == "admin"]
    owner = admins[0] if admins else None
    statements = [f"REVOKE ALL ON DATABASE {identifier(database)} FROM PUBLIC"]
    if owner is not None:
        statements += _ownership(database, owner, admins[1:])
    for role in custom or ():
        if role not in admins:
            statements += _reader(database, role, levels.get(role, ""), owner)
    return tuple(statements)


def identifier(name: str) -> str:
    """Return a name quoted as an SQL identifier."""
    return '"' + one_line(name).replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text quoted as an SQL string."""
    return "'" + one_line(value).replace("'", "''") + "'"


def _ownership(database: str, owner: str, others: list[str]) -> list[str]:
    base, first = identifier(database), identifier(owner)
    statements = [
        f"ALTER DATABASE {base} OWNER TO {first}",
        f"GRANT ALL ON DATABASE {base} TO {first}",
        f"ALTER SCHEMA public OWNER TO {first}",
    ]
    for other in map(identifier, others):
        statements += [
            f"GRANT {first} TO {other}",
            f"GRANT CONNECT ON DATABASE {base} TO {other}",
            f"ALTER ROLE {other} IN DATABASE {base} SET role = {first}",
        ]
    return statements


def _reader(database: str, role: str, level: str, owner: str | None) -> list[str]:
    """Return the statements that take everything away, then give `ro` or `rw`."""
    base, user = identifier(database), identifier(role)
    statements = [
        f"REVOKE ALL ON DATABASE {base} FROM {user}",
        f"ALTER ROLE {user} IN DATABASE {base} RESET role",
        _each_schema(
            f"REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM {user}",
            f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM {user}",
        ),
    ]
    if owner is not None:
        statements += [
            f"REVOKE {identifier(owner)} FROM {user}",
            *_future(owner, "REVOKE ALL", "REVOKE ALL", f"FROM {user}"),
        ]
    if level not in ("ro", "rw"):
        return statements
    tables = "GRANT SELECT, INSERT, UPDATE, DELETE" if level == "rw" else "GRANT SELECT"
    sequences = "GRANT USAGE, SELECT, UPDATE" if level == "rw" else "GRANT SELECT"
    statements += [
        f"GRANT CONNECT, TEMPORARY ON DATABASE {base} TO {user}",
        _each_schema(
            f"GRANT USAGE ON SCHEMA %I TO {user}",
            f"{tables} ON ALL TABLES IN SCHEMA %I TO {user}",
            f"{sequences} ON ALL SEQUENCES IN SCHEMA %I TO {user}",
        ),
    ]
    if owner is not None:
        statements += [
            f"{_by(owner)} GRANT USAGE ON SCHEMAS TO {user}",
            *_future(owner, tables, sequences, f"TO {user}"),
        ]
    return statements


def _future(owner: str, tables: str, sequences: str, whom: str) -> tuple[str, str]:
    """Return the statements for what `owner` will make later."""
    return (
        f"{_by(owner)} {tables} ON TABLES {whom}",
        f"{_by(owner)} {sequences} ON SEQUENCES {whom}",
    )


def _by(owner: str) -> str:
    return f"ALTER DEFAULT PRIVILEGES FOR ROLE {identifier(owner)}"


def _each_schema(*statements: str) -> str:
    """Return a block that runs `statements` for each schema, as %I, that is not the server's."""
    runs = " ".join(f"EXECUTE format({literal(_keep_percent(one))}, s);" for one in statements)
    return SCHEMAS_OF_USERS.replace("STATEMENTS", runs)


def _keep_percent(statement: str) -> str:
    """Double each percent sign but the one of %I: a role's name may have one."""
    before, slot, after = statement.partition(" SCHEMA %I ")
    return before.replace("%", "%%") + slot + after.replace("%", "%%")
