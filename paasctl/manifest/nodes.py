"""YAML text → a tree of nodes that know where they stand; no meaning yet.

Events, not PyYAML's composer: it recurses, and a deeply nested file would overflow the C stack.
"""

from typing import TYPE_CHECKING, Final, Protocol, cast

from paasctl.manifest.pyyaml import import_pyyaml
from paasctl.model.position import Position
from paasctl.model.problem import Note, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

DEPTH: Final = 100
"""Levels of nesting; real manifests stay below 12."""
SIZE: Final = 5_000_000
"""Characters in one file; the largest manifest in our corpus has 60 000."""


class Mark(Protocol):
    """A place, counted from 0."""

    line: int
    column: int


class Event(Protocol):
    """What the parser tells; which attributes are there depends on the kind of event."""

    start_mark: Mark
    end_mark: Mark
    value: str
    tag: str | None
    anchor: str | None
    implicit: tuple[bool, bool]


class Node:
    """A scalar, sequence or mapping; `pairs` for mappings, `items` for sequences."""

    __slots__ = ("anchored", "column", "items", "line", "pairs", "plain", "tag", "text")

    def __init__(self, line: int, column: int, tag: str | None) -> None:
        self.line = line
        self.column = column
        self.tag = tag
        self.text: str | None = None
        self.plain = False
        self.anchored = False
        self.items: list[Node] | None = None
        self.pairs: list[tuple[Node, Node]] | None = None


class Refusal(Exception):
    """The text is no usable YAML; carries the one problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def refuse(code: str, file: str, line: int, column: int, message: str, hint: str = "") -> Refusal:
    """Return the refusal of a whole file."""
    position = Position(file, line, column)
    return Refusal(Problem(code, Severity.ERROR, position, (), message, hint))


def read_nodes(file: str, text: str) -> Node | None:
    """Return the root node of the only document in `text`; None if it is empty.

    Raises Refusal: yaml-syntax, too-deep, too-large.
    """
    if len(text) > SIZE:
        raise refuse(
            "too-large", file, 1, 1, f"the file has {len(text)} characters; {SIZE} are the limit"
        )
    builder = _Builder(file)
    for event in _events(file, text.removeprefix("\ufeff")):
        builder.take(event)
    return builder.root


def _events(file: str, text: str) -> "Iterator[Event]":
    import_pyyaml()
    import yaml

    event: Event | None = None
    try:
        parser = _parser(text)
        while following := parser.get_event():
            event = following
            yield event
    except yaml.MarkedYAMLError as error:
        raise _runaway_quote(file, event) or _syntax(file, text, error) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise _character(file, text, error) from error


def _character(file: str, text: str, error: Exception) -> Refusal:
    """Return the refusal of a character; libyaml counts bytes, so that it is looked for anew."""
    from paasctl.manifest.syntax import control_character

    found = control_character(text)
    if found is None:
        reason = getattr(error, "reason", "it is not text")
        return refuse("yaml-syntax", file, 1, 1, f"cannot be read: {reason}")
    line, column, name = found
    message = f"the character {name} stands here, which nobody sees and YAML does not allow"
    return refuse("yaml-syntax", file, line, column, message, "remove it")


def _runaway_quote(file: str, last: Event | None) -> Refusal | None:
    """Return the refusal of a quote that was closed lines later, by the next one's opening."""
    if last is None or getattr(last, "style", "") not in ("'", '"'):
        return None
    line, end = last.start_mark.line + 1, last.end_mark.line + 1
    if line == end:
        return None
    message = f"the quote that is opened here is closed in line {end} only"
    column = last.start_mark.column + 1
    return refuse("yaml-syntax", file, line, column, message, "close it in its own line")


class Parser(Protocol):
    """Gives one event after the other, None after the last."""

    def get_event(self) -> Event | None:
        """Return the next event."""


def _parser(text: str) -> Parser:
    """Return libyaml's parser, or PyYAML's own where libyaml is missing: 13 times slower."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        return python_parser(text)
    return cast("Parser", CParser(text))


def python_parser(text: str) -> Parser:
    """Return PyYAML's own parser."""
    from yaml.parser import Parser as PythonParser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class Pure(Reader, Scanner, PythonParser):
        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            PythonParser.__init__(self)

    return cast("Parser", Pure(text))


def _syntax(file: str, text: str, error: "yaml.MarkedYAMLError") -> Refusal:
    from paasctl.manifest.syntax import fault

    found = fault(error, text)
    if "maximum nesting depth" in (error.problem or ""):
        # libyaml 0.2.6 and later: its scanner reads ahead of us
        return _too_deep(file, found.line, found.column)
    refusal = refuse("yaml-syntax", file, found.line, found.column, found.message, found.hint)
    if found.seen is None:
        return refusal
    note = Note(Position(file, *found.seen), "it is noticed here")
    return Refusal(refusal.problem._replace(notes=(note,)))


def _too_deep(file: str, line: int, column: int) -> Refusal:
    return refuse("too-deep", file, line, column, f"nested more than {DEPTH} levels deep")


class _Builder:
    """Puts events together; its stack is its own, so that depth costs no C stack."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.stack: list[tuple[Node, list[Node], int]] = []
        self.anchors: dict[str, Node] = {}
        self.anchor_count = 0
        self.documents = 0

    def take(self, event: Event) -> None:
        """Add one event."""
        name = type(event).__name__
        if name in ("StreamStartEvent", "StreamEndEvent", "DocumentEndEvent"):
            return
        if name == "DocumentStartEvent":
            self._document(event)
        elif name == "AliasEvent":
            self._add(self._alias(event))
        elif name == "ScalarEvent":
            node = self._node(event)
            node.text = event.value
            node.plain = event.tag is None and event.implicit[0]
            self._add(node)
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._open(event, mapping=name[0] == "M")
        else:
            self._close()

    def _document(self, event: Event) -> None:
        self.documents += 1
        if self.documents > 1:
            raise refuse(
                "yaml-syntax",
                self.file,
                event.start_mark.line + 1,
                event.start_mark.column + 1,
                "the file has a second YAML document",
                "remove the line ---",
            )

    def _alias(self, event: Event) -> Node:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        node = self.anchors.get(event.anchor or "")
        if node is None:
            raise refuse(
                "yaml-syntax",
                self.file,
                line,
                column,
                f'found undefined alias "{event.anchor}"',
                f"define it with &{event.anchor} before it is used",
            )
        if any(node is parent for parent, _, _ in self.stack):
            raise refuse(
                "cycle",
                self.file,
                line,
                column,
                f"*{event.anchor} stands inside &{event.anchor}: it would never end",
            )
        return node

    def _node(self, event: Event) -> Node:
        node = Node(event.start_mark.line + 1, event.start_mark.column + 1, event.tag)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
            self.anchor_count += 1
            node.anchored = True
        return node

    def _open(self, event: Event, *, mapping: bool) -> None:
        before = self.anchor_count
        node = self._node(event)
        if len(self.stack) >= DEPTH:
            raise _too_deep(self.file, node.line, node.column)
        children: list[Node] = []
        if mapping:
            node.pairs = []
        else:
            node.items = children
        self.stack.append((node, children, before))

    def _close(self) -> None:
        node, children, before = self.stack.pop()
        if node.pairs is not None:
            node.pairs = list(zip(children[::2], children[1::2], strict=True))
        node.anchored = self.anchor_count > before
        self._add(node)

    def _add(self, node: Node) -> None:
        if self.stack:
            self.stack[-1][1].append(node)
        else:
            self.root = node
