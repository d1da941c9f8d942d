"""Problems as people, scripts and CI read them; pure but for the caller's printing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from paasctl.cli.colour import Colour, harmless, paint
from paasctl.manifest.keypath import dotted
from paasctl.model.position import Position
from paasctl.model.problem import Problem, Severity

_COLOURS: Final = {
    Severity.ERROR: Colour.BAD,
    Severity.WARNING: Colour.BUSY,
    Severity.NOTE: Colour.FAINT,
}
_WIDTH: Final = 160
"""Columns of a source line that are shown; longer ones are cut around the place."""


def place(position: Position | None) -> str:
    """Return file:line:column, "" where there is none."""
    return f"{harmless(position.file)}:{position.line}:{position.column}" if position else ""


def one_line(problem: Problem) -> str:
    """Return the problem in one line, for scripts and editors."""
    head = f"{place(problem.position)}: " if problem.position else ""
    hint = f" ({harmless(problem.hint)})" if problem.hint else ""
    message = harmless(problem.message)
    return f"{head}{problem.severity}[{problem.code}]: {message}{hint}"


def excerpt(problem: Problem, sources: Mapping[str, Sequence[str]], colour: bool) -> list[str]:
    """Return the problem with its source line, carets, hint and notes; `sources` are lines."""
    tint = _COLOURS[problem.severity]
    head = f"{paint(place(problem.position), Colour.STRONG, colour)}: " if problem.position else ""
    label = paint(f"{problem.severity}[{problem.code}]", tint, colour)
    lines = [f"{head}{label}: {harmless(problem.message)}"]
    shown = _source(problem.position, sources)
    hint = harmless(problem.hint)
    if shown is not None and problem.position is not None:
        text, column, length = shown
        carets = paint("^" * length, tint, colour)
        lines.append(f"{problem.position.line:>5} | {text}")
        lines.append(f"      | {' ' * column}{carets} {hint}".rstrip())
    elif hint:
        lines.append(f"  fix   {hint}")
    for note in problem.notes:
        where = f"{place(note.position)}: " if note.position else ""
        lines.append(f"  {where}{paint('note', Colour.FAINT, colour)}: {harmless(note.message)}")
    return lines


def render(problems: Sequence[Problem], sources: Mapping[str, str], colour: bool = False) -> str:
    """Return all problems as text for people, an empty line after each."""
    lines = {file: text.split("\n") for file, text in sources.items()} if problems else {}
    return "".join(
        "".join(f"{line}\n" for line in (*excerpt(problem, lines, colour), ""))
        for problem in problems
    )


def _source(
    position: Position | None, sources: Mapping[str, Sequence[str]]
) -> tuple[str, int, int] | None:
    """Return the line, the column counted from 0 and the length of what is meant."""
    lines = sources.get(position.file, ()) if position else ()
    if position is None or position.line > len(lines) or not lines[position.line - 1].strip():
        return None
    text, column = harmless(lines[position.line - 1].rstrip("\r")), position.column - 1
    length = _length(text[column : column + _WIDTH])
    start = max(0, column - _WIDTH // 2) if len(text) > _WIDTH else 0
    return text[start : start + _WIDTH], column - start, length


def _length(text: str) -> int:
    """Return how many characters the key or value takes that `text` starts with."""
    quote = text[:1]
    if quote in ("'", '"'):
        end = text.find(quote, 1)
        return end + 1 if end > 0 else len(text)
    ends = [text.find(mark) for mark in (": ", " #", ", ", " }", "]", "}")]
    if text.endswith(":"):
        ends.append(len(text) - 1)
    return max(1, min((end for end in ends if end > 0), default=len(text.rstrip())))


def annotation(problem: Problem) -> str:
    """Return the workflow command that GitHub shows beside the line."""
    kind = "notice" if problem.severity is Severity.NOTE else problem.severity.value
    where = ""
    if problem.position:
        file, line, column = problem.position
        where = f"file={_property(file)},line={line},col={column},"
    notes = (f"{place(at)}: {said}" for at, said in problem.notes if at is not None)
    text = "\n".join(filter(None, (problem.message, problem.hint, *notes)))
    return f"::{kind} {where}title={_property(problem.code)}::{_escaped(text)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def as_object(problem: Problem) -> dict[str, object]:
    """Return the JSON object of a problem (schema 1)."""
    file, line, column = problem.position or (None, None, None)
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "file": file,
        "line": line,
        "column": column,
        "path": dotted(problem.path),
        "message": problem.message,
        "hint": problem.hint,
        "notes": [
            {"file": at.file, "line": at.line, "column": at.column, "message": message}
            for at, message in problem.notes
            if at is not None
        ],
    }


def summary(problems: Iterable[Problem], files: int) -> str:
    """Return how much is wrong. In: 1 error in 3 files  Out: 3 files: 1 error."""
    severities = [problem.severity for problem in problems]
    counts = (
        (severities.count(severity), severity.value)
        for severity in (Severity.ERROR, Severity.WARNING)
    )
    said = ", ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in counts if count)
    return f"{files} file{'s' * (files != 1)}: {said or 'no problems'}"
