"""Start lines: no shell where none is needed, and never a changed meaning."""

import os
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paasctl.model.project import Commands
from paasctl.plan.shellwords import Form, read
from paasctl.plan.startline import start_command

SHELL = "/bin/sh"

WORDS = [
    ("python app.py", ("python", "app.py")),
    ("  python   app.py  ", ("python", "app.py")),
    ("python queue-worker.py\n", ("python", "queue-worker.py")),
    ("sleep infinity", ("sleep", "infinity")),
    ("python -c 'print(1); print(2)'", ("python", "-c", "print(1); print(2)")),
    ('node -e "console.log(1)"', ("node", "-e", "console.log(1)")),
    ("""prog 'a b'"c d"e\\ f""", ("prog", "a bc de f")),
    ("prog ''", ("prog", "")),
    ('prog "a\\"b\\\\c\\d"', ("prog", 'a"b\\c\\d')),
    ("gunicorn \\\n  -b 127.0.0.1:80 \\\n  app", ("gunicorn", "-b", "127.0.0.1:80", "app")),
    ("# the server\npython app.py  # here", ("python", "app.py")),
    ("prog a#b", ("prog", "a#b")),
    ("prog a~ b=1", ("prog", "a~", "b=1")),
    ("env A=1 prog", ("env", "A=1", "prog")),
    ('"A=1" prog', ("A=1", "prog")),
    ("npm run start -- --port=3000", ("npm", "run", "start", "--", "--port=3000")),
    (
        "celery -A proj worker -l info -Q a,b",
        ("celery", "-A", "proj", "worker", "-l", "info", "-Q", "a,b"),
    ),
    ("prog '$PORT' \\$PORT", ("prog", "$PORT", "$PORT")),
    ("prog 'line\nbreak'", ("prog", "line\nbreak")),
]
SIMPLE = [
    (
        "gunicorn -b $PORT project.wsgi:application",
        "exec gunicorn -b $PORT project.wsgi:application",
    ),
    ("gunicorn -b 127.0.0.1:${PORT} x", "exec gunicorn -b 127.0.0.1:${PORT} x"),
    ('prog "$PORT"', 'exec prog "$PORT"'),
    ("A=1 prog", "A=1 exec prog"),
    ("A=1 B='2 3' prog $X\n", "A=1 B='2 3' exec prog $X\n"),
    ("prog *.py", "exec prog *.py"),
    ("prog file?.txt [ab]", "exec prog file?.txt [ab]"),
    ("prog ~/x", "exec prog ~/x"),
    ("prog a=~/x", "exec prog a=~/x"),
    ("~/bin/prog x", "exec ~/bin/prog x"),
    ("./start.sh", "exec ./start.sh"),
    ("bin/prog x", "exec bin/prog x"),
    ("$HOME/bin/prog x", "exec $HOME/bin/prog x"),
    ("prog > out.log 2>&1", "exec prog > out.log 2>&1"),
    ("prog < in.txt", "exec prog < in.txt"),
    ("prog {a,b}", "exec prog {a,b}"),
    ("# why\nprog $X # because", "# why\nexec prog $X # because"),
    ("prog $X\n# the end\n", "exec prog $X\n# the end\n"),
]
SCRIPT = [
    "",
    "# nothing",
    "A=1",
    "a && b",
    "a || b",
    "a; b",
    "a;",
    "a | b",
    "a &",
    "a & b",
    "a\nb",
    "a &\nwait",
    "exec prog x",
    "cd src && ./run",
    "cd src",
    "echo hi",
    "if true; then a; fi",
    "while true; do a; done",
    "{ a; }",
    "(a)",
    "! a",
    "prog $(cat x)",
    "prog `cat x`",
    'prog "$(cat x)"',
    'prog "`cat x`"',
    "prog $((1+1))",
    "prog ${X:-y}",
    'prog "${X:-$(y)}"',
    "cat <<EOF\nx\nEOF",
    "$CMD x",
    '"$CMD" x',
    "> out prog",
    "2>/dev/null prog",
    "prog 'open",
    'prog "open',
    "prog \\",
    ". ./env",
    "export A=1",
    "[ -f x ]",
    "prog &> out",
    "prog >| out",
    "time prog",
    "f() { a; }",
    "case x in y) z;; esac",
    "trap 'x' TERM",
    "*.sh x",
    "prog $'a'",
]


