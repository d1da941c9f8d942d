"""`paasctl init`: a starting manifest from what lies in the folder."""

import os
import sys

from paasctl.cli.command import Call, Command, Option, Value
from paasctl.cli.exits import Exit, Refused
from paasctl.model.problem import Severity


def run(call: Call) -> int:
    """Write the manifests; 1 if they turn out to have errors.

    Raises Refused (1): there are manifests already, or nothing is recognised.
    """
    root = os.path.abspath(call.project or os.getcwd())
    files = _drafted(root, call.text("flavour") or "platformsh")
    if call.flag("dry-run"):
        sys.stdout.write("".join(f"# {name}\n{text}" for name, text in files.items()))
        return Exit.DONE
    _write(root, files)
    return _checked(root, call, list(files))


def _drafted(root: str, flavour: str) -> dict[str, str]:
    from paasctl.manifest.discover import FLAVOURS
    from paasctl.manifest.draft import draft_files
    from paasctl.manifest.folder import Folder
    from paasctl.manifest.found_services import found_services
    from paasctl.manifest.stacks import STACKS

    folder = Folder(root)
    there = next((files for one in FLAVOURS if (files := one.find(folder.tree))), ())
    if there:
        raise Refused(Exit.FAILED, f"there is a manifest already: {there[0].file}")
    draft = next((found for stack in STACKS if (found := stack(folder))), None)
    if draft is None:
        message = "nothing here says what kind of project it is"
        fix = (
            "looked for composer.json, pyproject.toml, requirements.txt, Gemfile, go.mod, "
            "package.json, Procfile and Dockerfile"
        )
        raise Refused(Exit.FAILED, message, fix)
    commands = folder.procfile()
    release = commands.pop("release", "")
    draft = draft._replace(
        start=commands.pop("web", draft.start),
        deploy=(release,) if release else (),
        workers={_named(name): line for name, line in commands.items()},
        services=found_services(folder),
    )
    return draft_files(draft, flavour, tuple(folder.used) or ("the files here",))


def _named(name: str) -> str:
    return name.lower().replace("_", "-")


def _write(root: str, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = os.path.join(root, name)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise Refused(Exit.FAILED, f"{path} cannot be written: {error.strerror}") from error


def _checked(root: str, call: Call, files: list[str]) -> int:
    """Say what was written, and what is wrong with it: a guess, after all."""
    from paasctl.cli.problems import render
    from paasctl.cli.talk import talk
    from paasctl.manifest.load import load

    loaded = load(root)
    for name in files if not call.quiet else ():
        talk(f"written: {name}")
    wrong = [p for p in loaded.problems if p.severity is not Severity.NOTE]
    if wrong:
        talk(render(wrong, loaded.sources).rstrip("\n"))
    elif not call.quiet:
        talk("look through it, then: paasctl up")
    return Exit.DONE if loaded.ok else Exit.FAILED


COMMAND = Command(
    "init",
    "Write a starting manifest from what is in the folder.",
    run,
    options=(
        Option(
            ("--flavour",),
            "The family of manifests.",
            Value.TEXT,
            metavar="FAMILY",
            choices=("platformsh", "upsun", "plain"),
        ),
        Option(("--dry-run", "-n"), "Print the files and write nothing."),
    ),
)
