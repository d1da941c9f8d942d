"""Redis and Valkey: PING, after AUTH where there is a password (RESP 2)."""

from collections.abc import Mapping

from paasctl.model.json import Json
from paasctl.probes.connection import Connection, word
from paasctl.probes.refused import NotYetError


def request(*words: str) -> bytes:
    """Return a command as an array of bulk strings."""
    parts = [f"*{len(words)}\r\n".encode()]
    for item in words:
        data = item.encode()
        parts += [b"$%d\r\n" % len(data), data, b"\r\n"]
    return b"".join(parts)


def login(parameters: Mapping[str, Json]) -> None:
    """Return when PING is answered; NotYetError while data is loading or access is refused."""
    username, password = word(parameters, "username"), word(parameters, "password")
    with Connection(parameters) as connection:
        if password:
            connection.send(request("AUTH", *([username] if username else []), password))
            expect(connection.line(), b"+OK")
        connection.send(request("PING"))
        expect(connection.line(), b"+PONG")


def expect(answer: bytes, wanted: bytes) -> None:
    """Raise NotYetError with the server's own words unless `answer` is the wanted one."""
    if answer != wanted:
        raise NotYetError(answer.decode(errors="replace").lstrip("-"))
