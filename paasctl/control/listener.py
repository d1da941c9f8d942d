"""The engine's side of the control socket: never blocks, driven by the engine's loop."""

import contextlib
import os
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from paasctl.control.address import at_socket, socket_path
from paasctl.control.protocol import LONGEST, Declined, Lines, Request, encode, refusal, request

PAUSE = 1.0
"""Seconds without listening where not even one caller can be heard out."""
UNREAD = 4 * 1024 * 1024
"""Bytes that a client may leave unread; one that leaves more is told `lagged` and dropped."""


class Connection:
    """One client."""

    __slots__ = ("lines", "outgoing", "owner", "socket", "watching")

    def __init__(self, client: socket.socket) -> None:
        self.socket = client
        self.lines = Lines(LONGEST)
        self.outgoing = bytearray()
        self.watching = False
        self.owner = False

    def say(self, message: dict[str, object]) -> None:
        """Queue a message."""
        self.outgoing += encode(message)


class ClientState(NamedTuple):
    """A connection as it is handed over; what has come or waits to go is hexadecimal text."""

    fd: int
    unread: str
    unsent: str
    watching: bool
    owner: bool


class ListenerState(NamedTuple):
    """A listener as it is handed over."""

    listening: int
    clients: tuple[ClientState, ...]


def listener_state(data: object) -> ListenerState:
    """Return what was handed over, as JSON has it; TypeError where it is something else."""
    if not isinstance(data, list):
        raise TypeError("no listener was handed over")
    listening, clients = data
    return ListenerState(listening, tuple(ClientState(*client) for client in clients))


Handler = Callable[[Connection, Request], dict[str, object]]


