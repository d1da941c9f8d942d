"""Trying a login again and again, at first often, then a few times a second."""

import importlib
import os
import struct
import sys
import time
from collections.abc import Callable, Mapping

from paasctl.model.json import Json
from paasctl.probes.refused import NotYetError

PROTOCOLS = ("mysql", "postgresql", "redis", "amqp", "memcached", "http", "influxdb")
"""Each is a file beside this one with `login(parameters)`: returns when it worked."""
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 0.25
"""Seconds between two attempts; a service that needs long is asked four times a second."""

Login = Callable[[Mapping[str, Json]], None]


def pauses(first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> Callable[[], float]:
    """Return a function that gives the next pause in seconds: 1.5 times the last, up to a limit."""
    upcoming = first

    def next_pause() -> float:
        nonlocal upcoming
        pause, upcoming = upcoming, min(upcoming * 1.5, longest)
        return pause

    return next_pause


def wait_for_login(protocol: str, parameters: Mapping[str, Json]) -> None:
    """Return when a login worked; a new reason why it does not yet is told on stderr, once.

    Somebody else may listen on the port: an answer that makes no sense is a reason like others.
    """
    login: Login = importlib.import_module(f"paasctl.probes.{protocol}").login
    next_pause = pauses()
    told = ""
    while True:
        try:
            login(parameters)
        except OSError:
            pass  # nobody listens yet, or it hung up: the server's own log says why
        except (NotYetError, ValueError, LookupError, struct.error) as reason:
            known = isinstance(reason, NotYetError)
            why = str(reason) if known else f"what answers does not speak {protocol}"
            if why != told:
                told = why
                print(f"probe: {told}", file=sys.stderr, flush=True)  # noqa: T201
        else:
            break
        time.sleep(next_pause())  # noqa: TID251 - a process of its own; nobody waits behind it
    leave_mark(parameters)


def leave_mark(parameters: Mapping[str, Json]) -> None:
    """Make the file "mark": the server's data is complete, a later start must not redo it."""
    mark = parameters.get("mark")
    if isinstance(mark, str):
        os.close(os.open(mark, os.O_WRONLY | os.O_CREAT, 0o600))
