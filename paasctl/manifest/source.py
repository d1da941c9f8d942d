"""Reading files of a project: the only file of this room that touches the disk."""

import errno
import os
import stat
from collections.abc import Iterator
from typing import Final

from paasctl.model.position import Position
from paasctl.model.problem import Problem, Severity

LIMIT: Final = 20_000_000
"""Bytes of a file that are read; more cannot be a manifest, nor what one includes."""
WHOLE: Final = 2 * LIMIT
"""Bytes of all files of a project together: each include is another copy."""
DEPTH: Final = 5
"""Directory levels searched for application files (spec 01.2)."""
SKIPPED: Final = frozenset(("node_modules", "vendor", "builds", "__pycache__", "venv"))
"""Never searched (spec 01.2); neither is a directory whose name starts with a dot."""


class Tree:
    """The files below `root`, named relative to it with slashes; remembers what was read.

    `includes` and `size` count what is included and read: bounds on all of it together.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.abspath(root)
        self.texts: dict[str, str] = {}
        self.touched: dict[str, None] = {}
        self.probed: dict[str, bool] = {}
        self.includes = 0
        self.size = 0

    def path(self, file: str) -> str:
        """Return the absolute path of `file`."""
        return os.path.normpath(os.path.join(self.root, file))

    def name(self, path: str) -> str:
        """Return `path` (absolute or relative to the root) the way messages name it."""
        absolute = self.path(path)
        inside = absolute.startswith(self.root.rstrip(os.sep) + os.sep)
        return os.path.relpath(absolute, self.root) if inside else absolute

    def exists(self, file: str) -> bool:
        """Return whether there is a file (also a directory of that name, which is a mistake)."""
        return os.path.lexists(self.path(file))

    def is_directory(self, file: str) -> bool:
        """Return whether it is a directory."""
        return os.path.isdir(self.path(file))

    def probe(self, directory: str, inside: str) -> bool:
        """Return whether there is such a directory; the answer is remembered for the cache."""
        name = os.path.normpath(os.path.join(directory, inside))
        self.probed[name] = self.is_directory(name)
        return self.probed[name]

    def listing(self, directory: str) -> list[str]:
        """Return the sorted names in a directory; none where there is no such directory."""
        try:
            return sorted(os.listdir(self.path(directory)))
        except OSError:
            return []

    def search(self, name: str) -> Iterator[str]:
        """Yield each file of this name, the root's first, sub-folders sorted."""
        level = [""]
        for _ in range(DEPTH):
            below: list[str] = []
            for directory in level:
                found, inner = self._scan(directory, name)
                if found:
                    yield os.path.join(directory, name)
                below += [os.path.join(directory, entry) for entry in inner]
            level = below

    def _scan(self, directory: str, name: str) -> tuple[bool, list[str]]:
        found = False
        inner: list[str] = []
        try:
            with os.scandir(self.path(directory)) as entries:
                for entry in entries:
                    if entry.name == name:
                        found = True
                    elif _searched(entry):
                        inner.append(entry.name)
        except OSError:
            return False, []
        return found, sorted(inner)

    def holds(self, file: str) -> bool:
        """Return whether the file lies in the project also when links are followed."""
        real, root = os.path.realpath(self.path(file)), os.path.realpath(self.root)
        return real == root or real.startswith(root.rstrip(os.sep) + os.sep)

    def read(self, file: str, where: Position | None = None) -> str | Problem:
        """Return the text of a file, or the problem that it cannot be read."""
        if file in self.texts:
            return self.texts[file]
        content = self.content(file, where)
        if isinstance(content, Problem):
            return content
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            before = content[content.rfind(b"\n", 0, error.start) + 1 : error.start]
            column = len(before.decode("utf-8", "replace")) + 1
            reason = f"byte {error.start + 1}, in line {line}, is not UTF-8 text"
            if content.startswith((b"\xff\xfe", b"\xfe\xff")):
                reason, column = "it is UTF-16 text", 1
            return self._unreadable(
                file, where or Position(file, line, column), reason, "save it as UTF-8"
            )
        self.texts[file] = text
        return text

    def content(self, file: str, where: Position | None = None) -> bytes | Problem:
        """Return the bytes of a file, or the problem that it cannot be read."""
        self.touched[file] = None
        try:
            with open(self.path(file), "rb", opener=_regular) as stream:
                content = stream.read(LIMIT + 1)
        except OSError as error:
            reason = error.strerror or "it cannot be opened"
            return self._unreadable(file, where, reason)
        self.size += len(content)
        position = where or Position(file, 1, 1)
        message = f"{file} has more than {LIMIT} bytes"
        if len(content) <= LIMIT:
            if self.size <= WHOLE:
                return content
            message = f"the files of the project have more than {WHOLE} bytes together"
        return Problem("too-large", Severity.ERROR, position, (), message, "")

    def _unreadable(
        self, file: str, where: Position | None, reason: str, hint: str = ""
    ) -> Problem:
        position = where or Position(file, 1, 1)
        message = f"{file} cannot be read: {reason}"
        return Problem("unreadable", Severity.ERROR, position, (), message, hint)


def _regular(path: str, flags: int) -> int:
    """Open a file; a pipe or device is refused, and never waited for."""
    handle = os.open(path, flags | os.O_NONBLOCK)
    kind = stat.S_IFMT(os.fstat(handle).st_mode)
    if kind == stat.S_IFREG or kind == stat.S_IFDIR:
        return handle  # open() itself refuses a directory
    os.close(handle)
    raise OSError(errno.EINVAL, "it is no regular file")


def _searched(entry: "os.DirEntry[str]") -> bool:
    name = entry.name
    return name[0] != "." and name not in SKIPPED and entry.is_dir(follow_symlinks=False)
