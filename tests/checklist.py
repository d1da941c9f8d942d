"""The reliability checklist: what is promised line by line, and which tests show it.

A test says what it shows with `@pytest.mark.checklist(3)`, or `checklist(14, "comment")` where a
line has parts; a whole file with `pytestmark`. tests/unit/test_checklist.py fails when a line or a
part has no test. `python tests/checklist.py` prints the table.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parent


class Line(NamedTuple):
    """One line of the checklist; with parts, each of them needs a test of its own."""

    text: str
    parts: tuple[str, ...] = ()


LINES = {
    1: Line("However it is ended, nothing is left after 20 s, daemons and other sessions too."),
    2: Line("A stop returns within 100 ms of the last process's end, and never before it."),
    3: Line("SIGKILL 15.0 s after SIGTERM and not sooner; who needs 14.5 s ends cleanly."),
    4: Line("SIGTERM reaches a process that SIGSTOP has stopped."),
    5: Line("A second Ctrl-C ends all within a second; a repeating key does not count as one."),
    6: Line("A descendant that holds stdout delays neither stop nor restart."),
    7: Line(
        "10,000 exits leave no zombie; memory and descriptors stay flat over 5,000 restarts."
    ),
    8: Line(
        "Every exit restarts; the delays grow, are cleared by life, are shown, and never end.",
        ("delays", "exits", "countdown"),
    ),
    9: Line("`restart` during a delay starts at once; `stop` cancels the start.",
            ("restart", "stop")),
    10: Line("100 restarts in parallel leave exactly one process."),
    11: Line("What `sv stop` stopped stays stopped.", ("reload", "upgrade", "guardian")),
    12: Line("A start command that goes to the background is found out.", ("read", "run")),
    13: Line("A clock that jumps an hour causes neither a storm nor a freeze."),
    14: Line("A reload restarts what changed and nothing else.", ("worker", "comment", "broken")),
    15: Line("Keys are inherited and overridden as the platform's documents say."),
    16: Line("10,000 mutated manifests: never a traceback, always a place; real ones in 100 ms.",
             ("mutated", "quick")),
    17: Line("The last half line is shown, bytes stay bytes, and an endless line is bounded."),
    18: Line("No output that cannot be written stalls a child or ends the supervisor.",
             ("terminal", "disk full")),
    19: Line("Power that fails during any write leaves state that can be read."),
    20: Line(
        "Two `up` at once: one starts, one joins. Stale files heal; a reused pid is no victim.",
        ("two at once", "stale", "reused pid"),
    ),
    21: Line(
        "It works in odd folders, or says why not.",
        ("spaces", "unicode", "long path", "read-only", "no locks"),
    ),
    22: Line(
        "A child gets the documented environment and nothing else of ours.",
        ("environment", "descriptors", "signals", "directory", "umask", "limits"),
    ),
    23: Line(
        "It works wherever it is called.",
        ("no terminal", "make", "CI", "tmux", "ssh", "no TERM", "pid 1"),
    ),
    24: Line("Another user can neither connect, nor read secrets, nor take our paths before us."),
    25: Line("A million random frames: no crash, no hang, no growth."),
    26: Line("The state machine is a pure function and keeps its laws in any order of events."),
}  # fmt: skip


class Claim(NamedTuple):
    """A test that says it shows a line, or a part of one."""

    number: int
    part: str
    test: str


def claims() -> Iterator[Claim]:
    """Every use of the marker in the tests, read without running them."""
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = str(path.relative_to(TESTS))
        for node in tree.body:
            test = f"{name}::{node.name}" if isinstance(node, ast.FunctionDef) else name
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.checklist":
                    number, *part = (ast.literal_eval(argument) for argument in call.args)
                    yield Claim(number, part[0] if part else "", test)


def table() -> str:
    """The checklist with the tests that show each line."""
    found = list(claims())
    rows = []
    for number, line in LINES.items():
        rows.append(f"{number:2}. {line.text}")
        for part in line.parts or ("",):
            tests = [c.test for c in found if (c.number, c.part) == (number, part)]
            label = f"{part}: " if part else ""
            rows += [f"      {label}{test}" for test in tests or ["no test"]]
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
