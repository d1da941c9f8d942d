"""The project of unchanged manifests, without reading YAML again.

A stored project counts while no manifest, include or candidate file has another mtime, size or
inode, and none has come or gone. A file that changed just before it was read is not trusted:
a second change within the same clock tick could not be seen.
"""

import json
import os
import time
from typing import TYPE_CHECKING, Final, cast

import paasctl
from paasctl.manifest.source import Tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paasctl.manifest.loaded import Loaded
    from paasctl.manifest.project_json import Fields

FORMAT: Final = 3
"""Raise it when a record of `model.project` or the binder changes."""
_TICK: Final = 20_000_000
"""Nanoseconds; file systems stamp with the kernel's tick, 10 ms at worst."""
_FIXED: Final = tuple(
    f"{directory}{name}.yaml"
    for directory in ("", ".platform/")
    for name in ("app", "applications", "services", "routes")
)

Stamp = list[object]
"""[file, mtime in ns, size, inode]; zeros where there is no such file."""


def load_cached(root: str, cache_path: str) -> "Loaded":
    """Return what `load(root)` returns, from `cache_path` if nothing has changed since.

    Only a project without errors is stored. A cache that cannot be written is no problem.
    """
    tree = Tree(root)
    stored = _stored(cache_path)
    if stored is not None and _unchanged(tree, stored):
        return _hit(tree, stored)
    from paasctl.manifest.load import load_tree

    before = time.time_ns()
    loaded = load_tree(tree)
    stamps = _stamps(tree, tree.touched)
    newest = max((cast("int", stamp[1]) for stamp in stamps), default=0)
    if loaded.project is not None and newest + _TICK < before:
        _store(cache_path, loaded, tree, stamps)
    return loaded


def unchanged(root: str, cache_path: str) -> bool:
    """Return whether `load_cached` would find nothing changed since it stored the project."""
    stored = _stored(cache_path)
    if stored is None:
        return False
    tree = Tree(root)
    return stored["stamps"] == _stamps(tree, _files(stored))


def _stored(cache_path: str) -> dict[str, object] | None:
    """Return the stored object if this version can use it."""
    try:
        with open(cache_path, encoding="utf-8") as file:
            data = json.load(file)
    except (OSError, ValueError):  # absent or torn: as good as none
        return None
    known = isinstance(data, dict) and data.get("format") == FORMAT
    return data if known and data.get("version") == paasctl.__version__ else None


def _unchanged(tree: Tree, stored: dict[str, object]) -> bool:
    """Return whether files and directories are as they were when the project was stored."""
    probed = cast("dict[str, bool]", stored["probed"])
    if stored["stamps"] != _stamps(tree, _files(stored)):
        return False
    return all(tree.is_directory(name) == there for name, there in probed.items())


def _files(stored: dict[str, object]) -> "Iterable[str]":
    return cast("Iterable[str]", stored["touched"])


def _hit(tree: Tree, stored: dict[str, object]) -> "Loaded":
    from paasctl.manifest.loaded import Loaded
    from paasctl.manifest.project_json import problem_from_json, project_from_json

    problems = cast("list[Fields]", stored["problems"])
    if problems:  # their excerpts need the texts
        for file in _files(stored):
            tree.read(file)
    return Loaded(
        project_from_json(cast("Fields", stored["project"])),
        tuple(problem_from_json(fields) for fields in problems),
        tree.texts,
    )


def _store(cache_path: str, loaded: "Loaded", tree: Tree, stamps: list[Stamp]) -> None:
    content = {
        "format": FORMAT,
        "version": paasctl.__version__,
        "touched": list(tree.touched),
        "stamps": stamps,
        "probed": tree.probed,
        "project": loaded.project,
        "problems": loaded.problems,
    }
    temporary = f"{cache_path}.{os.getpid()}"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(temporary, cache_path)
    except OSError:  # a read-only place: the next start reads the manifests again
        return


def _stamps(tree: Tree, touched: "Iterable[str]") -> list[Stamp]:
    """Return the stamps of all files read, and of all files that would be read if there."""
    names = {*touched, *_FIXED, *tree.search(".platform.app.yaml")}
    names.update(f".upsun/{name}" for name in tree.listing(".upsun") if name.endswith(".yaml"))
    return [_stamp(tree, name) for name in sorted(names)]


def _stamp(tree: Tree, name: str) -> Stamp:
    try:
        found = os.stat(tree.path(name))
    except OSError:
        return [name, 0, 0, 0]
    return [name, found.st_mtime_ns, found.st_size, found.st_ino]
