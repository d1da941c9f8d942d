"""HTTP/1.0, as far as a probe needs it: one request, one answer; `http.client` costs 20 ms."""

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
    sent = {"Host": "127.0.0.1", "Content-Length": str(len(data)), **headers}
    if word(parameters, "username"):
        login = f"{word(parameters, 'username')}:{word(parameters, 'password')}"
        sent["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    with Connection(parameters) as connection:
        connection.send(f"{method} {path} HTTP/1.0\r\n{head}\r\n".encode() + data)
        protocol, status = connection.line().split(b" ", 2)[:2]
        if not protocol.startswith(b"HTTP/"):
            raise ValueError(protocol)
        while connection.line():
            pass
        return Answer(int(status), connection.rest().decode(errors="replace"))


def first_line(text: str) -> str:
    """Return what a server says in short: the first line, of 200 characters at most."""
    return (text.strip().splitlines() or [""])[0][:200]
