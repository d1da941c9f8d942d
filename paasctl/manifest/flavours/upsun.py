"""Upsun: every `*.yaml` directly in `.upsun/`, merged one level deep (spec 01.3)."""

from collections.abc import Sequence

from paasctl.manifest.document import Document
from paasctl.manifest.flavour import Assembled, Flavour, ManifestFile, Role, Section
from paasctl.manifest.flavours.platformsh import app_root, entries, not_a_map
from paasctl.manifest.source import Tree
from paasctl.model.problem import Note, Problem, Severity

DIRECTORY = ".upsun"
TOP = ("applications", "services", "routes")


def find(tree: Tree) -> tuple[ManifestFile, ...]:
    """Return the files of the configuration directory."""
    names = (name for name in tree.listing(DIRECTORY) if name.endswith(".yaml"))
    return tuple(ManifestFile(Role.ALL, f"{DIRECTORY}/{name}") for name in names)


def assemble(documents: Sequence[tuple[ManifestFile, Document]]) -> Assembled:
    """Return the parts of all files; the same name in two files is an error (Q2)."""
    problems: list[Problem] = []
    parts: dict[str, list[Section]] = {key: [] for key in TOP}
    for _, document in documents:
        for key in _top_keys(document, problems):
            parts[key] += entries(document, (key,), problems)
    for key in TOP:
        parts[key] = _unique(parts[key], problems)
    apps: list[Section] = []
    for section in parts["applications"]:
        if isinstance(section.data, dict):
            apps.append(section._replace(root=app_root(section.data, "")))
        elif section.path not in section.document.broken:
            what = f'the application "{section.name}"'
            problems.append(not_a_map(section.document, section.path, what))
    if not apps and not problems and documents:
        problems.append(_no_applications(documents[0][1]))
    return Assembled(tuple(apps), tuple(parts["services"]), tuple(parts["routes"]), tuple(problems))


def _no_applications(document: Document) -> Problem:
    message = 'no file of .upsun has "applications"'
    hint = "add  applications: { app: { type: ... } }"
    where = document.at(())
    return Problem("missing-key", Severity.ERROR, where, ("applications",), message, hint)


def _top_keys(document: Document, problems: list[Problem]) -> list[str]:
    if document.data is None:
        return []
    if not isinstance(document.data, dict):
        problems.append(not_a_map(document, (), document.file))
        return []
    for key in document.data:
        if key not in TOP:
            hint = f"known: {', '.join(TOP)}"
            if key in ("name", "type", "web", "workers"):
                hint = "this is an app's key: move it under  applications: { NAME: ... }"
            message = f'unknown key "{key}" at the top'
            where = document.key_at((key,))
            problems.append(Problem("unknown-key", Severity.ERROR, where, (key,), message, hint))
    return [key for key in TOP if key in document.data]


def _unique(sections: list[Section], problems: list[Problem]) -> list[Section]:
    first: dict[str, Section] = {}
    for section in sections:
        other = first.setdefault(section.name, section)
        if other is not section:
            problems.append(
                Problem(
                    "duplicate-name",
                    Severity.ERROR,
                    section.key_at(),
                    section.path,
                    f'"{section.name}" is already defined in {other.document.file}',
                    "entries of several files are not merged: keep one",
                    (Note(other.key_at(), "first defined here"),),
                )
            )
    return list(first.values())


FLAVOUR = Flavour("upsun", 30, (".upsun/*.yaml",), find, assemble)
