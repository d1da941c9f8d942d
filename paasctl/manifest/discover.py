"""Which files make up the project, and which family they belong to."""

import os
from collections.abc import Sequence
from typing import Final, NamedTuple

from paasctl.manifest.flavour import Flavour, ManifestFile, Role
from paasctl.manifest.flavours import plain, platformsh, upsun
from paasctl.manifest.source import Tree
from paasctl.model.position import Position
from paasctl.model.problem import Problem, Severity

FLAVOURS: Final = tuple(
    sorted((upsun.FLAVOUR, platformsh.FLAVOUR, plain.FLAVOUR), key=lambda flavour: -flavour.rank)
)


class Found(NamedTuple):
    """The files of a project. `whole` is false if they were named one by one."""

    flavour: Flavour
    files: tuple[ManifestFile, ...]
    problems: tuple[Problem, ...] = ()
    whole: bool = True


def discover(tree: Tree) -> Found:
    """Return the files of the family with the highest rank that has any."""
    found = [(flavour, files) for flavour in FLAVOURS if (files := flavour.find(tree))]
    if not found:
        return Found(FLAVOURS[-1], (), (_nothing(tree),))
    flavour, files = found[0]
    others = [other.name for other, _ in found[1:] if other.name != "plain"]
    problems = [_both(flavour, files, other) for other in others]
    problems += [_ending(name) for name in _misnamed(tree)]
    return Found(flavour, files, tuple(problems))


def _misnamed(tree: Tree) -> list[str]:
    """Return the files that would be manifests if their names ended in .yaml (rule M05)."""
    names = ("applications.yml", "services.yml", "routes.yml")
    found = [f".platform/{name}" for name in tree.listing(".platform") if name in names]
    found += [f".upsun/{name}" for name in tree.listing(".upsun") if name.endswith(".yml")]
    return ([".platform.app.yml"] if tree.exists(".platform.app.yml") else []) + found


def _ending(name: str) -> Problem:
    message = f"{name} is not read: the ending must be .yaml"
    where = Position(name, 1, 1)
    return Problem(
        "yml-ending", Severity.WARNING, where, (), message, f"rename it to {name[:-3]}yaml"
    )


def _nothing(tree: Tree) -> Problem:
    wanted = ", ".join(place for flavour in FLAVOURS for place in flavour.wanted)
    similar = [name for name in tree.listing("") if name in ("app.yml", "applications.yml")]
    similar = [*_misnamed(tree), *similar]
    hint = "run it where the manifests are, or give the directory with -C"
    if similar:
        hint = f'rename "{similar[0]}": the ending must be .yaml'
    elif tree.is_directory(upsun.DIRECTORY):
        hint = f"{upsun.DIRECTORY} is there, but holds no file that ends in .yaml"
    message = f"no manifest found; looked for {wanted}"
    return Problem("no-manifest", Severity.ERROR, None, (), message, hint)


def _both(flavour: Flavour, files: tuple[ManifestFile, ...], other: str) -> Problem:
    message = f"there are manifests of two families: {flavour.name} is used, {other} is ignored"
    where = Position(files[0].file, 1, 1)
    return Problem("two-flavours", Severity.WARNING, where, (), message, "remove one of them")


def named(tree: Tree, files: Sequence[str]) -> Found:
    """Return the files named, and what belongs to them: services.yaml beside an app file."""
    listed = [ManifestFile(_role(name), name) for name in map(tree.name, files)]
    roles = {role for role, _ in listed}
    if Role.APP in roles and Role.SERVICES not in roles:
        listed += _beside(tree, next(file for role, file in listed if role is Role.APP))
    if Role.ALL in roles:
        return Found(upsun.FLAVOUR, tuple(listed), whole=False)
    fixed = any("/.platform" in f"/{file}" for _, file in listed)
    return Found((platformsh if fixed else plain).FLAVOUR, tuple(listed), whole=False)


def _role(file: str) -> Role:
    name = os.path.basename(file)
    if os.path.basename(os.path.dirname(file)) == upsun.DIRECTORY:
        return Role.ALL
    known = {"services": Role.SERVICES, "routes": Role.ROUTES, "applications": Role.APPS}
    stem = name.rpartition(".")[0]
    if stem in known:
        return known[stem]
    return Role.ALL if stem in ("config", "upsun") else Role.APP


def _beside(tree: Tree, file: str) -> tuple[ManifestFile, ...]:
    """Return the services file of an app file: beside it, or in .platform there or above."""
    directory = os.path.dirname(file)
    while True:
        for place in ("", ".platform"):
            name = os.path.join(directory, place, "services.yaml")
            if tree.exists(name):
                return (ManifestFile(Role.SERVICES, name),)
        if not directory or directory == os.path.dirname(directory):
            return ()
        directory = os.path.dirname(directory)
