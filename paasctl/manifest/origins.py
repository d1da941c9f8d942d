"""Where each effective value of an instance comes from, and what it replaced."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple, cast

from paasctl.manifest.document import Data
from paasctl.manifest.facts import AppFacts
from paasctl.manifest.inherit import INHERITED, Effective
from paasctl.manifest.load import examine
from paasctl.manifest.plain import as_map
from paasctl.manifest.project_plain import plain_settings
from paasctl.manifest.source import Tree
from paasctl.model.position import KeyPath, Position
from paasctl.model.project import Settings


class How(StrEnum):
    """Why a value is in force."""

    OWN = "own"
    INHERITED = "inherited"
    OVERRIDES = "overrides"
    DEFAULT = "default"


class Origin(NamedTuple):
    """One key of one instance; `worker` is None for web.

    `position` is where the value is written (None for a default); `lost` where the top level
    says otherwise, and `lost_value` what it says there.
    """

    app: str
    worker: str | None
    key: str
    value: Data
    how: How
    position: Position | None = None
    lost: Position | None = None
    lost_value: Data = None


def origins(root: str) -> tuple[Origin, ...]:
    """Return the origins of all instances of the project in `root`, web first in each app."""
    facts = examine(Tree(root)).facts
    return tuple(
        origin for app in facts.apps for instance in app.instances for origin in _of(app, instance)
    )


def _of(app: AppFacts, instance: Effective) -> Iterator[Origin]:
    worker = str(instance.at[1]) if len(instance.at) == 2 else None
    owner: Data = dict(app.data)
    for step in instance.at:
        owner = as_map(owner).get(str(step))
    for key, value in as_map(owner).items():
        if key not in INHERITED:
            where = app.section.key_at(*instance.at, key)
            yield Origin(app.section.name, worker, key, value, How.OWN, where)
    defaults = cast("dict[str, Data]", plain_settings(Settings()))
    for key in INHERITED:
        origin = instance.origins.get(key)
        found = Origin(app.section.name, worker, key, instance.values.get(key), How.INHERITED)
        if origin is None:
            yield found._replace(value=defaults[key], how=How.DEFAULT)
        else:
            yield _written(app, instance, found._replace(position=app.section.key_at(*origin)))


def _written(app: AppFacts, instance: Effective, found: Origin) -> Origin:
    if instance.inherited(found.key):
        return found
    path: KeyPath = (found.key,)
    if found.key not in app.data:
        return found._replace(how=How.OWN)
    return found._replace(
        how=How.OVERRIDES, lost=app.section.key_at(*path), lost_value=app.data[found.key]
    )
