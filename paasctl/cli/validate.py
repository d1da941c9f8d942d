"""`paasctl validate`: say everything that is wrong with the manifests, start nothing."""

import os
import sys
from collections.abc import Iterable
from typing import NamedTuple

from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.exits import Exit, Refused
from paasctl.manifest.loaded import Loaded
from paasctl.model.problem import Problem, Severity


class _Report(NamedTuple):
    """All that was read, under names relative to where the person is."""

    problems: tuple[Problem, ...]
    sources: dict[str, str]

    @property
    def ok(self) -> bool:
        return all(problem.severity is not Severity.ERROR for problem in self.problems)


def run(call: Call) -> int:
    """Check the files or directories named, or the project around; 1 if there is an error.

    Raises Refused (2) if a path that is named does not exist.
    """
    import gc

    gc.disable()  # a tree of data with no circles in it: there is nothing to collect
    try:
        report = _read(call)
    finally:
        gc.enable()
    if call.flag("strict"):
        report = report._replace(problems=tuple(map(_strict, report.problems)))
    form = call.text("format") or call.format
    if form == "json":
        _json(report)
    elif form == "github":
        from paasctl.cli.problems import annotation

        _write(annotation(problem) for problem in report.problems)
    elif form == "sarif":
        _sarif(report)
    elif form == "plain":
        from paasctl.cli.problems import one_line

        _write(one_line(problem) for problem in report.problems)
    else:
        _table(report, call)
    return Exit.DONE if report.ok else Exit.FAILED


def _strict(problem: Problem) -> Problem:
    warning = problem.severity is Severity.WARNING
    return problem._replace(severity=Severity.ERROR) if warning else problem


def _read(call: Call) -> _Report:
    """Load each directory as a project, and all files named as one."""
    from paasctl.manifest.load import judge

    base = os.path.abspath(call.project or os.getcwd())
    paths = call.texts("path")
    absent = next((path for path in paths if not os.path.lexists(os.path.join(base, path))), None)
    if absent is not None:
        fix = "name a project's directory or its manifests"
        raise Refused(Exit.USAGE, f"there is no file or directory {absent}", fix)
    files = [path for path in paths if not os.path.isdir(os.path.join(base, path))]
    report = _Report((), {})
    if not paths:
        from paasctl.cli.running import find_root

        root = find_root(os.path.realpath(base)) or base
        return _joined(report, judge(root), os.path.relpath(root, os.path.realpath(base)))
    if files:
        report = _joined(report, judge(base, files), ".")
    for path in paths:
        if path not in files:
            report = _joined(report, judge(os.path.join(base, path)), path)
    return report


def _joined(report: _Report, loaded: Loaded, prefix: str) -> _Report:
    """Return the report with what was loaded from the directory `prefix`."""
    problems = tuple(_moved(problem, prefix) for problem in loaded.problems)
    sources = {_under(prefix, file): text for file, text in loaded.sources.items()}
    return _Report(report.problems + problems, report.sources | sources)


def _under(prefix: str, file: str) -> str:
    return os.path.normpath(os.path.join(prefix, file))


def _moved(problem: Problem, prefix: str) -> Problem:
    """Return the problem with its places named from where the person is."""
    if prefix == ".":
        return problem
    place = problem.position
    notes = tuple(
        note._replace(position=note.position._replace(file=_under(prefix, note.position.file)))
        if note.position
        else note
        for note in problem.notes
    )
    moved = place._replace(file=_under(prefix, place.file)) if place else None
    return problem._replace(position=moved, notes=notes)


def _write(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _json(report: _Report) -> None:
    import json

    from paasctl.cli.problems import as_object

    content = {
        "schema": 1,
        "ok": report.ok,
        "files": list(report.sources),
        "problems": [as_object(problem) for problem in report.problems],
    }
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _sarif(report: _Report) -> None:
    import json

    from paasctl.cli.sarif import sarif

    sys.stdout.write(json.dumps(sarif(report.problems), indent=2, ensure_ascii=False) + "\n")


def _table(report: _Report, call: Call) -> None:
    from paasctl.cli.colour import wanted
    from paasctl.cli.problems import render, summary

    sys.stdout.write(render(report.problems, report.sources, wanted(1, call.color)))
    if not call.quiet:
        _write([summary(report.problems, len(report.sources))])


COMMAND = Command(
    "validate",
    "Check the manifests: every mistake with file, line, column and remedy.",
    run,
    options=(
        Option(("--strict",), "Treat warnings as errors."),
        Option(
            ("--format",),
            "How problems are written: text is for people, plain one line each, github makes "
            "annotations in a workflow, sarif is for code scanning.",
            Value.TEXT,
            metavar="FORMAT",
            choices=("text", "table", "json", "plain", "github", "sarif"),
        ),
    ),
    arguments=(Argument("path", "A project directory or a manifest file.", many=True),),
)
