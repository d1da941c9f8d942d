"""PostgreSQL protocol 3.0: SCRAM-SHA-256 login (RFC 5802, RFC 7677), then what is to be set up.

The role that applications use does not exist on the first start: it is made over the socket by
the administrator, and then tried over TCP, as an application would.
"""

import binascii
import hashlib
import hmac
import os
import struct
from collections.abc import Mapping

from paasctl.model.json import Json
from paasctl.probes.connection import Connection, word
from paasctl.probes.refused import NotYetError

PROTOCOL = 196608
AUTH_OK, AUTH_SASL, AUTH_CONTINUE, AUTH_FINAL = 0, 10, 11, 12
ITERATIONS = 4096
Row = tuple[str, ...]


def base64(data: bytes) -> str:
    """Return base64 in one line; the module of that name costs more to import than to do."""
    return binascii.b2a_base64(data, newline=False).decode()


def scram_proof(password: str, salt: bytes, iterations: int, exchange: str) -> bytes:
    """Return the client's proof for the three messages of `exchange`, joined by commas."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    key = hmac.digest(salted, b"Client Key", "sha256")
    signature = hmac.digest(hashlib.sha256(key).digest(), exchange.encode(), "sha256")
    return bytes(a ^ b for a, b in zip(key, signature, strict=True))


def scram_verifier(password: str, salt: bytes, iterations: int = ITERATIONS) -> str:
    """Return what the server stores instead of the password; it may stand in a log."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${iterations}:{base64(salt)}${base64(stored)}:{base64(server)}"


def final_message(password: str, nonce: str, challenge: str) -> str:
    """Return the client's final message for the server's challenge; RFC 5802 section 3."""
    fields = dict(part.split("=", 1) for part in challenge.split(",") if "=" in part)
    if not fields.get("r", "").startswith(nonce):
        raise NotYetError("the server answered another client's nonce")
    closing = f"c=biws,r={fields['r']}"
    exchange = f"n=,r={nonce},{challenge},{closing}"
    salt = binascii.a2b_base64(fields["s"])
    proof = scram_proof(password, salt, int(fields["i"]), exchange)
    return f"{closing},p={base64(proof)}"


class Session:
    """A logged-in connection; NotYetError carries the server's words when it refuses."""

    def __init__(self, parameters: Mapping[str, Json]) -> None:
        self._connection = Connection(parameters)
        user, database = word(parameters, "username"), word(parameters, "database")
        start = f"user\0{user}\0database\0{database}\0application_name\0paasctl\0\0".encode()
        packet = struct.pack(">II", len(start) + 8, PROTOCOL) + start
        try:
            self._connection.send(packet)
            self._log_in(word(parameters, "password"))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        self._connection.__exit__()

    def query(self, sql: str) -> list[Row]:
        """Return the rows of a statement; NotYetError with the server's words when it fails."""
        self._send(b"Q", sql.encode() + b"\0")
        rows: list[Row] = []
        failure = ""
        while True:
            kind, payload = self._receive()
            if kind == b"D":
                rows.append(_fields(payload))
            elif kind == b"E":
                failure = _message(payload)
            elif kind == b"Z":
                break
        if failure:
            raise NotYetError(failure)
        return rows

    def _log_in(self, password: str) -> None:
        nonce = base64(os.urandom(18))
        kind = b""
        while kind != b"Z":
            kind, payload = self._receive()
            if kind == b"E":
                raise NotYetError(_message(payload))
            if kind == b"R":
                self._authenticate(payload, password, nonce)

    def _authenticate(self, payload: bytes, password: str, nonce: str) -> None:
        step = int.from_bytes(payload[:4], "big")
        if step == AUTH_SASL:
            first = f"n,,n=,r={nonce}".encode()
            self._send(b"p", b"SCRAM-SHA-256\0" + struct.pack(">I", len(first)) + first)
        elif step == AUTH_CONTINUE:
            self._send(b"p", final_message(password, nonce, payload[4:].decode()).encode())
        elif step not in (AUTH_OK, AUTH_FINAL):
            raise NotYetError(f"the server wants authentication method {step}")

    def _send(self, kind: bytes, payload: bytes) -> None:
        self._connection.send(kind + struct.pack(">I", len(payload) + 4) + payload)

    def _receive(self) -> tuple[bytes, bytes]:
        kind, length = struct.unpack(">cI", self._connection.read(5))
        return kind, self._connection.read(length - 4)


def _fields(payload: bytes) -> Row:
    """Return the columns of a data row; NULL reads as ""."""
    count, at, found = int.from_bytes(payload[:2], "big"), 2, []
    for _ in range(count):
        length = max(0, struct.unpack(">i", payload[at : at + 4])[0])
        found.append(payload[at + 4 : at + 4 + length].decode(errors="replace"))
        at += 4 + length
    return tuple(found)


def _message(payload: bytes) -> str:
    """Return the primary message of an error."""
    fields = {part[:1]: part[1:] for part in payload.split(b"\0") if part}
    return fields.get(b"M", payload).decode(errors="replace")


def login(parameters: Mapping[str, Json]) -> None:
    """Set up what "setup" asks for, then return when "username" can log in to "database"."""
    setup = parameters.get("setup")
    if isinstance(setup, Mapping):
        from paasctl.probes.postgresql_setup import apply

        apply(setup)
    Session(parameters).close()
