"""YAML as plain data with positions: scalars, anchors, merge keys, and any text at all."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paasctl.manifest import nodes
from paasctl.manifest.document import Included, parse
from paasctl.manifest.load import load
from paasctl.manifest.nodes import Refusal, python_parser, read_nodes
from paasctl.model.position import Position


def nowhere(kind, target, where, app_root):
    return Included(None)


def document(text):
    parsed = parse("f.yaml", text, nowhere)
    assert parsed.document is not None, parsed.problems
    return parsed.document


def codes(text):
    return [problem.code for problem in parse("f.yaml", text, nowhere).problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("FALSE", False),
        ("12", 12),
        ("-3", -3),
        ("1.10", 1.1),
        ("-1.5e3", -1500.0),
        ("on", "on"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("2024-01-01", "2024-01-01"),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ("9999999999999999999999", "9999999999999999999999"),
        ("truely", "truely"),
    ],
)
def test_scalars_are_text_wherever_yaml_versions_differ(written, value):
    data = document(f"key: {written}\n").data["key"]
    assert data == value
    assert type(data) is type(value)


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("on", "true"),
        ("No", "false"),
        ("12:30", "the number 750"),
        ("010", "the number 8"),
        ("1_000", "the number 1000"),
        ("0x1F", "the number 31"),
    ],
)
def test_what_yaml_1_1_reads_otherwise_is_remembered(written, meaning):
    assert document(f"key: {written}\n").old == {("key",): meaning}
    assert document(f"key: '{written}'\n").old == {}


def test_positions_count_from_one_in_code_points():
    found = document("é: {ü: x}\nlist:\n  - a\n  -   b\n")
    assert found.positions[("é", "ü")] == Position("f.yaml", 1, 8)
    assert found.key_positions[("é", "ü")] == Position("f.yaml", 1, 5)
    assert found.positions[("list", 1)] == Position("f.yaml", 4, 7)
    assert found.at(("list", 7, "none")) == found.positions[("list",)]


def test_a_byte_order_mark_does_not_shift_the_columns():
    assert document("\ufeffa: b\n").positions[("a",)] == Position("f.yaml", 1, 4)


def test_aliases_and_merge_keys():
    found = document(
        "base: &base {size: S, start: x}\n"
        "other: &other {size: L, disk: 5}\n"
        "one: {size: M, <<: *base}\n"
        "two: {<<: [*base, *other], start: y}\n"
        "same: *base\n"
    )
    assert found.data["one"] == {"size": "M", "start": "x"}
    assert found.data["two"] == {"size": "S", "start": "y", "disk": 5}
    assert found.data["same"] == found.data["base"]
    assert found.positions[("one", "size")].line == 3
    assert found.positions[("one", "start")].line == 1


def test_keys_with_a_dot_are_dropped_and_anchor_holders_say_nothing():
    assert codes(".a: 1\n") == ["dot-key"]
    assert codes(".a: &x {b: 1}\nc: *x\n") == []
    assert document(".a: &x {b: 1}\nc: *x\n").data == {"c": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [\n", "yaml-syntax"),
        ("a: *nope\n", "yaml-syntax"),
        ("--- 1\n--- 2\n", "yaml-syntax"),
        ("a: &x [*x]\n", "cycle"),
        ("a: 1\na: 2\n", "duplicate-key"),
        ("? [a]\n: 1\n", "wrong-type"),
        ("a: !!int x\n", "wrong-type"),
        ("a: !!python/name:os.system\n", "unsafe-tag"),
        ("a: !nope 1\n", "unknown-tag"),
        ("a: !include {type: shell, path: x}\n", "bad-value"),
        ("<<: 1\n", "wrong-type"),
        ("[" * 20000, "too-deep"),
        ("x" * 5_000_001, "too-large"),
    ],
)
def test_each_mistake_has_its_code(text, code):
    assert code in codes(text)


def test_a_chain_of_merges_ends_in_a_problem_not_in_a_recursion_error():
    lines = ["m0: &m0 {a: 1}"] + [f"m{n}: &m{n} {{<<: *m{n - 1}}}" for n in range(1, 300)]
    assert "too-deep" in codes("\n".join(lines))


def test_empty_maps_cannot_multiply_unseen():
    lines = ["e0: &e0 {}"]
    lines += [f"e{n}: &e{n} {{<<: [{', '.join([f'*e{n - 1}'] * 9)}]}}" for n in range(1, 9)]
    assert "alias-bomb" in codes("\n".join(lines))


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_gives_problems_never_an_exception(text):
    parsed = parse("f.yaml", text, nowhere)
    assert parsed.document is not None or parsed.problems


@settings(deadline=None)
@given(st.text("ab:- \n\"'{}[]&*!|>#<,?.0", max_size=60))
def test_any_yaml_like_text_gives_problems_never_an_exception(text):
    parsed = parse("f.yaml", text, nowhere)
    assert parsed.document is not None or parsed.problems


def shape(node):
    if node is None:
        return None
    pairs = None if node.pairs is None else [(shape(k), shape(v)) for k, v in node.pairs]
    items = None if node.items is None else [shape(item) for item in node.items]
    return (node.line, node.column, node.tag, node.text, node.plain, pairs, items)


def test_both_parsers_give_the_same_nodes(monkeypatch):
    text = "a: &x {b: [1, 'two', \"three\"], c: !t 4}\nd: *x\ne: |\n  five\n  six\n"
    fast = shape(read_nodes("f", text))
    monkeypatch.setattr(nodes, "_parser", python_parser)
    assert shape(read_nodes("f", text)) == fast
    with pytest.raises(Refusal):
        read_nodes("f", "a: [")


@pytest.mark.parametrize(
    ("content", "line", "column", "words"),
    [
        (b"name: app\ntype: \xff\n", 2, 7, "in line 2, is not UTF-8"),
        ("name: app\ntype: é".encode() + b"\xff\n", 2, 8, "in line 2, is not UTF-8"),
        ("name: app\n".encode("utf-16"), 1, 1, "UTF-16"),
        (b"# " + b"x" * 20_000_001, 1, 1, "more than 20000000 bytes"),
    ],
)
def test_a_file_that_is_no_text_is_refused_at_its_line(tmp_path, content, line, column, words):
    (tmp_path / "app.yaml").write_bytes(content)
    (problem,) = load(str(tmp_path)).problems
    assert problem.code in ("unreadable", "too-large")
    assert problem.position == ("app.yaml", line, column)
    assert words in problem.message


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "app.yaml")
    (problem,) = load(str(tmp_path)).problems
    assert (problem.code, problem.position) == ("unreadable", ("app.yaml", 1, 1))
    assert "no regular file" in problem.message


def test_a_link_out_of_the_project_is_not_followed_by_an_include(tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "p").mkdir()
    (tmp_path / "p/link").symlink_to(tmp_path / "secret")
    (tmp_path / "p/app.yaml").write_text("name: app\ntype: 'php:8.4'\nhooks: {build: !file link}\n")
    (problem,) = load(str(tmp_path / "p")).problems
    assert (problem.code, problem.position.line) == ("include-escape", 3)


def test_an_include_counts_from_the_root_of_its_app(tmp_path):
    (tmp_path / ".platform").mkdir()
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend/build.sh").write_text("make\n")
    (tmp_path / ".platform/applications.yaml").write_text(
        "app:\n  type: 'php:8.4'\n  hooks: {build: !include {type: string, path: build.sh}}\n"
        "  source: {root: /backend}\n"
    )
    loaded = load(str(tmp_path))
    assert loaded.problems == ()
    assert loaded.project.apps[0].hooks.build == "make\n"
