"""Writes the parts of the documentation that the code knows: python tests/docs_generator.py

Each part stands between two comments, `<!-- generated: NAME -->` and `<!-- end -->`; what is
around them is written by hand. tests/unit/test_docs_generated.py fails when a part is stale.
"""

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, REPOSITORY)

import paasctl.cli  # noqa: E402 -- this file is run by name too
from paasctl.cli.command import Command, Option, Value  # noqa: E402
from paasctl.cli.parse import GLOBALS, variable_of  # noqa: E402
from paasctl.supervise.machine import TABLE, Event, State  # noqa: E402

INSTANCE = "docs/concepts/instance.md"
INDEX = "docs/commands/README.md"
END = "<!-- end -->"


def commands() -> Iterator[Command]:
    """Every verb: the COMMAND of each module of the command line."""
    for module in pkgutil.iter_modules(paasctl.cli.__path__):
        command = getattr(importlib.import_module(f"paasctl.cli.{module.name}"), "COMMAND", None)
        if isinstance(command, Command) and not command.hidden:
            yield command


def page_of(command: Command) -> str:
    return f"docs/commands/{command.name}.md"


def option_table(options: Iterable[Option]) -> str:
    """A row for each option."""
    rows = ["| option | variable | meaning |", "|---|---|---|"]
    for option in options:
        names = ", ".join(f"`{name}`" for name in option.names)
        if option.value is not Value.FLAG:
            names += f" {option.metavar or option.value.upper()}"
        choices = f" One of {', '.join(option.choices)}." if option.choices else ""
        variable = variable_of(option)
        shown = f"`{variable}`" if variable else ""
        rows.append(f"| {names} | {shown} | {option.help}{choices} |")
    return "\n".join(rows) + "\n" if len(rows) > 2 else "None of its own.\n"


def verb_table() -> str:
    """A row for each verb."""
    rows = ["| command | what it does |", "|---|---|"]
    rows += [f"| [{verb.name}]({verb.name}.md) | {verb.help} |" for verb in commands()]
    return "\n".join(rows) + "\n"


def state_table() -> str:
    """What happens in each state at each event: the function of the table, in words."""
    states = list(State)
    head = "| event | " + " | ".join(f"`{state.value}`" for state in states) + " |"
    rows = [head, "|---|" + "---|" * len(states)]
    for event in Event:
        cells = (TABLE[state][event].__name__.replace("_", " ") for state in states)
        rows.append(f"| `{event.value}` | " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    return {"nothing": "·", "impossible": ""}.get(text, text)


def action_table() -> str:
    """Each action of the state table in one sentence."""
    actions = {action for row in TABLE.values() for action in row.values()}
    rows = ["| action | meaning |", "|---|---|"]
    for action in sorted(actions, key=lambda action: action.__code__.co_firstlineno):
        name = action.__name__.replace("_", " ")
        sign = _cell(name) or "(empty)"
        rows.append(f"| {name if sign == name else sign} | {action.__doc__} |")
    return "\n".join(rows) + "\n"


def parts() -> dict[str, dict[str, str]]:
    """{page: {name of the part: its text}}"""
    pages = {page_of(command): {"options": option_table(command.options)} for command in commands()}
    return {
        **pages,
        INDEX: {"commands": verb_table(), "options": option_table(GLOBALS)},
        INSTANCE: {"states": state_table(), "actions": action_table()},
    }


def filled(text: str, name: str, part: str) -> str:
    """Return a page's text with the part brought up to date; ValueError without its place."""
    begin = f"<!-- generated: {name} -->"
    before, found, rest = text.partition(begin)
    _, end, after = rest.partition(END)
    if not found or not end:
        raise ValueError(f"no line {begin} followed by {END}")
    return f"{before}{begin}\n{part}{END}{after}"


def main() -> None:
    for page, contents in parts().items():
        path = os.path.join(REPOSITORY, page)
        with open(path, encoding="utf-8") as file:
            old = text = file.read()
        for name, part in contents.items():
            text = filled(text, name, part)
        if text != old:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            print(f"written: {page}")


if __name__ == "__main__":
    main()
