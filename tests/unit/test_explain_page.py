"""`paasctl explain`: pages of problems and of keys."""

import json

import pytest

from paasctl.cli.app import verb
from paasctl.cli.command import Call
from paasctl.cli.exits import Refused
from paasctl.cli.explain_page import COMMAND
from paasctl.manifest.pages import keys, matching, problem_pages


def said(capsys, name=None, **given):
    code = COMMAND.run(Call({} if name is None else {"name": name}, **given))
    assert code == 0
    return capsys.readouterr().out


def test_the_front_door_knows_the_verb_whose_name_is_taken():
    assert verb("explain") is COMMAND


@pytest.mark.parametrize("code", sorted(problem_pages()))
def test_every_code_has_a_page(code, capsys):
    page = said(capsys, code)
    assert page.startswith(f"{code}\n\n")
    assert page.split("\n\n")[1].startswith(("Error. ", "Warning. ", "Note. "))


def test_without_a_name_there_is_a_line_for_each_code(capsys):
    lines = said(capsys).splitlines()
    assert [line.split()[0] for line in lines] == list(problem_pages())
    assert said(capsys, quiet=True).splitlines() == list(problem_pages())
    assert json.loads(said(capsys, format="json"))["problems"] == problem_pages()


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        ("commands.start", ["web.commands.start", "crons.*.commands.start"]),
        ("workers.commands.start", ["workers.*.commands.start"]),
        ("workers.queue.commands.start", ["workers.*.commands.start"]),
        ("timezone", ["timezone"]),
        ("tls.min_version", ["tls.min_version"]),
    ],
)
def test_a_key_is_found_by_its_end_and_with_names_in_it(asked, paths):
    found = [key.shown for key in matching(asked)]
    assert set(paths) <= set(found)
    assert len(paths) > 1 or found == paths


def test_the_page_of_a_key_has_its_type_values_default_and_inheritance(capsys):
    page = said(capsys, "size")
    assert "size  (application)" in page
    assert "one of    AUTO, XS, S, M, L, XL, 2XL, 4XL" in page
    assert 'default   "AUTO"' in page
    assert "web and workers inherit it" in page
    assert "needed" in said(capsys, "workers.commands.start")
    assert "former spelling" in said(capsys, "web.document_root")


def test_every_key_can_be_asked_for():
    every = list(keys())
    assert len(every) > 100
    for key in every:
        assert key in matching(".".join(step for step in key.path if step != "*"))


def test_an_unknown_name_is_refused_with_what_was_meant():
    with pytest.raises(Refused, match="timezon") as refused:
        COMMAND.run(Call({"name": "timezon"}))
    assert refused.value.code == 4
    assert refused.value.fix == 'did you mean "timezone"?'


def test_the_page_of_a_map_of_names_says_what_each_entry_has_and_scripts_are_blocks(capsys):
    assert "each has  root, index, expires, passthru" in said(capsys, "web.locations")
    assert "build: |\n        set -e\n" in said(capsys, "hooks.build")
