"""Problems as SARIF 2.1.0, the format of code scanning services."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

import paasctl
from paasctl.manifest.keypath import dotted
from paasctl.manifest.pages import problem_pages
from paasctl.model.position import Position
from paasctl.model.problem import Problem

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "note": "note"}


def sarif(problems: Iterable[Problem]) -> dict[str, object]:
    """Return the log of one run; columns count code points, lines and columns from 1."""
    found = tuple(problems)
    codes = sorted({problem.code for problem in found})
    driver = {
        "name": "paasctl",
        "version": paasctl.__version__,
        "rules": _rules(codes),
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code)) for problem in found],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules(codes: list[str]) -> list[dict[str, object]]:
    pages = problem_pages()
    return [
        {
            "id": code,
            "shortDescription": {"text": pages[code].partition("\n")[0]},
            "help": {"text": pages[code], "markdown": pages[code]},
        }
        for code in codes
    ]


def _result(problem: Problem, rule: int) -> dict[str, object]:
    text = f"{problem.message}: {problem.hint}" if problem.hint else problem.message
    result: dict[str, object] = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": _LEVELS[problem.severity.value],
        "message": {"text": text},
    }
    if problem.position is not None:
        result["locations"] = [_location(problem.position, dotted(problem.path))]
    notes = [(note.position, note.message) for note in problem.notes]
    related = [
        {**_location(position), "message": {"text": message}}
        for position, message in notes
        if position is not None
    ]
    if related:
        result["relatedLocations"] = related
    return result


def _location(position: Position, path: str = "") -> dict[str, object]:
    place = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(position.file.replace("\\", "/"))},
            "region": {"startLine": position.line, "startColumn": position.column},
        }
    }
    logical = {"logicalLocations": [{"fullyQualifiedName": path, "kind": "member"}]}
    return {**place, **logical} if path else {**place}
