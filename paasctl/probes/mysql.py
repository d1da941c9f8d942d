"""MySQL protocol: handshake and mysql_native_password (client/server protocol 10)."""

import hashlib
from collections.abc import Mapping

from paasctl.model.json import Json
from paasctl.probes.connection import Connection, word
from paasctl.probes.refused import NotYetError

LONG_PASSWORD, CONNECT_WITH_DB, PROTOCOL_41 = 0x1, 0x8, 0x200
SECURE_CONNECTION, PLUGIN_AUTH = 0x8000, 0x80000
NATIVE = b"mysql_native_password"
UTF8MB4 = 45
LARGEST_PACKET = 1 << 24
OK, SWITCH, ERROR = 0x00, 0xFE, 0xFF


def scramble(password: str, nonce: bytes) -> bytes:
    """Return the answer to the server's nonce: SHA1(p) xor SHA1(nonce + SHA1(SHA1(p)))."""
    if not password:
        return b""
    once = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    twice = hashlib.sha1(once, usedforsecurity=False).digest()
    mask = hashlib.sha1(nonce + twice, usedforsecurity=False).digest()
    return bytes(a ^ b for a, b in zip(once, mask, strict=True))


def nonce_of(greeting: bytes) -> bytes:
    """Return the 20 bytes of nonce in the server's first packet."""
    if greeting[:1] == bytes([ERROR]):
        raise NotYetError(complaint(greeting))
    start = greeting.index(b"\0", 1) + 1 + 4  # protocol, version text, thread id
    rest = start + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10  # filler, capabilities, charset, status, length
    return greeting[start : start + 8] + greeting[rest : rest + 12]


def login_packet(username: str, password: str, database: str, nonce: bytes) -> bytes:
    """Return the handshake response."""
    flags = LONG_PASSWORD | PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH
    answer = scramble(password, nonce)
    packet = (flags | (CONNECT_WITH_DB if database else 0)).to_bytes(4, "little")
    packet += LARGEST_PACKET.to_bytes(4, "little") + bytes([UTF8MB4]) + bytes(23)
    packet += username.encode() + b"\0" + bytes([len(answer)]) + answer
    if database:
        packet += database.encode() + b"\0"
    return packet + NATIVE + b"\0"


def complaint(packet: bytes) -> str:
    """Return the text of an error packet."""
    text = packet[3:].decode(errors="replace")
    return text[6:] if text.startswith("#") else text


def login(parameters: Mapping[str, Json]) -> None:
    """Return when the login worked and the database could be chosen."""
    password = word(parameters, "password")
    with Connection(parameters) as connection:
        nonce = nonce_of(_receive(connection))
        packet = login_packet(
            word(parameters, "username"), password, word(parameters, "database"), nonce
        )
        _send(connection, packet, 1)
        answer = _receive(connection)
        if answer[0] == SWITCH:
            plugin, _, nonce = answer[1:].partition(b"\0")
            if plugin != NATIVE:
                raise NotYetError(f"the server wants {plugin.decode(errors='replace')}")
            _send(connection, scramble(password, nonce[:20]), 3)
            answer = _receive(connection)
        if answer[0] != OK:
            raise NotYetError(complaint(answer))


def _send(connection: Connection, packet: bytes, sequence: int) -> None:
    connection.send(len(packet).to_bytes(3, "little") + bytes([sequence]) + packet)


def _receive(connection: Connection) -> bytes:
    packet = connection.read(int.from_bytes(connection.read(4)[:3], "little"))
    if not packet:
        raise NotYetError("an empty packet came instead of an answer")
    return packet
