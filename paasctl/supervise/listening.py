"""Whether somebody listens: the way to know that a process without a probe is ready."""

import _socket as socket  # socket itself costs every start a sixth of `python3 -c pass`

PATIENCE = 0.1
"""Seconds for one attempt; on loopback the answer is immediate."""


def accepts(address: str) -> bool:
    """Return whether a connection to "tcp:HOST:PORT" or "unix:PATH" is accepted at once."""
    kind, _, rest = address.partition(":")
    host, _, port = rest.rpartition(":")
    client = socket.socket(_family(kind, host), socket.SOCK_STREAM)
    try:
        if kind == "unix":
            client.setblocking(False)
            client.connect(rest)
        else:
            client.settimeout(PATIENCE)
            client.connect((host, int(port)))
    except OSError:
        return False
    finally:
        client.close()
    return True


def _family(kind: str, host: str) -> int:
    if kind == "unix":
        return socket.AF_UNIX
    return socket.AF_INET6 if ":" in host else socket.AF_INET
