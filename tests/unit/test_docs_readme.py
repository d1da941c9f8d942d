"""What the README tells people to type can be typed; CI runs its two long lines as they are."""

import re
import shlex
from pathlib import Path

import pytest

from paasctl.cli.app import verb
from paasctl.cli.parse import parse, verb_position

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text()
SHELL = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
LINES = [line for block in SHELL for line in block.splitlines()]
TYPED = [line for line in LINES if "paasctl" in line] + re.findall(
    r"^\| `(paasctl .*?)`", README, re.M
)


@pytest.mark.parametrize("line", TYPED)
def test_every_paasctl_command_is_understood(line):
    words = shlex.split(line.replace("${CI:+--until=mailed}", "--until=mailed"))
    last = max(at for at, word in enumerate(words) if word.endswith("paasctl"))
    argv = words[last + 1 :]
    at = verb_position(argv)
    command = verb(argv[at])
    assert command is not None
    assert parse(command, argv[:at], argv[at + 1 :], {}) is not None


def test_there_are_two_long_lines_and_ci_finds_each_once():
    ci = (REPOSITORY / ".ci" / "run").read_text()
    keys = re.findall(r"command_of '([^']+)'", ci)
    assert len(keys) == 2
    for key in keys:
        found = [line for line in README.splitlines() if key in line]
        assert len(found) == 1
        assert found[0] in LINES


def test_every_file_that_a_line_names_exists():
    for line in LINES:
        for word in shlex.split(line):
            if word.startswith(("tests/", "examples/")):
                assert (REPOSITORY / word).exists(), word


def test_the_screen_shows_what_the_example_prints():
    screen = re.search(r"```console\n(.*?)```", README, re.DOTALL)[1]
    said = [line.partition(" | ")[2] for line in screen.splitlines() if " | " in line]
    code = "".join(p.read_text() for p in (REPOSITORY / "examples/quickstart").glob("*.py"))
    word = re.search(
        r'enqueue\.py "(\w+)"', (REPOSITORY / "examples/quickstart/.platform.app.yaml").read_text()
    )[1]
    assert f"{word} backwards is {word[::-1]}" in screen
    for line in said:
        pattern = re.sub(r"\d+", "{}", line).replace(word[::-1], "{}").replace(word, "{}")
        known = [
            re.sub(r"\{[^}]*\}", "{}", text) for text in re.findall(r'print\(f?"([^"]*)"', code)
        ]
        assert pattern in known
