"""`paasctl convert`: the manifests in the words of the other family."""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from paasctl.cli.command import Call, Command, Option, Value
from paasctl.cli.exits import Exit, Refused
from paasctl.model.problem import Severity

if TYPE_CHECKING:
    from paasctl.manifest.convert import Converted


def run(call: Call) -> int:
    """Write the manifests of the family asked for; 1 if the result has errors.

    Raises Refused: without --to (2), for manifests with errors or files in the way (1).
    """
    from paasctl.cli.running import place_of

    to = call.text("to")
    if to is None:
        raise Refused(Exit.USAGE, "--to says what to convert to", "--to upsun or --to platformsh")
    root = place_of(call).root
    made = _converted(root, to)
    if call.flag("dry-run"):
        if call.format != "json":
            sys.stdout.write("".join(f"# {name}\n{text}" for name, text in made.files.items()))
    else:
        _write(os.path.join(root, call.text("output") or "."), made.files, force=call.yes)
    _report(made, call)
    elsewhere = call.flag("dry-run") or call.text("output") is not None
    return Exit.DONE if elsewhere else _checked(root, made)


def _converted(root: str, to: str) -> "Converted":
    from paasctl.manifest.convert import convert
    from paasctl.manifest.load import examine
    from paasctl.manifest.source import Tree

    examined = examine(Tree(root))
    if any(problem.severity is Severity.ERROR for problem in examined.problems):
        raise Refused(Exit.FAILED, "the manifests have errors", "paasctl validate")
    if (examined.found.flavour.name == "upsun") == (to == "upsun"):
        raise Refused(Exit.FAILED, f"the manifests are {examined.found.flavour.name} already")
    return convert(examined.facts, examined.problems, to)


def _write(directory: str, files: Mapping[str, str], *, force: bool) -> None:
    taken = [name for name in files if os.path.lexists(os.path.join(directory, name))]
    if taken and not force:
        raise Refused(Exit.FAILED, f"{taken[0]} is there already", "--yes replaces it")
    for name, text in files.items():
        path = os.path.join(directory, name)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise Refused(Exit.FAILED, f"{path} cannot be written: {error.strerror}") from error


def _report(made: "Converted", call: Call) -> None:
    if call.format == "json":
        from paasctl.cli.table import envelope

        changes = [change._asdict() for change in made.changes]
        sys.stdout.write(envelope({"files": dict(made.files), "changes": changes}))
        return
    from paasctl.cli.talk import talk

    if not call.flag("dry-run"):
        for name in made.files:
            talk(f"written: {name}")
    for change in made.changes if not call.quiet else ():
        talk(f"{'lost' if change.lost else 'changed'}: {change.where}: {change.what}")
    if made.changes:
        talk("comments and anchors are not carried over; the old manifests are still there")


def _checked(root: str, made: "Converted") -> int:
    """Return 0 if the new manifests have no errors, which are said otherwise."""
    from paasctl.manifest.load import load

    loaded = load(root, tuple(made.files))
    errors = [problem for problem in loaded.problems if problem.severity is Severity.ERROR]
    if errors:
        from paasctl.cli.problems import render
        from paasctl.cli.talk import talk

        talk(render(errors, loaded.sources).rstrip("\n"))
    return Exit.FAILED if errors else Exit.DONE


COMMAND = Command(
    "convert",
    "Write the manifests for Upsun, or for Platform.sh, and say what changes on the way.",
    run,
    options=(
        Option(
            ("--to",),
            "The family to convert to.",
            Value.TEXT,
            metavar="FAMILY",
            choices=("upsun", "platformsh"),
        ),
        Option(("--output", "-o"), "Write below DIR instead.", Value.TEXT, metavar="DIR"),
        Option(("--dry-run", "-n"), "Print the files and write nothing."),
    ),
)
