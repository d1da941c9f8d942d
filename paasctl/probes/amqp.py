"""AMQP 0-9-1: PLAIN login, tuning, opening a virtual host."""

import struct
from collections.abc import Mapping

from paasctl.model.json import Json
from paasctl.probes.connection import Connection, word
from paasctl.probes.refused import NotYetError

GREETING = b"AMQP\x00\x00\x09\x01"
METHOD, HEARTBEAT, END = 1, 8, b"\xce"
CONNECTION = 10
START, START_OK, TUNE, TUNE_OK, OPEN, OPEN_OK, CLOSE, CLOSE_OK = 10, 11, 30, 31, 40, 41, 50, 51
REPLY_SUCCESS = 200


def short(text: str) -> bytes:
    """Return a short string."""
    data = text.encode()
    return bytes([len(data)]) + data


def long(data: bytes) -> bytes:
    """Return a long string; a table is framed the same way."""
    return struct.pack(">I", len(data)) + data


def frame(method: int, arguments: bytes) -> bytes:
    """Return a method frame of class `connection` on channel 0."""
    payload = struct.pack(">HH", CONNECTION, method) + arguments
    return struct.pack(">BHI", METHOD, 0, len(payload)) + payload + END


def start_ok(username: str, password: str) -> bytes:
    """Return the login; we ask to be told when it fails instead of being hung up on."""
    capabilities = long(short("authentication_failure_close") + b"t\x01")
    properties = long(
        short("product") + b"S" + long(b"paasctl") + short("capabilities") + b"F" + capabilities
    )
    response = b"\0" + username.encode() + b"\0" + password.encode()
    return frame(START_OK, properties + short("PLAIN") + long(response) + short("en_US"))


def login(parameters: Mapping[str, Json]) -> None:
    """Return when the virtual host "database" (default "/") is open."""
    vhost = word(parameters, "database") or "/"
    with Connection(parameters) as connection:
        connection.send(GREETING)
        _expect(connection, START)
        connection.send(start_ok(word(parameters, "username"), word(parameters, "password")))
        limits = _expect(connection, TUNE)
        channels, size, _ = struct.unpack(">HIH", limits[:8])
        connection.send(frame(TUNE_OK, struct.pack(">HIH", channels, size, 0)))
        connection.send(frame(OPEN, short(vhost) + short("") + b"\0"))
        _expect(connection, OPEN_OK)
        connection.send(frame(CLOSE, struct.pack(">H", REPLY_SUCCESS) + short("") + bytes(4)))
        _expect(connection, CLOSE_OK)


def _expect(connection: Connection, method: int) -> bytes:
    """Return the arguments of the method that has to come next."""
    kind = HEARTBEAT
    payload = b""
    while kind == HEARTBEAT:
        kind, _, length = struct.unpack(">BHI", connection.read(7))
        payload = connection.read(length + 1)[:-1]
    if kind != METHOD or len(payload) < 4:
        raise NotYetError("no AMQP method came")
    _, came = struct.unpack(">HH", payload[:4])
    if came == CLOSE:
        raise NotYetError(payload[7 : 7 + payload[6]].decode(errors="replace"))
    if came != method:
        raise NotYetError(f"method {came} came instead of {method}")
    return payload[4:]
