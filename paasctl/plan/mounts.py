"""Where the files of mounts live, and what shows them at their paths (spec 11.3).

A mount of source `local`, `tmp` or `instance` has one store per instance, `service` and
`storage` one that is shared. Stores lie in `.paasctl/mounts`; ids of instances never begin with
a dot, so the shared stores have names of their own beside them.
"""

from collections.abc import Iterable
from posixpath import join, normpath
from typing import NamedTuple

from paasctl.model.plan import Link
from paasctl.model.project import App, Mount, MountSource
from paasctl.plan.circumstances import Circumstances

SHARED = frozenset({MountSource.SERVICE, MountSource.STORAGE})


class Binding(NamedTuple):
    """A store and the directory in the app root where an instance sees it; absolute paths."""

    store: str
    path: str


class Mounted(NamedTuple):
    """An instance and its bindings."""

    instance: str
    bindings: tuple[Binding, ...]


def bindings(
    on: Circumstances, app: App, instance: str, mounts: Iterable[Mount]
) -> tuple[Binding, ...]:
    """Return the bindings of an instance, outer directories first."""
    root = on.app_dir(app)
    found = [
        Binding(store_of(on, app, instance, mount), join(root, _inside(mount.path)))
        for mount in mounts
        if _inside(mount.path)
    ]
    return tuple(sorted(found, key=lambda binding: binding.path))


def store_of(on: Circumstances, app: App, instance: str, mount: Mount) -> str:
    """Return the directory that holds the files of `mount` as `instance` sees it."""
    if mount.source is MountSource.LOCAL:
        volume = on.state("mounts", instance)
    elif mount.source in SHARED:
        volume = shared_store(on.facts.state_dir, mount.source, mount.service or app.name)
    else:
        volume = on.state("mounts", f".{mount.source}", instance)
    return normpath(join(volume, _inside(mount.source_path)))


def shared_store(state_dir: str, source: MountSource, owner: str) -> str:
    """Return the directory of a network storage (source `service`), or of an app's storage."""
    return join(state_dir, "mounts", f".{source}", owner)


def links(mounted: Iterable[Mounted]) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """Return the links that stand in where mount namespaces are refused, and what they cost.

    There is one checkout, so a path can lead to one store only: the first instance's.
    """
    chosen: dict[str, tuple[str, str]] = {}
    warnings: list[str] = []
    for instance, bound in mounted:
        for binding in bound:
            owner, store = chosen.setdefault(binding.path, (instance, binding.store))
            if store != binding.store:
                warnings.append(
                    f'"{instance}" and "{owner}" share the files of the mount {binding.path}: '
                    "this machine refuses mount namespaces"
                )
    made = tuple(Link(path, store) for path, (_, store) in chosen.items())
    return made, tuple(warnings)


def _inside(path: str) -> str:
    """Return a relative path that cannot lead out of the directory it is joined to."""
    return normpath(f"/{path.strip(' /')}").strip("/")
