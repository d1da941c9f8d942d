"""How a process splits into a program in a terminal and the relay at the terminal's other end."""

import fcntl
import os
import signal
import struct
import sys
import termios

ROWS, COLUMNS = 24, 80
"""The window until somebody with a real one comes."""


def with_relay(path: str) -> int:
    """Fork the relay that serves the socket `path`; return the program's end of the terminal.

    The relay listens when this returns, so nobody finds a program without its terminal.
    """
    master, terminal = os.openpty()
    resize(master, ROWS, COLUMNS)
    ready, write = os.pipe()
    middle = os.fork()
    if middle == 0:
        code = 70
        try:
            if os.fork() == 0:
                os.close(terminal)
                os.close(ready)
                code = _be_relay(master, path, write)
            else:
                code = 0
        except BaseException:  # nothing may return into the program's half
            import traceback

            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(master)
    os.close(write)
    os.waitpid(middle, 0)
    os.read(ready, 1)
    os.close(ready)
    return terminal


def _be_relay(master: int, path: str, ready: int) -> int:
    from paasctl.terminal.relay import Relay

    os.setsid()
    # Who ends this instance ends the program; the relay goes when the terminal is closed.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    relay = Relay(master, path)
    os.write(ready, b"1")
    os.close(ready)
    relay.run()
    return 0


def become(terminal: int, argv: list[str]) -> int:
    """Replace this process by a program that has the terminal; return only if that fails."""
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)  # the engine has made us leader of a session
    for fd in (0, 1, 2):
        os.dup2(terminal, fd)
    if terminal > 2:
        os.close(terminal)
    os.environ.setdefault("TERM", "xterm-256color")
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them; programs must not
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 -- the user's own command
    except FileNotFoundError:
        sys.stderr.write(f"paasctl: {argv[0]}: command not found\n")
        return 127
    except OSError as error:
        sys.stderr.write(f"paasctl: {argv[0]}: {error.strerror}\n")
        return 126


def resize(fd: int, rows: int, columns: int) -> None:
    """Set the window size of a terminal; the programs in it are sent SIGWINCH if it changes."""
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
