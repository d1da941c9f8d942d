"""What `!include` and `!archive` put in place of themselves (spec 01.5)."""

import os
from typing import Final

from paasctl.manifest.document import Included, parse
from paasctl.manifest.source import Tree
from paasctl.model.position import Position
from paasctl.model.problem import Note, Problem, Severity

_CLOSES: Final = "the circle closes here"
LIMIT: Final = 20
"""Includes inside includes."""
FILES: Final = 1000
"""Includes in a project; files that include two each would else be a million after 20 levels."""


class Includer:
    """Follows the includes of one file; `chain` are the files that led to it, itself last.

    `app_root` is the directory of the app that includes the file, "" if it is not known.
    """

    def __init__(self, tree: Tree, chain: tuple[str, ...], app_root: str = "") -> None:
        self.tree = tree
        self.chain = chain
        self.app_root = app_root

    def __call__(self, kind: str, target: str, where: Position, app_root: str = "") -> Included:
        """Return what `target` holds, or the problem."""
        self.app_root = app_root or self.app_root
        self.tree.includes += 1
        if self.tree.includes > FILES:
            message = f"the project includes more than {FILES} files"
            return _fault("too-large", where, message, "files that include others multiply")
        file = self._find(target)
        if file.startswith(("..", "/")) or os.path.isabs(target) or not self.tree.holds(file):
            message = f'the include "{target}" leaves the project'
            return _fault("include-escape", where, message, "include files of the project only")
        if not self.tree.exists(file):
            tried = ", ".join(self._candidates(target))
            message = f'the included file "{target}" does not exist'
            return _fault("include-missing", where, message, f"looked for {tried}")
        if kind == "archive":
            return self._archive(file, target, where)
        if kind == "binary":
            return self._binary(file, where)
        return self._text(file, kind, where)

    def _candidates(self, target: str) -> list[str]:
        """Return the places to look in: beside the file, the app, upwards, the root."""
        directory = os.path.dirname(self.chain[-1])
        places = [os.path.normpath(os.path.join(directory, target))]
        if self.app_root:
            places.append(os.path.normpath(os.path.join(self.app_root, target)))
        while True:
            name = os.path.normpath(os.path.join(directory, target))
            if name not in places:
                places.append(name)
            if not directory:
                return places
            directory = os.path.dirname(directory)

    def _find(self, target: str) -> str:
        candidates = self._candidates(target)
        inside = [name for name in candidates if not name.startswith("..")]
        for name in inside:
            if self.tree.exists(name):
                return name
        return inside[0] if inside else candidates[0]

    def _archive(self, file: str, target: str, where: Position) -> Included:
        if self.tree.is_directory(file):
            return Included(file, file=file)
        message = f'"{target}" is not a directory'
        return _fault("include-missing", where, message, "!archive packs a whole directory")

    def _binary(self, file: str, where: Position) -> Included:
        from binascii import b2a_base64

        content = self.tree.content(file, where)
        if isinstance(content, Problem):
            return Included(None, problems=(content,))
        return Included(b2a_base64(content, newline=False).decode(), file=file)

    def _text(self, file: str, kind: str, where: Position) -> Included:
        if kind == "yaml" and (file in self.chain or len(self.chain) > LIMIT):
            path = " -> ".join((*self.chain, file))
            answer = _fault("cycle", where, f"files include each other: {path}", "remove one")
            closing = answer.problems[0]._replace(notes=(Note(where, _CLOSES),))
            return answer._replace(problems=(closing,))
        text = self.tree.read(file, where)
        if isinstance(text, Problem):
            return Included(None, problems=(text,))
        if kind == "string":
            return Included(text, file=file)
        document, problems = parse(
            file, text, Includer(self.tree, (*self.chain, file), self.app_root)
        )
        problems = tuple(_from_here(problem, where, file) for problem in problems)
        return Included(document.data if document else None, document, problems)


def _from_here(problem: Problem, where: Position, file: str) -> Problem:
    """Return the problem of an included file with the place that includes it.

    A circle of includes is told where it begins: no file of it is better than another.
    """
    if any(note.message == _CLOSES for note in problem.notes):
        return problem._replace(position=where)
    note = Note(where, f"{file} is included here")
    return problem._replace(notes=(*problem.notes, note))


def _fault(code: str, where: Position, message: str, hint: str) -> Included:
    return Included(None, problems=(Problem(code, Severity.ERROR, where, (), message, hint),))
