"""InfluxDB 1: a query as the administrator, who is made on a server that has none yet."""

from collections.abc import Mapping
from urllib.parse import quote

from paasctl.model.json import Json
from paasctl.probes.connection import word
from paasctl.probes.http import Answer, ask, first_line
from paasctl.probes.refused import NotYetError

OK, FORBIDDEN = 200, 403


def login(parameters: Mapping[str, Json]) -> None:
    """Return when the administrator can ask something.

    While there is no user at all the server lets nobody do anything but make the first one.
    """
    answer = query(parameters, "SHOW DATABASES")
    if answer.status == FORBIDDEN and "create admin user first" in answer.body:
        anonymous = {"port": parameters.get("port")}
        name = word(parameters, "username").replace('"', '\\"')
        secret = word(parameters, "password").replace("\\", "\\\\").replace("'", "\\'")
        made = f"CREATE USER \"{name}\" WITH PASSWORD '{secret}' WITH ALL PRIVILEGES"
        query(anonymous, made)
        answer = query(parameters, "SHOW DATABASES")
    if answer.status != OK:
        raise NotYetError(f"HTTP {answer.status}: {first_line(answer.body)}")


def query(parameters: Mapping[str, Json], text: str) -> Answer:
    """Return the answer to a query; it travels in the body, which no log repeats."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask(parameters, "POST", "/query", f"q={quote(text, safe='')}", form)
