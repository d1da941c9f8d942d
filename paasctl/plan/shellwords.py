"""Read a shell line just far enough to know whether a shell is needed to run it.

This is no shell parser. It knows quoting, comments and the characters that make a word more
than itself, and gives up (`Form.SCRIPT`) wherever it would have to guess: a script is run
unchanged by the shell, which is always right, only one process more.
"""

import re
from enum import StrEnum
from typing import NamedTuple

ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
BRACED = re.compile(r"\$\{[A-Za-z_0-9]+\}")
OPERATORS = frozenset(";&|()`")
BLANK = frozenset(" \t")
# Reserved words and builtins: run by the shell, even those that exist as programs too, because
# the shell's own `echo`, `kill` or `test` is what runs on the platform (dash, spec 03.8).
_SHELL_WORDS = (
    "! { } if then else elif fi for in do done while until case esac function select time [[ "
    ". : [ alias bg break builtin cd chdir command continue coproc declare echo enable eval "
    "exec exit export false fc fg getopts hash help history jobs kill let local logout popd "
    "printf pushd pwd read readonly return set shift shopt source suspend test times trap "
    "true type typeset ulimit umask unalias unset wait"
)
SHELL_WORDS = frozenset(_SHELL_WORDS.split())


class Form(StrEnum):
    """What it takes to run a line."""

    WORDS = "words"  # a program and literal arguments: no shell
    SIMPLE = "simple"  # one command with expansions or redirections: the shell may exec it
    SCRIPT = "script"  # anything else: the shell, unchanged


class Reading(NamedTuple):
    """The form of a line; `words` only for WORDS; `start` is the offset of the program's name."""

    form: Form
    words: tuple[str, ...] = ()
    start: int = 0


class Word(NamedTuple):
    """A word: its text without quotes, whether each character of it stands for itself."""

    text: str
    start: int
    end: int
    literal: bool
    raw: str


SCRIPT = Reading(Form.SCRIPT)


class Unclear(Exception):
    """The line holds something that only a shell understands."""


def read(line: str) -> Reading:
    """Return how `line` is to be run. Never raises.

    In:  read("python app.py")          Out: Reading(Form.WORDS, ("python", "app.py"))
    In:  read("gunicorn -b :$PORT x")   Out: Reading(Form.SIMPLE, start=0)
    In:  read("cd src && ./run")        Out: Reading(Form.SCRIPT)
    """
    try:
        words = _words(line)
    except Unclear:
        return SCRIPT
    commands = [word for word in words if not ASSIGNMENT.match(word.raw)]
    if not commands:
        return SCRIPT
    first = words.index(commands[0])
    head = words[first]
    if not _is_program(head):
        return SCRIPT
    if first == 0 and all(word.literal for word in words) and "/" not in head.text:
        return Reading(Form.WORDS, tuple(word.text for word in words), head.start)
    return Reading(Form.SIMPLE, start=head.start)


def _is_program(head: Word) -> bool:
    """Tell whether the command is surely a program, so that `exec` may stand before it.

    A name that comes out of an expansion could be a builtin or nothing at all, unless a slash
    makes it a path. A path is left to the shell, which also runs a script without `#!`.
    """
    if any(mark in head.raw for mark in "<>*?[") or not head.text:
        return False
    if not head.literal:
        return "/" in head.text and head.raw[0] not in "{!"
    return head.text not in SHELL_WORDS


def _words(line: str) -> list[Word]:
    """Split a line that holds one command; Unclear for more than one or for anything odd."""
    words: list[Word] = []
    at = 0
    ended = False
    while at < len(line):
        character = line[at]
        if line.startswith("\\\n", at):
            at += 2
        elif character in BLANK:
            at += 1
        elif character == "\n":
            ended = bool(words)
            at += 1
        elif character == "#":
            at = _end_of_line(line, at)
        elif ended:
            raise Unclear
        else:
            word = _word(line, at)
            words.append(word)
            at = word.end
    return words


def _end_of_line(line: str, at: int) -> int:
    end = line.find("\n", at)
    return len(line) if end < 0 else end


def _word(line: str, start: int) -> Word:
    """Read the word that starts at `start`."""
    at = start
    text: list[str] = []
    literal = True
    while at < len(line) and line[at] not in BLANK and line[at] != "\n":
        character = line[at]
        if character == "'":
            end = _closing(line, at + 1, "'")
            text.append(line[at + 1 : end])
            at = end + 1
        elif character == '"':
            part, at, plain = _double_quoted(line, at + 1)
            text.append(part)
            literal = literal and plain
        elif character == "\\":
            if at + 1 == len(line):
                raise Unclear
            text.append("" if line[at + 1] == "\n" else line[at + 1])
            at += 2
        else:
            at, plain = _bare(line, at, start)
            text.append(character)
            literal = literal and plain
    return Word("".join(text), start, at, literal, line[start:at])


def _bare(line: str, at: int, start: int) -> tuple[int, bool]:
    """Return where to go on after an unquoted character, and whether it stands for itself."""
    character = line[at]
    if character in OPERATORS or line.startswith(("<<", "$(", "$'", '$"'), at):
        # `>&2` and `2>&1` copy a descriptor: the ampersand belongs to the redirection
        if not (character == "&" and at > start and line[at - 1] in "<>"):
            raise Unclear
        return at + 1, False
    if character == "$" and line.startswith("${", at):
        return _closing_brace(line, at), False
    if character == "~":
        return at + 1, at > start and line[at - 1] not in "=:"
    return at + 1, character not in "$*?[]<>{}!\r"


def _double_quoted(line: str, at: int) -> tuple[str, int, bool]:
    """Return the text between double quotes, the offset behind them and whether it is literal."""
    text: list[str] = []
    literal = True
    while True:
        if at >= len(line) or line[at] == "`" or line.startswith("$(", at):
            raise Unclear
        character = line[at]
        if character == '"':
            return "".join(text), at + 1, literal
        if character == "\\" and line[at + 1 : at + 2] in ("$", "`", '"', "\\", "\n"):
            text.append("" if line[at + 1] == "\n" else line[at + 1])
            at += 2
            continue
        if line.startswith("${", at):
            at = _closing_brace(line, at)
            literal = False
            continue
        literal = literal and character != "$"
        text.append(character)
        at += 1


def _closing_brace(line: str, at: int) -> int:
    """Return the offset behind `${NAME}`; anything more inside the braces is Unclear."""
    match = BRACED.match(line, at)
    if match is None:
        raise Unclear
    return match.end()


def _closing(line: str, at: int, quote: str) -> int:
    end = line.find(quote, at)
    if end < 0:
        raise Unclear
    return end
