"""HTTP, as far as a probe needs it: one request, one answer; `http.client` costs 20 ms."""

import base64
from collections.abc import Mapping
from typing import NamedTuple

from paasctl.model.json import Json
from paasctl.probes.connection import Connection, word
from paasctl.probes.refused import NotYetError


class Answer(NamedTuple):
    """Status code and body."""

    status: int
    body: str


def login(parameters: Mapping[str, Json]) -> None:
    """Return when "path" is answered with "status", or with any where none is asked for."""
    method, path = word(parameters, "method") or "GET", word(parameters, "path") or "/"
    answer = ask(parameters, method, path)
    wanted = parameters.get("status")
    if wanted is not None and answer.status != wanted:
        raise NotYetError(f"HTTP {answer.status}: {first_line(answer.body)}")


def ask(
    parameters: Mapping[str, Json],
    method: str,
    path: str,
    body: str = "",
    headers: Mapping[str, str] = {},
) -> Answer:
    """Return the answer to one request; "username" and "password" are sent where there are any."""
    data = body.encode()
    sent = {"Host": "127.0.0.1", "Connection": "close", "Content-Length": str(len(data)), **headers}
    if word(parameters, "username"):
        login = f"{word(parameters, 'username')}:{word(parameters, 'password')}"
        sent["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    with Connection(parameters) as connection:
        connection.send(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + data)
        protocol, status = connection.line().split(b" ", 2)[:2]
        if not protocol.startswith(b"HTTP/"):
            raise ValueError(protocol)
        fields = {}
        while line := connection.line():
            name, _, value = line.partition(b":")
            fields[name.lower()] = value.strip().lower()
        return Answer(int(status), _body(connection, fields).decode(errors="replace"))


def _body(connection: Connection, fields: Mapping[bytes, bytes]) -> bytes:
    """Return the body in the three ways in which its end is told (RFC 9112, section 6)."""
    if fields.get(b"transfer-encoding") == b"chunked":
        parts = bytearray()
        while size := int(connection.line().partition(b";")[0], 16):
            parts += connection.read(size)
            connection.line()
        return bytes(parts)
    if b"content-length" in fields:
        return connection.read(int(fields[b"content-length"]))
    return connection.rest()


def first_line(text: str) -> str:
    """Return what a server says in short: the first line, of 200 characters at most."""
    return (text.strip().splitlines() or [""])[0][:200]
