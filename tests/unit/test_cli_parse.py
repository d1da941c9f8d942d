"""The fast parser and typer agree: same values, or the fast one declines."""

import io
from contextlib import redirect_stderr, redirect_stdout

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paasctl.cli import explain
from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.parse import parse, verb_position

FOLLOW = Option(("--follow", "-f"), "follow")
LINES = Option(("--lines", "-n"), "lines", Value.INTEGER)
TIMEOUT = Option(("--timeout", "-t"), "timeout", Value.SECONDS)
ONLY = Option(("--only",), "only", Value.TEXT, choices=("web", "workers"))
SET = Option(("--set", "-e"), "set", Value.TEXT, many=True)
FORMAT = Option(("--format",), "format", Value.TEXT, choices=("text", "github"))


def run(call: Call) -> int:
    return 0


VERBS = (
    Command("plain", "", run),
    Command("names", "", run, (FOLLOW, LINES, SET), (Argument("names", "", many=True),)),
    Command("need", "", run, (TIMEOUT, ONLY), (Argument("name", "", required=True),)),
    Command("own", "", run, (FORMAT, Option(("--vast", "-v"), "own short")), ()),
    Command("two", "", run, (), (Argument("a", "", required=True), Argument("b", ""))),
    Command("on", "", run, (SET, FOLLOW), (Argument("name", "", required=True),), True),
    Command("over", "", run, (ONLY,), (), passthrough=True),
)
BY_NAME = {verb.name: verb for verb in VERBS}


def slow(line: list[str], environ: dict[str, str]) -> Call | None:
    """What typer makes of the line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explain, "commands", lambda: VERBS)
        for name, value in environ.items():
            patch.setenv(name, value)
        silence = io.StringIO()
        with redirect_stdout(silence), redirect_stderr(silence):
            return explain.read(line, {}).call


def fast(line: list[str], environ: dict[str, str]) -> Call | None:
    """What the fast parser makes of the line."""
    at = verb_position(line)
    if at is None or line[at] not in BY_NAME:
        return None
    return parse(BY_NAME[line[at]], line[:at], line[at + 1 :], environ)


WORDS = st.sampled_from(
    [
        *("-f", "-fn3", "-n", "-n3", "-n=3", "--lines", "--lines=4", "7", "-1", "x", "", "-", "--"),
        *("--follow", "--follow=1", "-e", "-eA=1", "--set", "A=2", "--only", "--only=web", "web"),
        *("-t", "1.5", "nan", "--timeout=-3", "-q", "-qy", "-v", "-vv", "-C", "-C/x", "--app"),
        *(
            "--format",
            "json",
            "github",
            "--format=plain",
            "--no-color",
            "--vast",
            "--unknown",
            "-z",
        ),
        *("-fq", "-qC", "/tmp", "--yes", "queue", "ls", "-l", "--lin", "-vqn5"),
    ]
)
ENVIRONMENTS = st.dictionaries(
    st.sampled_from(
        ["LINES", "FOLLOW", "TIMEOUT", "SET", "FORMAT", "APP", "VERBOSE", "QUIET", "ONLY"]
    ).map("PAASCTL_{}".format),
    st.sampled_from(["", "1", "0", "no", "json", "web", "a b", "x"]),
    max_size=2,
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(["-q", "-v", "--app", "a", "-C", "--format", "json"]), max_size=2),
    st.sampled_from(list(BY_NAME)),
    st.lists(WORDS, max_size=5),
    ENVIRONMENTS,
)
def test_parsers_agree(
    before: list[str], verb: str, after: list[str], environ: dict[str, str]
) -> None:
    line = [*before, verb, *after]
    quick = fast(line, environ)
    if quick is not None:
        assert quick == slow(line, environ)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(BY_NAME)), st.lists(WORDS, max_size=4), ENVIRONMENTS)
def test_fast_declines_only_what_typer_refuses(
    verb: str, after: list[str], environ: dict[str, str]
) -> None:
    line = [verb, *after]
    thorough = slow(line, environ)
    if thorough is not None:
        assert fast(line, environ) == thorough


CASES = [
    (["plain"], {}, Call({})),
    (["-q", "plain", "-vv"], {}, Call({}, quiet=True, verbose=2)),
    (["names", "a", "-fn3", "b"], {}, Call({"names": ("a", "b"), "follow": True, "lines": 3})),
    (["names", "--", "-f"], {}, Call({"names": ("-f",)})),
    (["need", "x", "-t", "2"], {}, Call({"name": "x", "timeout": 2.0})),
    (["own", "--format", "github"], {}, Call({"format": "github"}, format="github")),
    (["--format=github", "own"], {}, Call({"format": "github"}, format="github")),
    (["own", "-v"], {}, Call({"vast": True})),
    (["-v", "own"], {}, Call({}, verbose=1)),
    (["on", "queue", "-e", "A=1", "--", "ls", "-f"], {}, Call({"name": "queue", "set": ("A=1",)}, rest=("ls", "-f"))),  # noqa: E501  one case a line
    (["on", "queue", "ls", "-f"], {}, Call({"name": "queue"}, rest=("ls", "-f"))),
    (["over", "ls", "--", "-f"], {}, Call({}, rest=("ls", "--", "-f"))),
    (["-C", "/x", "--app", "a", "plain", "--no-color", "-y"], {}, Call({}, project="/x", app="a", color=False, yes=True)),  # noqa: E501
    (["plain"], {"PAASCTL_PROJECT_DIR": "/y", "PAASCTL_INSTANCE": "x"}, Call({}, project="/y")),
    (["names"], {"PAASCTL_LINES": "9", "PAASCTL_SET": "a b"}, Call({"lines": 9, "set": ("a", "b")})),  # noqa: E501
    (["names", "-n1"], {"PAASCTL_LINES": "9"}, Call({"lines": 1})),
    (["names"], {"PAASCTL_FOLLOW": "no", "PAASCTL_LINES": ""}, Call({})),
]  # fmt: skip


@pytest.mark.parametrize(("line", "environ", "call"), CASES, ids=lambda value: str(value)[:40])
def test_accepts(line: list[str], environ: dict[str, str], call: Call) -> None:
    assert fast(line, environ) == call
    assert slow(line, environ) == call


REFUSED = [
    ["need"],
    ["need", "a", "b"],
    ["plain", "x"],
    ["names", "-n", "x"],
    ["names", "-n"],
    ["need", "x", "--only", "all"],
    ["need", "x", "-t", "nan"],
    ["plain", "--what"],
    ["--format", "github", "plain"],
    ["names", "--follow=1"],
]


@pytest.mark.parametrize("line", REFUSED, ids=" ".join)
def test_refuses(line: list[str]) -> None:
    assert fast(line, {}) is None
    assert slow(line, {}) is None
