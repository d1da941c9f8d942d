"""Platform.sh, Upsun Fixed and OVHcloud Web PaaS: `.platform.app.yaml` and `.platform/`."""

import os
from collections.abc import Mapping, Sequence

from paasctl.manifest.document import Data, Document
from paasctl.manifest.flavour import Assembled, Flavour, ManifestFile, Role, Section
from paasctl.manifest.plain import as_map
from paasctl.manifest.source import Tree
from paasctl.model.position import KeyPath
from paasctl.model.problem import Note, Problem, Severity

APP_FILE = ".platform.app.yaml"


def find(tree: Tree) -> tuple[ManifestFile, ...]:
    """Return the files of the project; app files in any folder (spec 01.2)."""
    found = [ManifestFile(Role.APP, file) for file in tree.search(APP_FILE)]
    return (*found, *config_files(tree, ".platform"))


def config_files(tree: Tree, directory: str) -> tuple[ManifestFile, ...]:
    """Return the project-wide files that `directory` holds."""
    names = ((Role.APPS, "applications"), (Role.SERVICES, "services"), (Role.ROUTES, "routes"))
    files = ((role, os.path.join(directory, f"{name}.yaml")) for role, name in names)
    return tuple(ManifestFile(role, file) for role, file in files if tree.exists(file))


def assemble(documents: Sequence[tuple[ManifestFile, Document]]) -> Assembled:
    """Return the parts of the project; an app's root is the directory of its file."""
    problems: list[Problem] = []
    apps: list[Section] = []
    parts: dict[Role, list[Section]] = {Role.SERVICES: [], Role.ROUTES: []}
    for (role, file), document in documents:
        if role is Role.APP:
            apps += _app(file, document, problems)
        elif role is Role.APPS:
            apps += _grouped(document, problems)
        else:
            parts[role] += entries(document, (), problems)
    apps = unique(apps, problems)
    return Assembled(
        tuple(apps), tuple(parts[Role.SERVICES]), tuple(parts[Role.ROUTES]), tuple(problems)
    )


def _app(file: str, document: Document, problems: list[Problem]) -> list[Section]:
    if document.data is None:
        problems.append(_empty(document))
        return []
    if not isinstance(document.data, dict):
        grouped = "a list of applications belongs into .platform/applications.yaml"
        hint = grouped if isinstance(document.data, list) else ""
        problems.append(not_a_map(document, (), "an application", hint))
        return []
    name = document.data.get("name")
    root = os.path.dirname(file)
    if not isinstance(name, str):
        if "name" not in document.data:
            problems.append(nameless(document, ()))
        name = ""
    return [Section(name, document, (), document.data, app_root(document.data, root))]


def _empty(document: Document) -> Problem:
    message = f'{document.file} is empty: an application needs "name" and "type"'
    fix = "add both, or remove the file"
    where = document.at(())
    return Problem("missing-key", Severity.ERROR, where, ("name",), message, fix)


def nameless(document: Document, path: KeyPath) -> Problem:
    """Return the problem of an application without a name."""
    return Problem(
        "missing-key",
        Severity.ERROR,
        document.at(path),
        (*path, "name"),
        'the application has no "name"',
        "add  name: app",
    )


def app_root(data: Mapping[str, Data], default: str) -> str:
    """Return an app's directory: `source.root` counts from the project root (spec 01.2)."""
    source = data.get("source")
    root = source.get("root") if isinstance(source, dict) else None
    if not isinstance(root, str):
        return default
    root = os.path.normpath(root.strip().lstrip("/\\") or ".")
    return "" if root == "." else root


def not_a_map(document: Document, path: KeyPath, what: str, hint: str = "") -> Problem:
    """Return the problem of a part that is no map."""
    message = f"{what} must be a map of keys and values"
    return Problem("wrong-type", Severity.ERROR, document.key_at(path), path, message, hint)


def entries(document: Document, path: KeyPath, problems: list[Problem]) -> list[Section]:
    """Return the entries of a map of services or routes; nothing for an empty file."""
    data = document.data
    for step in path:
        data = data.get(str(step)) if isinstance(data, dict) else None
    if data is None:
        return []
    if not isinstance(data, dict):
        what = str(path[-1]) if path else document.file
        problems.append(not_a_map(document, path, what, "write one line  NAME:  for each"))
        return []
    return [Section(name, document, (*path, name), value) for name, value in data.items()]


def _grouped(document: Document, problems: list[Problem]) -> list[Section]:
    """Return the apps of applications.yaml: a list of objects, or a map by name."""
    data = document.data
    if isinstance(data, dict):
        pairs: list[tuple[str | int, Data]] = list(data.items())
    elif isinstance(data, list):
        pairs = list(enumerate(data))
    else:
        problems.append(not_a_map(document, (), document.file))
        return []
    return [app for key, value in pairs for app in _member(document, key, value, problems)]


def _member(
    document: Document, key: str | int, value: Data, problems: list[Problem]
) -> list[Section]:
    if not isinstance(value, dict):
        if (key,) not in document.broken:
            what = f'the application "{key}"' if isinstance(key, str) else "each application"
            problems.append(not_a_map(document, (key,), what))
        return []
    name = key if isinstance(key, str) else value.get("name")
    if name is None:
        problems.append(nameless(document, (key,)))
    root = app_root(value, "")
    if as_map(value.get("source")).get("root") is None and document.file.startswith(".platform/"):
        problems.append(_rootless(document, key, name))
    return [Section(name if isinstance(name, str) else "", document, (key,), value, root)]


def _rootless(document: Document, key: str | int, name: Data) -> Problem:
    """Return the warning of an app without a place of its own (Q3)."""
    return Problem(
        "default-root",
        Severity.WARNING,
        document.key_at((key,)),
        (key,),
        f'"{name}" does not say where it is: the project\'s directory is taken',
        'add  source: { root: "/" }',
    )


def unique(sections: list[Section], problems: list[Problem]) -> list[Section]:
    """Return the sections without those whose name was taken, which become problems."""
    first: dict[str, Section] = {}
    kept: list[Section] = []
    for section in sections:
        other = first.setdefault(section.name, section)
        if other is section or not section.name:
            kept.append(section)
            continue
        where = section.at("name")
        problems.append(
            Problem(
                "duplicate-name",
                Severity.ERROR,
                where,
                section.path,
                f'the name "{section.name}" is taken',
                "names are unique in a project",
                (Note(other.at("name"), "first defined here"),),
            )
        )
    return kept


FLAVOUR = Flavour(
    "platformsh",
    20,
    (APP_FILE, ".platform/applications.yaml"),
    find,
    assemble,
)
