"""Keys that exist, but elsewhere: what to do with one that stands in the wrong place."""

from collections.abc import Mapping
from typing import Final

from paasctl.model.position import KeyPath

_TOP: Final = "move it to the top level of the app"
_OF_APPS: Final[Mapping[str, str]] = {
    "hooks": f"hooks run in the web instance only: {_TOP}",
    "crons": f"crons run in the web instance only: {_TOP}",
    "build": f"all instances share one build: {_TOP}",
    "dependencies": f"all instances share one build: {_TOP}",
    "type": "all instances have the app's type: remove it",
    "stack": "all instances have the app's stack: remove it",
    "runtime": f"all instances have one runtime: {_TOP}",
    "source": f"all instances have one source: {_TOP}",
    "operations": _TOP,
    "preflight": _TOP,
    "workers": _TOP,
    "name": "an instance is called after its key: remove it",
}
_OF_WEB: Final[Mapping[str, str]] = {
    "web": "a worker accepts no requests: move it to the top level of the app",
    "locations": "a worker accepts no requests: locations belong to web",
    "upstream": "a worker accepts no requests: upstream belongs to web",
}
_ABOVE_WEB: Final[Mapping[str, str]] = {
    "commands": "move it below  web:  or below a worker",
    "start": "move it below  web: { commands: ... }",
    "locations": "move it below  web:",
    "upstream": "move it below  web:",
    "routes": "routes have a file of their own: routes.yaml",
    "services": "services have a file of their own: services.yaml",
    "env": "write  variables: { env: ... }",
    "environment": "write  variables: { env: ... }",
    "root": "write  source: { root: ... }",
    "applications": "an application file holds one app: use applications.yaml for more",
    "toolstack": '"type" took its place: remove it',
    "schemas": "databases belong to the configuration of a service",
}
_OF_ROUTES: Final[Mapping[str, str]] = {
    "code": "a whole route answers 301; other codes belong below  redirects: { paths: ... }",
    "paths": "move it below  redirects:",
    "path": "paths with targets of their own belong below  redirects: { paths: ... }",
}


def advice(kind: str, around: KeyPath, key: str) -> str:
    """Return where an unknown key belongs that stands in `around`, "" if that is not known."""
    if kind == "route":
        return _OF_ROUTES.get(key, "") if not around else ""
    if kind != "application":
        return ""
    if not around:
        return _ABOVE_WEB.get(key, "")
    if around == ("web",):
        return _OF_APPS.get(key, "")
    if len(around) == 2 and around[0] == "workers":
        return _OF_APPS.get(key) or _OF_WEB.get(key, "")
    return ""