class Listener:
    """The socket and its clients.

    `watch(fd, writing)` and `unwatch(fd)` are the loop's; `handle` answers a request or raises
    Declined; `lost` is told when a connection is gone, `trouble` what keeps connections from
    being taken ("" when one could be again). The owner calls `restore` at `retry_at` (monotonic
    seconds) where that is set.
    """

    def __init__(
        self,
        state_dir: str,
        watch: Callable[[int, bool], None],
        unwatch: Callable[[int], None],
        handle: Handler,
        lost: Callable[[Connection], None],
        trouble: Callable[[str], None],
        held: "ListenerState | None" = None,
    ) -> None:
        self._watch, self._unwatch, self._handle, self._lost = watch, unwatch, handle, lost
        self._trouble = trouble
        self._state_dir = state_dir
        self._path = socket_path(state_dir)
        self.retry_at: float | None = None
        self._spare: int | None = None
        self.restore()
        self._clients: dict[int, Connection] = {}
        self._socket = _bind(state_dir) if held is None else socket.socket(fileno=held.listening)
        watch(self._socket.fileno(), False)
        for client in () if held is None else held.clients:
            self._resume(client)

    def hand_over(self) -> "ListenerState":
        """Return what another program needs to go on; the descriptors have to stay open."""
        return ListenerState(
            self._socket.fileno(),
            tuple(
                ClientState(
                    fd, client.lines.rest.hex(), client.outgoing.hex(),
                    client.watching, client.owner,
                )
                for fd, client in self._clients.items()
            ),
        )  # fmt: skip

    def descriptors(self) -> set[int]:
        """Return those of the socket and of all connections."""
        return {self._socket.fileno(), *self._clients}

    def _resume(self, held: "ClientState") -> None:
        client = Connection(socket.socket(fileno=held.fd))
        client.lines.rest = bytes.fromhex(held.unread)
        client.outgoing += bytes.fromhex(held.unsent)
        client.watching, client.owner = held.watching, held.owner
        self._clients[held.fd] = client
        self._watch(held.fd, bool(client.outgoing))

    def has_name(self) -> bool:
        """Return whether there is a socket where clients look for ours."""
        return os.path.exists(self._path)

    def bind_again(self) -> None:
        """Listen under our name again, which somebody has removed; all connections stay."""
        self._stop_listening()
        self._socket = _bind(self._state_dir)
        self._watch(self._socket.fileno(), False)

    def _stop_listening(self) -> None:
        if self.retry_at is None:
            self._unwatch(self._socket.fileno())
        self.retry_at = None
        self._socket.close()

    def owns(self, fd: int) -> bool:
        """Return whether the descriptor is the socket's or a client's."""
        return fd in self._clients or fd == self._socket.fileno()

    def ready(self, fd: int, writing: bool) -> None:
        """Go on with a descriptor that can be read, or only written."""
        if fd == self._socket.fileno():
            self._accept()
        elif writing:
            self._flush(self._clients[fd])
        else:
            self._read(self._clients[fd])

    def broadcast(self, notices: list[dict[str, object]]) -> None:
        """Send notices to everyone who watches."""
        watching = [client for client in self._clients.values() if client.watching]
        if not watching or not notices:
            return
        data = b"".join(encode({"notice": notice}) for notice in notices)
        for client in watching:
            client.outgoing += data
            self._flush(client)

    def watched(self) -> bool:
        """Return whether anybody wants notices."""
        return any(client.watching for client in self._clients.values())

    def close(self) -> None:
        """Remove the socket, then hang up on everyone."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)
        for client in list(self._clients.values()):
            self._drop(client)
        self._stop_listening()
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None

    def _accept(self) -> None:
        try:
            accepted, _ = self._socket.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            self._turn_away(error)
            return
        if not _same_user(accepted):
            accepted.close()
            return
        self._trouble("")
        accepted.setblocking(False)
        self._clients[accepted.fileno()] = Connection(accepted)
        self._watch(accepted.fileno(), False)

    def _turn_away(self, error: OSError) -> None:
        """Descriptors (or memory) are used up: tell the caller, or else let it wait.

        Not to accept would have us woken for ever, as the caller stays in the queue. The spare
        descriptor is there to hear one caller out at a time; where even that is not enough, we
        do not listen for a while.
        """
        reason = f"the engine cannot take a connection: {error.strerror}"
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
        try:
            accepted, _ = self._socket.accept()
        except BlockingIOError:
            self.restore()
        except OSError:
            self._unwatch(self._socket.fileno())
            self.retry_at = time.monotonic() + PAUSE
        else:
            with contextlib.suppress(OSError):  # who does not listen is not told
                accepted.send(encode(refusal(None, Declined("busy", reason))))
            accepted.close()
            self.restore()
        self._trouble(reason)

    def restore(self) -> None:
        """Get the spare descriptor back, and listen again if we had stopped to."""
        if self._spare is None:
            with contextlib.suppress(OSError):  # the next caller finds out
                self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        if self.retry_at is not None:
            self.retry_at = None
            self._watch(self._socket.fileno(), False)

    def _read(self, client: Connection) -> None:
        try:
            data = client.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(client)
            return
        try:
            lines = client.lines.feed(data)
        except Declined as error:
            client.say(refusal(None, error))
            self._flush(client)
            self._drop(client)
            return
        for line in lines:
            self._answer(client, line)
        self._flush(client)

    def _answer(self, client: Connection, line: bytes) -> None:
        number = None
        try:
            asked = request(line)
            number = asked.id
            client.say({"id": number, "ok": True, **self._handle(client, asked)})
        except Declined as error:
            client.say(refusal(number, error))

    def _flush(self, client: Connection) -> None:
        if client.socket.fileno() not in self._clients:
            return
        try:
            while client.outgoing:
                del client.outgoing[: client.socket.send(client.outgoing)]
        except BlockingIOError:
            if len(client.outgoing) > UNREAD:
                self._drop(client)
                return
        except OSError:
            self._drop(client)
            return
        self._watch(client.socket.fileno(), bool(client.outgoing))

    def _drop(self, client: Connection) -> None:
        if self._clients.pop(client.socket.fileno(), None) is None:
            return
        self._unwatch(client.socket.fileno())
        client.socket.close()
        self._lost(client)


def _bind(state_dir: str) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(socket_path(state_dir))  # we hold the lock: whoever made it is gone
    listening = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        at_socket(state_dir, listening.bind)
    finally:
        os.umask(before)
    listening.listen(128)
    listening.setblocking(False)
    return listening


def _same_user(client: socket.socket) -> bool:
    return _peer(client) in (os.getuid(), 0)


def _peer(client: socket.socket) -> int:
    """Return the user id of who has connected, as the kernel knows it."""
    if sys.platform == "linux":
        data = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        uid = struct.unpack("3i", data)[1]  # struct ucred: pid, uid, gid
    else:
        # LOCAL_PEERCRED of unix(4), struct xucred: version, uid, …
        data = client.getsockopt(0, 1, 76)
        uid = struct.unpack_from("II", data)[1]
    assert isinstance(uid, int)
    return uid
