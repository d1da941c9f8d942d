"""Text that is no YAML: place, words and remedy, the same from libyaml and from PyYAML's parser."""

import pytest

from paasctl.manifest import nodes
from paasctl.manifest.document import Included, parse
from paasctl.manifest.load import load
from paasctl.manifest.nodes import python_parser

CASES = {
    "a: [b, c\nd: e\n": (1, 4, 'the "[" that is opened here is not closed', '"]"'),
    "a: {b: c\nd: e\n": (1, 4, 'the "{" that is opened here is not closed', '"}"'),
    "a: 'b\nc: d\n": (1, 4, "the quote that is opened here is never closed", "close it"),
    "a: b: c\n": (1, 5, "a second colon", "quote the whole value"),
    "a: b\n  c: d\n": (2, 4, "indented deeper than the key above it", "indentation"),
    "a:\n\tb: c\n": (2, 1, "a tab stands", "indent with spaces"),
    "a: >-\n\tx\n": (2, 1, "a tab stands", "indent with spaces"),
    "a: @x\n": (1, 4, "no value can start with this character", "quote"),
    "a: */5 * * * *\n": (1, 5, "taken for an alias", "quote a value that starts with *"),
    "a: & b\n": (1, 5, "taken for an anchor", "quote a value that starts with &"),
    "a: !x!y z\n": (1, 4, "a meaning of its own in YAML", "quotes"),
    'a: "\\xZZ"\n': (1, 7, "starts no escape", "single quotes"),
    "a: |x\n  b\n": (1, 5, "only a comment may stand behind", "next line"),
    "a: - b\n": (1, 4, 'a list item ("- ") cannot stand here', "own"),
    "a:\n  - b\n  c: d\n": (3, 3, "between the items of a list", 'begin it with "- "'),
    "a:\n    b: c\n  d: e\n": (3, 3, "does not continue the map above it", "indentation"),
    "a: b\nweb\nc: d\n": (2, 1, "neither a key with a value", "a space after the colon"),
    "a: 'it's'\n": (1, 8, "behind a closing quote", "inside single quotes write ''"),
    "a: b\n...\nc: d\n": (3, 1, "the document has ended", "indentation"),
    "%YAML 3.0\n---\na: b\n": (1, 1, "a version of YAML", "remove"),
    "a: ]\n": (1, 4, "a value or a closing bracket is missing", "quotes"),
    "<<<<<<< HEAD\na: b\n=======\na: c\n>>>>>>> x\n": (1, 1, "a merge conflict", "one side"),
    "é: ü\nb: é\x07\n": (2, 5, "the character U+0007", "remove it"),
    "a: {{ x }}\n": (1, 5, "a list or map cannot be a key", "quote it"),
}


def nowhere(kind, target, where, app_root):
    return Included(None)


@pytest.fixture(params=["libyaml", "pure"])
def parser(request, monkeypatch):
    if request.param == "pure":
        monkeypatch.setattr(nodes, "_parser", python_parser)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("text", CASES, ids=repr)
def test_what_is_wrong_is_said_in_words_at_its_place(text):
    line, column, words, remedy = CASES[text]
    (problem,) = parse("f.yaml", text, nowhere).problems
    assert problem.position == ("f.yaml", line, column)
    assert words in problem.message
    assert remedy in problem.hint
    assert not {"while", "scanning", "parsing", "token"} & set(problem.message.split())


@pytest.mark.usefixtures("parser")
def test_what_is_not_closed_is_told_with_the_place_where_it_was_noticed():
    (problem,) = parse("f.yaml", "a: [b\nc: d\n", nowhere).problems
    (note,) = problem.notes
    assert note.position.line == 2


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/tuple"])
@pytest.mark.parametrize("value", ["[x]", "{x: y}", "x"])
def test_a_tag_that_would_run_code_is_refused_on_every_kind_of_value(tag, value):
    document, (problem,) = parse("f.yaml", f"a: {tag} {value}\n", nowhere)
    assert (problem.code, problem.position) == ("unsafe-tag", ("f.yaml", 1, 4))
    assert document.data == {"a": None}


def test_a_set_is_a_map_without_values():
    assert parse("f.yaml", "a: !!set {x, y}\n", nowhere).document.data == {
        "a": {"x": None, "y": None}
    }


def test_files_that_include_two_others_each_do_not_multiply(tmp_path):
    for n in range(19):
        text = f"a: !include f{n + 1}.yaml\nb: !include f{n + 1}.yaml\n"
        (tmp_path / f"f{n}.yaml").write_text(text)
    (tmp_path / "f19.yaml").write_text("x: y\n")
    (tmp_path / "app.yaml").write_text("name: app\ntype: 'php:8.4'\nvariables: !include f0.yaml\n")
    problems = load(str(tmp_path)).problems
    assert {p.code for p in problems} == {"too-large"}
    assert len(problems) < 30


def test_what_is_included_counts_among_the_values_of_the_file(tmp_path):
    (tmp_path / "large.yaml").write_text("- x\n" * 150_000)
    includes = "".join(f"    {name}: !include large.yaml\n" for name in "ab")
    text = f"name: app\ntype: 'php:8.4'\nvariables:\n{includes}    c: {{}}\n"
    (tmp_path / "app.yaml").write_text(text)
    assert [p.code for p in load(str(tmp_path)).problems] == ["alias-bomb"]


def test_large_files_together_are_bounded(tmp_path):
    (tmp_path / "large").write_bytes(b"x" * 15_000_000)
    includes = "".join(f"    {name}: !include {{type: binary, path: large}}\n" for name in "abc")
    text = f"name: app\ntype: 'php:8.4'\nvariables:\n  env:\n{includes}"
    (tmp_path / "app.yaml").write_text(text)
    (problem,) = load(str(tmp_path)).problems
    assert (problem.code, problem.position.line) == ("too-large", 7)
