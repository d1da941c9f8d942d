"""Text in, Project out: the stages and their order. Nothing raises for a user's mistake."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from paasctl.manifest.check import check
from paasctl.manifest.crosscheck import crosscheck
from paasctl.manifest.discover import Found, discover, named
from paasctl.manifest.document import Document, parse
from paasctl.manifest.facts import Facts, app_facts
from paasctl.manifest.flavour import Assembled, ManifestFile, Role, Section
from paasctl.manifest.followups import fresh
from paasctl.manifest.include import Includer
from paasctl.manifest.loaded import Loaded
from paasctl.manifest.source import Tree
from paasctl.model.position import Position
from paasctl.model.problem import Note, Problem, Severity

if TYPE_CHECKING:
    from paasctl.model.project import Project


def load(root: str, files: Sequence[str] | None = None) -> Loaded:
    """Return the project in the directory `root`, and everything that is wrong with it.

    `files` limits it to the files named (relative to `root`, or absolute).
    """
    return load_tree(Tree(root), files)


def judge(root: str, files: Sequence[str] | None = None) -> Loaded:
    """Return what is wrong with the project, as `load` does, without building the project."""
    tree = Tree(root)
    return Loaded(None, examine(tree, files).problems, tree.texts)


def load_tree(tree: Tree, files: Sequence[str] | None = None) -> Loaded:
    """Return the project in `tree`; afterwards the tree knows which files were touched."""
    found, facts, ordered = examine(tree, files)
    loaded = Loaded(None, ordered, tree.texts)
    return loaded._replace(project=_bind(tree, found, facts)) if loaded.ok else loaded


class Examined(NamedTuple):
    """All stages but the last: what was found, what it says, and what is wrong with it."""

    found: Found
    facts: Facts
    problems: tuple[Problem, ...]


def examine(tree: Tree, files: Sequence[str] | None = None) -> Examined:
    """Return what the manifests say before it is bound to records, problems in their order."""
    found = discover(tree) if files is None else named(tree, files)
    documents, problems = _read(tree, found)
    if not found.whole:
        from paasctl.manifest.recognise import recognised

        found, documents = recognised(found, documents)
    assembled = found.flavour.assemble(documents)
    problems += [*found.problems, *assembled.problems]
    checked, faults = _check(assembled)
    problems += [*faults, *_old_scalars(documents, faults)]
    facts = _facts(tree, found, checked, documents)
    problems += fresh(crosscheck(facts), faults)
    problems = _with_includes(problems, documents)
    if not any(problem.severity is Severity.ERROR for problem in problems):
        problems += _nothing_inside(found, checked)
    return Examined(found, facts, tuple(sorted(dict.fromkeys(problems), key=_order)))


def _read(tree: Tree, found: Found) -> tuple[list[tuple[ManifestFile, Document]], list[Problem]]:
    documents: list[tuple[ManifestFile, Document]] = []
    problems: list[Problem] = []
    for entry in found.files:
        text = tree.read(entry.file)
        if isinstance(text, Problem):
            problems.append(text)
            continue
        document, faults = parse(entry.file, text, Includer(tree, (entry.file,)))
        problems += faults
        if document is not None:
            documents.append((entry, document))
    return documents, problems


def _with_includes(
    problems: list[Problem], documents: list[tuple[ManifestFile, Document]]
) -> list[Problem]:
    """Return the problems, errors in included files with the place that includes them."""
    included = {file: at for _, document in documents for file, at in document.included.items()}
    return [_from(problem, included) for problem in problems] if included else problems


def _from(problem: Problem, included: Mapping[str, Position]) -> Problem:
    file = problem.position.file if problem.position else ""
    if problem.severity is not Severity.ERROR or file not in included:
        return problem
    note = Note(included[file], f"{file} is included here")
    return problem if note in problem.notes else problem._replace(notes=(*problem.notes, note))


def _check(assembled: Assembled) -> tuple[Assembled, list[Problem]]:
    """Return the parts without what the schemas refuse, and why."""
    problems: list[Problem] = []

    def sound(sections: Iterable[Section], kind: str) -> tuple[Section, ...]:
        results = [check(section, kind) for section in sections]
        problems.extend(problem for result in results for problem in result.problems)
        return tuple(result.section for result in results)

    checked = assembled._replace(
        apps=sound(assembled.apps, "application"),
        services=sound(assembled.services, "service"),
        routes=sound(assembled.routes, "route"),
    )
    return checked, problems


def _facts(
    tree: Tree, found: Found, parts: Assembled, documents: list[tuple[ManifestFile, Document]]
) -> Facts:
    """Return what the cross checks need; targets count as known only if all were read."""
    lost = {p.position.file for p in parts.problems if p.position and p.code == "wrong-type"}
    read = {entry.file for entry, _ in documents} - lost
    all_read = all(entry.file in read or entry.role is Role.ROUTES for entry in found.files)
    some = any(entry.role in (Role.SERVICES, Role.ALL) for entry in found.files)
    known = all_read and (some or found.whole)
    return Facts(
        found.flavour.name,
        tuple(app_facts(section) for section in parts.apps),
        {section.name: section for section in parts.services},
        parts.routes,
        known,
        some or found.whole,
        tree,
    )


def _nothing_inside(found: Found, parts: Assembled) -> list[Problem]:
    """Return the problem of a whole project without any app."""
    if parts.apps or not found.whole:
        return []
    wanted = ", ".join(found.flavour.wanted)
    message = f"the project has no application; looked for {wanted}"
    where = Position(found.files[0].file, 1, 1)
    return [Problem("no-manifest", Severity.ERROR, where, (), message, f"add {wanted}")]


def _old_scalars(
    documents: list[tuple[ManifestFile, Document]], faults: Iterable[Problem]
) -> list[Problem]:
    """Return a warning for each value that YAML 1.1 reads otherwise, if nothing else is said."""
    said = {problem.position for problem in faults}
    return [
        Problem(
            "ambiguous-scalar",
            Severity.WARNING,
            document.at(path),
            path,
            f"unquoted, this is text here; YAML 1.1 tools read {meaning}",
            f"quote it, or write {meaning.removeprefix('the number ')}",
        )
        for _, document in documents
        for path, meaning in document.old.items()
        if document.at(path) not in said
    ]


def _order(problem: Problem) -> tuple[str, int, int, str, str]:
    where = problem.position or Position("", 0, 0)
    return (*where, problem.code, problem.message)


def _bind(tree: Tree, found: Found, facts: Facts) -> "Project":
    from paasctl.manifest.bind import bind_app, bind_route, bind_service
    from paasctl.model.project import Project

    names = facts.names
    return Project(
        root=tree.root,
        flavour=found.flavour.name,
        apps=tuple(bind_app(app.section, names) for app in facts.apps),
        services=tuple(bind_service(section, names) for section in facts.services.values()),
        routes=tuple(bind_route(section) for section in facts.routes),
        files=tuple(tree.texts),
    )
