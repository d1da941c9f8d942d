"""What is wrong with text that is no YAML, in the words of whoever wrote it.

libyaml and PyYAML's own parser name the same mistake differently; both speak of grammar. One
table turns either into what to look at and what to do.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import yaml


class Said(NamedTuple):
    """What a parser's words mean. `opened`: the mistake is where the construct begins."""

    marks: tuple[str, ...]
    message: str
    hint: str
    opened: bool = False


class Fault(NamedTuple):
    """A mistake and its places, counted from 1; `seen` is where the parser noticed it."""

    line: int
    column: int
    message: str
    hint: str
    seen: tuple[int, int] | None = None


_QUOTE_IT: Final = "put the whole value in quotes"
_TAB: Final = Said(
    ("found a tab character",),
    "a tab stands where YAML wants spaces",
    "indent with spaces: YAML does not allow tabs there",
)
_SECOND_COLON: Final = Said(
    ("mapping values are not allowed",),
    "a second colon stands in this line: a value with a colon needs quotes",
    "quote the whole value: it contains a colon",
)
_DEEPER: Final = Said(
    (),
    "this line is indented deeper than the key above it, which has a value already",
    "correct the indentation, or remove the value above",
)
_BEHIND: Final = Said(
    (),
    "nothing can stand here, behind a closing quote or bracket",
    "quote the whole value; inside single quotes write '' for one quote",
)
_CONFLICT: Final = Said(
    (),
    "a merge conflict was left in this file",
    "choose one side, and remove the lines  <<<<<<<  =======  >>>>>>>",
)
_CONTROL: Final = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_TABLE: Final = (
    _TAB,
    Said(
        ("unexpected end of stream",),
        "the quote that is opened here is never closed",
        "close it, or remove it",
        opened=True,
    ),
    Said(
        ("parsing a flow sequence",),
        'the "[" that is opened here is not closed, or a comma is missing behind one of its items',
        'close it with "]"',
        opened=True,
    ),
    Said(
        ("parsing a flow mapping",),
        'the "{" that is opened here is not closed, or a comma is missing behind one of its keys',
        'close it with "}", or put the value in quotes if the "{" belongs to it',
        opened=True,
    ),
    Said(
        ("could not find expected ':'",),
        "this line is neither a key with a value nor part of the value above it",
        "write  key: value  with a space after the colon",
        opened=True,
    ),
    _SECOND_COLON,
    Said(
        ("sequence entries are not allowed",),
        'a list item ("- ") cannot stand here',
        "put it into a line of its own below the key",
    ),
    Said(
        ("mapping keys are not allowed",),
        'a key ("? ") cannot stand here',
        _QUOTE_IT,
    ),
    Said(
        ("scanning an alias",),
        "a value that starts with * is taken for an alias",
        "quote a value that starts with *",
    ),
    Said(
        ("scanning an anchor",),
        "a value that starts with & is taken for an anchor",
        "quote a value that starts with &",
    ),
    Said(
        ("scanning a tag", "parsing a tag", "undefined tag handle", "scanning a directive"),
        "a value that starts with ! or % has a meaning of its own in YAML, but not this one",
        _QUOTE_IT,
    ),
    Said(
        ("unknown escape character", "escape sequence of", "hexdecimal number", "Unicode char"),
        "the backslash in this quoted value starts no escape that YAML knows",
        "use single quotes: a backslash is a backslash there",
    ),
    Said(
        ("comment or line break", "comment or a line break", "indentation indicator"),
        "only a comment may stand behind | or >",
        "begin the text in the next line, indented",
    ),
    Said(
        ("cannot start any token",),
        "no value can start with this character",
        "quote values that start with @, ` or %",
    ),
    Said(
        ("did not find expected '-' indicator", "expected <block end>, but found '?'"),
        "this line stands between the items of a list, but is none",
        'begin it with "- ", or correct its indentation',
    ),
    Said(
        ("did not find expected key", "expected <block end>"),
        "this line does not continue the map above it",
        "check its indentation, and the quotes of the lines above",
    ),
    Said(
        ("<document start>", "unexpected document indicator"),
        "the document has ended above this line",
        "check its indentation, and the quotes and brackets above",
    ),
    Said(
        ("node content", "the node content"),
        "a value or a closing bracket is missing here",
        _QUOTE_IT,
    ),
    Said(
        ("incompatible YAML document", "incompatible document"),
        "this is a version of YAML that nobody reads",
        "remove the line  %YAML",
    ),
)


def fault(error: "yaml.MarkedYAMLError", text: str) -> Fault:
    """Return what a parser's error means to people; its own words where it is not in the table."""
    said = " ".join(filter(None, (error.context, error.problem)))
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    lines = text.split("\n")
    conflict = next((n for n, one in enumerate(lines, 1) if one.startswith("<<<<<<<")), None)
    if conflict is not None:
        return Fault(conflict, 1, _CONFLICT.message, _CONFLICT.hint)
    known = next((one for one in _TABLE if any(mark in said for mark in one.marks)), None)
    before = lines[line - 1][: column - 1] if line <= len(lines) else ""
    known = known and _narrowed(known, before, text=lines[line - 1 : line])
    seen: tuple[int, int] | None = None
    if known is not None and known.opened and error.context_mark is not None:
        opened = error.context_mark.line + 1, error.context_mark.column + 1
        seen = (line, column) if line != opened[0] else None
        line, column = opened
    message = known.message if known else said or "this is not YAML"
    return Fault(line, column, message, known.hint if known else "", seen)


def _narrowed(known: Said, before: str, text: list[str]) -> Said:
    """Return what the place tells beyond the words; `before` is what the line has before it."""
    if known is _SECOND_COLON and ": " not in before:
        return _DEEPER
    if known.marks[-1:] == ("expected <block end>",) and before.strip():
        return _BEHIND
    if known.marks == ("cannot start any token",) and "".join(text)[len(before) :][:1] == "\t":
        return _TAB
    return known


def control_character(text: str) -> tuple[int, int, str] | None:
    """Return line, column and name of the first character that YAML does not allow."""
    import re

    found = re.search(_CONTROL, text)
    if found is None:
        return None
    before = text[: found.start()]
    column = found.start() - before.rfind("\n")
    return before.count("\n") + 1, column, f"U+{ord(found.group()):04X}"
