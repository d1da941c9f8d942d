"""The documentation says what the code does, where the code can tell."""

import re
from pathlib import Path

import pytest

from paasctl.cli.parse import GLOBALS
from paasctl.supervise.machine import TABLE, State
from paasctl.supervise.operations import Operations
from paasctl.supervise.upgrade import Upgrade
from tests import docs_generator

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted(docs_generator.parts())
COMMANDS = sorted(docs_generator.commands(), key=lambda command: command.name)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_generated_is_up_to_date(page):
    path = REPOSITORY / page
    assert path.exists(), "a verb needs a page; then run: python tests/docs_generator.py"
    text = path.read_text()
    for name, part in docs_generator.parts()[page].items():
        filled = docs_generator.filled(text, name, part)
        assert text == filled, f"{page} is stale; run: python tests/docs_generator.py"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_option_table_names_exactly_the_declared_options(command):
    table = docs_generator.option_table(command.options)
    text = (REPOSITORY / docs_generator.page_of(command)).read_text()
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `-")]
    named = {name for row in rows for name in re.findall(r"`(-[^`]+)`", row)}
    assert named == {name for option in command.options for name in option.names}
    assert len(rows) == table.count("\n| `-")


def test_no_page_speaks_of_an_option_that_no_command_has():
    known = {name for option in GLOBALS for name in option.names} | {"--help"}
    known |= {name for command in COMMANDS for option in command.options for name in option.names}
    pages = [REPOSITORY / "README.md", *(REPOSITORY / "docs" / "commands").glob("*.md")]
    text = "\n".join(page.read_text() for page in pages)
    said = set(re.findall(r"paasctl[^`\n]*? (--[a-z][a-z-]+)", text))
    foreign = {"--user"}  # of systemctl
    assert len(said) > 5
    assert said - foreign <= known


def test_a_part_without_its_place_is_refused():
    with pytest.raises(ValueError, match="no line <!-- generated: x -->"):
        docs_generator.filled("# A page\n", "x", "y\n")


def test_the_state_table_shows_each_state_and_leaves_the_impossible_empty():
    head, _, *rows = docs_generator.state_table().splitlines()
    assert [cell.strip(" `") for cell in head.split("|")[2:-1]] == [s.value for s in State]
    by_event = {row.split("|")[1].strip(" `"): row.split("|")[2:-1] for row in rows}
    column = list(State).index(State.STOPPED)
    assert by_event["spawned"][column].strip() == ""
    assert by_event["up"][column].strip() == "begin"
    assert len(by_event) == len(TABLE[State.STOPPED])


def test_the_protocol_page_names_every_operation_and_every_refusal():
    text = (REPOSITORY / "docs/concepts/control-protocol.md").read_text()
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([a-z]+)`", row)}
    assert told == {
        *Operations(None, None, None, None)._table, *Upgrade(None, None, None).operations(),
    }  # fmt: skip
    codes = text.partition("Codes:")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z-]+)`", codes)) == set(_refusals())


def _refusals():
    """Every code with which the engine's side says no."""
    for room in ("control", "supervise"):
        for path in (REPOSITORY / "paasctl" / room).glob("*.py"):
            yield from re.findall(r'Declined\(\s*"([^"]+)"', path.read_text())


@pytest.mark.parametrize(
    "page", [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))],
    ids=lambda page: str(page.relative_to(REPOSITORY)),
)  # fmt: skip
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" not in target:
            file = target.partition("#")[0]
            assert not file or (page.parent / file).exists(), target
