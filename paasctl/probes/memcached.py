"""Memcached: `version`, in the text protocol."""

from collections.abc import Mapping

from paasctl.model.json import Json
from paasctl.probes.connection import Connection
from paasctl.probes.refused import NotYetError


def login(parameters: Mapping[str, Json]) -> None:
    """Return when the server tells its version; there is nothing to log in with."""
    with Connection(parameters) as connection:
        connection.send(b"version\r\n")
        answer = connection.line()
    if not answer.startswith(b"VERSION "):
        raise NotYetError(answer.decode(errors="replace"))
