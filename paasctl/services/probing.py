"""How a service asks the probes: an argument vector and a parameter file that only we can read."""

import json
import os
from collections.abc import Mapping

import paasctl
from paasctl.model.json import Json
from paasctl.model.plan import File

PACKAGE = os.path.dirname(os.path.abspath(paasctl.__file__))
PROGRAM = os.path.join(PACKAGE, "probes", "__main__.py")
"""Run by its path: the probes are a program of their own, not a part of this one."""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""For the scripts around a server; the server itself is named by its absolute path."""
ADMINISTRATOR_CREDENTIAL = "@administrator"
"""The name of a server's own administrator in the store: no endpoint can be called that."""


def settings(data: str, name: str) -> str:
    """Return the path of a file of ours in the data directory of a service."""
    return f"{data}/settings/{name}"


def probe(
    python: str, data: str, protocol: str, parameters: Mapping[str, Json]
) -> tuple[tuple[str, ...], File]:
    """Return the command that waits for a login, and the file with its parameters.

    The interpreter is started without site-packages: it costs half.
    """
    path = settings(data, "probe.json")
    text = json.dumps({"protocol": protocol, **parameters}, indent=1)
    return (python, "-S", "-E", PROGRAM, path), File(path, text)
