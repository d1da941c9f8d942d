"""One visit to the terminal of a supervised program, from our own terminal or from a pipe."""

import os
import select
import signal
import socket
import sys
from enum import Enum
from types import FrameType

from paasctl.cli.modes import Modes
from paasctl.terminal import wire
from paasctl.terminal.keys import Detacher

CHUNK = 16 * 1024


class End(Enum):
    """How a visit ended."""

    LEFT = "left"
    OVER = "over"
    INTERRUPTED = "interrupted"
    TERMINATED = "terminated"


class Visit:
    """Passes keys to the relay and output from it; `run` leaves our terminal as it found it.

    Without `typing` standard input is not read. Of a terminal every key goes to the program,
    Ctrl-C too, but the detach keys.
    """

    def __init__(self, relay: socket.socket, detach: bytes, typing: bool) -> None:
        self._relay = relay
        self._detacher = Detacher(detach)
        self._typing = typing
        self._terminal = typing and os.isatty(0)
        self._modes = Modes()
        self._signals, self._note = os.pipe()
        for fd in (self._signals, self._note):
            os.set_blocking(fd, False)

    def run(self) -> End:
        """Go on until the program's terminal is closed or the visitor leaves."""
        wanted = (signal.SIGWINCH, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, _take_note) for number in wanted}
        wake = signal.set_wakeup_fd(self._note, warn_on_full_buffer=False)
        try:
            return self._in_raw_mode() if self._terminal else self._pass_on()
        finally:
            signal.set_wakeup_fd(wake)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _in_raw_mode(self) -> End:
        import termios
        import tty

        saved = termios.tcgetattr(0)
        try:
            tty.setraw(0)
            return self._pass_on()
        finally:
            termios.tcsetattr(0, termios.TCSADRAIN, saved)
            if os.isatty(1):
                _write(self._modes.undo())

    def _pass_on(self) -> End:
        self._tell_size()
        poll = select.poll()
        poll.register(self._signals, select.POLLIN)
        poll.register(self._relay, select.POLLIN)
        if self._typing:
            poll.register(0, select.POLLIN)
        while True:
            ready = {fd for fd, _ in poll.poll()}
            if self._signals in ready and (end := self._signalled()):
                return end
            if self._relay.fileno() in ready:
                data = self._received()
                if not data:
                    return End.OVER
                self._modes.feed(data)
                _write(data)
            if 0 in ready and self._typed(poll):
                return End.LEFT

    def _received(self) -> bytes:
        try:
            return self._relay.recv(CHUNK)
        except ConnectionResetError:
            return b""

    def _typed(self, poll: select.poll) -> bool:
        """Send what was typed; return whether it ends the visit."""
        data = os.read(0, CHUNK)
        if not data:
            poll.unregister(0)
        found = self._detacher.feed(data) if self._terminal else None
        passed = found.data if found else data
        if passed:
            self._send(wire.keys(passed))
        return found is not None and found.leave

    def _signalled(self) -> End | None:
        numbers = os.read(self._signals, 512)
        if signal.SIGWINCH in numbers:
            self._tell_size()
        if signal.SIGINT in numbers:
            return End.INTERRUPTED
        return End.TERMINATED if {signal.SIGTERM, signal.SIGHUP} & set(numbers) else None

    def _tell_size(self) -> None:
        try:
            columns, rows = os.get_terminal_size(1)
        except OSError:  # output is no terminal: the program keeps the size that it has
            return
        if rows and columns:
            self._send(wire.size(rows, columns))

    def _send(self, data: bytes) -> None:
        try:
            self._relay.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return  # the terminal is closed: the next receive says so


def _take_note(number: int, frame: FrameType | None) -> None:
    """Do nothing: the wake-up pipe has been written already."""


def _write(data: bytes) -> None:
    sys.stdout.flush()
    while data:
        data = data[os.write(1, data) :]
