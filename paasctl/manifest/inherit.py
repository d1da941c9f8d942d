"""Which value an instance gets: its own if it has the key, else the app's (spec 02.4).

Presence decides, the whole value replaces: there is no merge, not even for `variables.env`.
`web` is an instance like the workers are; workers never look at it.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from paasctl.manifest.document import Data
from paasctl.model.position import KeyPath

INHERITED: Final = (
    "size",
    "disk",
    "resources",
    "container_profile",
    "relationships",
    "access",
    "mounts",
    "variables",
    "timezone",
    "firewall",
    "additional_hosts",
)


class Effective(NamedTuple):
    """The instance keys of one instance; `origins` says where each value was written.

    `at` is the instance's own path in the app: ("web",) or ("workers", name).
    """

    at: KeyPath
    values: Mapping[str, Data]
    origins: Mapping[str, KeyPath]

    def inherited(self, key: str) -> bool:
        """Return whether the value of `key` comes from the app's top level."""
        return len(self.origins.get(key, ())) == 1 and bool(self.at)


def effective(app: Mapping[str, Data], at: KeyPath) -> Effective:
    """Return the effective instance keys of the instance at `at`; absent ones are left out."""
    own = _own(app, at)
    values: dict[str, Data] = {}
    origins: dict[str, KeyPath] = {}
    for key in INHERITED:
        if key in own:
            values[key], origins[key] = own[key], (*at, key)
        elif key in app:
            values[key], origins[key] = app[key], (key,)
    return Effective(at, values, origins)


def _own(app: Mapping[str, Data], at: KeyPath) -> Mapping[str, Data]:
    """Return what is written at `at`; nothing where there is no map."""
    found: Data = dict(app)
    for step in at:
        found = found.get(str(step)) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
