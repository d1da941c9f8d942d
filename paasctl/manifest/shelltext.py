"""What can be said of a shell script without running it: its commands, and what dash lacks."""

import re
from typing import Final, NamedTuple

_NOT_CODE: Final = (
    r"\\\n"  # a line that goes on
    r"|\\."
    r"|'[^']*'"
    r'|"(?:\\.|[^"\\])*"'
    r"|(?<![^\s;&|(])#[^\n]*"
    r"|<<-?[ \t]*(?P<quote>['\"]?)(?P<word>\w+)(?P=quote)[^\n]*\n(?:.*?\n)?[ \t]*(?P=word)(?=\n|$)"
)
_KEYWORDS: Final = frozenset(
    (
        *("if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done"),
        *("case", "esac", "{", "}", "(", ")", "set"),
    )
)
_START: Final = r"(?:^|[;&|\n(]|\b(?:then|do|else)\s)[ \t]*"


class Bashism(NamedTuple):
    """Something that bash has and dash has not.

    `mark` is a text without which the pattern cannot match: compiling patterns is what costs.
    """

    mark: str
    pattern: str
    name: str
    remedy: str


BASHISMS: Final = (
    Bashism("[[", r"(?:^|[\s;&|(!])\[\[\s", "[[ ]]", "write  [ ... ]"),
    Bashism(
        "pipefail",
        r"\bset\s+(?:-\w+\s+)*-\w*o\s+pipefail",
        "set -o pipefail",
        "dash ends the script there: remove it",
    ),
    Bashism("source", _START + r"source\s", "source", "write  . ./FILE"),
    Bashism("function", _START + r"function\s+\w+", "function", "write  NAME() { ...; }"),
    Bashism("push", _START + r"pushd\b", "pushd", "write  ( cd DIR && ... )"),
    Bashism("shopt", _START + r"shopt\b", "shopt", ""),
    Bashism("declare", _START + r"declare\b", "declare", "assign without it"),
    Bashism("<<<", r"<<<", "<<<", 'write  echo "..." | COMMAND'),
    Bashism("(", r"(?:^|\s)[<>]\(", "<( )", "write to a file first"),
    Bashism(
        "&>",
        r"&>",
        "&>",
        "write  > FILE 2>&1: dash takes it for & and starts a background process",
    ),
    Bashism("=(", r"(?:^|[\s;])\w+\+?=\(", "an array", "write the words into the command"),
    Bashism("${", r"\$\{\w+(?:/|\^|,|:\s?\d|\[|@)", "${name/...}", "use sed or cut"),
    Bashism("${!", r"\$\{!\w", "${!name}", "use eval"),
    Bashism(
        "{",
        r"(?:^|\s)[\w./*-]*\{(?:\w+\.\.\w+|[^\s{}$;]+,[^\s{};]*)\}",
        "{a,b}",
        "write all words",
    ),
    Bashism("==", r"(?:^|[\s;&|!])\[\s[^\]\n]*\s==\s", "== in [ ]", "write  ="),
)


def bare(script: str) -> str:
    """Return the script without comments, quoted text and here-documents."""
    if not any(mark in script for mark in ("\\", "'", '"', "#", "<<")):
        return script
    return re.sub(_NOT_CODE, _blank, script, flags=re.DOTALL)


def _blank(found: re.Match[str]) -> str:
    text = found.group()
    if text.startswith('"'):  # expansions are still code there
        return '"' + "".join(re.findall(r"\$\{[^}]*\}", text)) + '"'
    if text == "\\\n":
        return " "
    return "\n" if text.startswith("<<") else "" if text.startswith("#") else "''"


def bashisms(code: str) -> list[Bashism]:
    """Return what dash does not understand in `code`, which is `bare`."""
    return [found for found in BASHISMS if found.mark in code and re.search(found.pattern, code)]


def stops_at_errors(code: str) -> bool:
    """Return whether a `set -e` is among the commands."""
    return any(line.startswith("set ") and _on_error(line.split()[1:]) for line in _lines(code))


def _on_error(options: list[str]) -> bool:
    return "errexit" in options or any(
        option.startswith("-") and "e" in option for option in options
    )


def commands(code: str) -> int:
    """Return how many commands follow each other, keywords and `a && b` not counted twice."""
    return sum(1 for line in _lines(code) if line.split(maxsplit=1)[0] not in _KEYWORDS)


def _lines(code: str) -> list[str]:
    """Return the commands of a script, one text each; `a && b` is one."""
    lines: list[str] = []
    going_on = False
    for part in code.replace(";", "\n").split("\n"):
        line = part.strip()
        if line and going_on:
            lines[-1] += f" {line}"
        elif line:
            lines.append(line)
        going_on = line.endswith(("&&", "|")) if line else going_on
    return lines