@pytest.mark.parametrize(("line", "words"), WORDS)
def test_a_line_without_shell_syntax_needs_no_shell(line, words):
    assert start_command(Commands(start=line), SHELL, environment_file=False) == words


@pytest.mark.parametrize(("line", "text"), SIMPLE)
def test_a_single_command_takes_the_place_of_its_shell(line, text):
    assert start_command(Commands(start=line), SHELL, environment_file=False) == (SHELL, "-c", text)


@pytest.mark.parametrize("line", SCRIPT)
def test_anything_else_is_left_to_the_shell_unchanged(line):
    assert start_command(Commands(start=line), SHELL, environment_file=False) == (SHELL, "-c", line)


def test_the_preparation_runs_first_in_the_same_shell():
    commands = Commands(start="python app.py", pre_start="export A=1\nmkdir -p x")
    assert start_command(commands, SHELL, environment_file=False) == (
        SHELL, "-c", "export A=1\nmkdir -p x\nexec python app.py",
    )  # fmt: skip


def test_a_function_made_in_the_preparation_is_still_found():
    commands = Commands(start="serve now", pre_start="serve() { echo serving $1; }")
    command = start_command(commands, SHELL, environment_file=False)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "serving now\n"


# No ">": the second run would find the file that the first one wrote.
ALPHABET = st.sampled_from(
    [*"ab =~#$*?[]{}!'\"\\;&|()<`\n\t", "$A", "${A}", "show", "A=1 ", " x", "a\\\n"]
)


@settings(max_examples=150, deadline=None)
@given(tail=st.lists(ALPHABET, max_size=8).map("".join))
def test_what_is_run_without_a_shell_gets_the_words_that_a_shell_would_give(tail, tmp_path_factory):
    """The oracle is the shell itself: `show` prints its arguments, NUL-separated."""
    directory = shown_directory(tmp_path_factory)
    line = "show " + tail
    reading = read(line)
    if reading.form is Form.SCRIPT or "$$" in line:  # $$ is the pid, which differs anyway
        return
    command = start_command(Commands(start=line), SHELL, environment_file=False)
    environment = {"PATH": f"{directory}:/usr/bin:/bin", "A": "1 2", "HOME": "/home/x"}
    runs = [
        subprocess.run(argv, cwd=directory, env=environment, capture_output=True, check=False)
        for argv in (command, (SHELL, "-c", line))
    ]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].returncode == runs[1].returncode


def shown_directory(factory):
    directory = os.path.join(factory.getbasetemp(), "show")
    if not os.path.isdir(directory):
        os.makedirs(directory)
        program = os.path.join(directory, "show")
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nprintf '%s\\000' \"$@\"\n")
        os.chmod(program, 0o755)
    return directory


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("X=1", "1"),
        ("export X=1", "1"),
        ("X=1\nexit 3", "1"),
        ("X=1\nif then", ""),
        ("X=1\n: ${NOPE:?gone}", "1"),
        ("set -e\nX=1\nfalse", "1"),
        ("X=$Y-2", "y-2"),
        ("echo noise; X=1", "1"),
    ],
)
def test_the_environment_file_is_sourced_and_its_failure_stops_nothing(tmp_path, body, seen):
    (tmp_path / ".environment").write_text(body + "\n")
    commands = Commands(start="sh -c 'echo \"got $X\"; exit 5'")
    command = start_command(commands, SHELL, environment_file=True)
    done = subprocess.run(
        command, cwd=tmp_path, env={"PATH": os.defpath, "Y": "y"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 5
    # a shell may run the lines before a syntax error or refuse the file whole
    assert done.stdout in (f"got {seen}\n", "got 1\n")


def test_without_the_file_the_wrapper_only_runs_the_command(tmp_path):
    command = start_command(Commands(start="sh -c 'exit 5'"), SHELL, environment_file=True)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (5, b"")
