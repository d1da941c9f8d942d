"""Talking to the engine of a project, with its refusals as ours."""

from collections.abc import Iterable

from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import Place
from paasctl.control.client import Client, Declined, EngineLost, connect
from paasctl.model.status import Status

_CODES = {"unknown-target": Exit.UNKNOWN_NAME, "unknown-signal": Exit.USAGE}


def engine_if_running(place: Place) -> Client | None:
    """Return a connection, or None where no engine runs; Refused (6) if it is another user's."""
    try:
        return connect(place.state)
    except PermissionError as error:
        raise Refused(
            Exit.TAKEN,
            f"the engine of {place.root} belongs to another user: {error}",
            fix="run the command as that user",
        ) from error


def engine_of(place: Place) -> Client:
    """Return a connection; Refused (3) where no engine runs."""
    client = engine_if_running(place)
    if client is None:
        raise Refused(
            Exit.NOT_RUNNING, f"nothing is running in {place.root}", fix="paasctl up starts it"
        )
    return client


def asked(client: Client, op: str, **arguments: object) -> dict[str, object]:
    """Send a request and return the reply; Refused where the engine says no or goes away."""
    try:
        return client.ask(op, **arguments)
    except Declined as declined:
        code = _CODES.get(declined.code, Exit.FAILED)
        raise Refused(code, declined.message, lines=declined.near) from declined
    except EngineLost as lost:
        raise Refused(
            Exit.FAILED,
            f"the engine ended while it was asked for {op!r}",
            fix="paasctl ps shows what became of it",
        ) from lost


def row_of(data: dict[str, object]) -> Status:
    """Return one row of a status reply; fields of a newer engine are left out."""
    known = {name: data[name] for name in Status._fields if name in data}
    return Status(**known)  # type: ignore[arg-type]  # the engine writes what Status says


def rows_of(reply: dict[str, object]) -> list[Status]:
    """Return the rows of a status reply."""
    instances = reply.get("instances")
    assert isinstance(instances, Iterable)
    return [row_of(item) for item in instances if isinstance(item, dict)]


def number(reply: dict[str, object], name: str) -> int:
    """Return a whole number of a reply, 0 where it is missing."""
    value = reply.get(name)
    return value if isinstance(value, int) else 0
