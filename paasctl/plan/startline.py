"""Turn the shell lines of an instance into an argument vector, with as few processes as possible.

A shell that stays between paasctl and the program costs memory and makes every stop a hop
longer, so a line that needs no shell gets none, and a single command replaces its shell
(decisions 2, "who gets SIGTERM"). Whatever is more than that runs unchanged.
"""

from paasctl.model.project import Commands
from paasctl.plan.shellwords import Form, read

SOURCING = (
    "if [ -f .environment ]; then "
    """trap 'echo "paasctl: .environment failed, going on" >&2; exec "$@"' EXIT; """
    "set -a; . ./.environment >&2; set +a; trap - EXIT; fi; "
    'exec "$@"'
)
"""Spec 03.4: sourced by dash in the app root after all other variables, exported or not, and a
failure of it stops nothing. The shell is left (`exit`, `set -e`, a syntax error) through the trap.
What it prints goes to stderr: it must not mix with what the process writes."""


def start_command(commands: Commands, shell: str, environment_file: bool) -> tuple[str, ...]:
    """Return what runs `commands.pre_start` and then becomes `commands.start`.

    With `environment_file` the app root's `.environment`, if there is one by then, is sourced
    before. `commands.start` must be given.
    """
    assert commands.start is not None
    start = commands.start
    command = _with_preparation(commands.pre_start, start, shell)
    return with_environment_file(command, shell) if environment_file else command


def with_environment_file(command: tuple[str, ...], shell: str) -> tuple[str, ...]:
    """Return `command` behind a shell that sources `.environment` and is replaced by it."""
    return (shell, "-c", SOURCING, shell, *command)


def _with_preparation(before: str | None, start: str, shell: str) -> tuple[str, ...]:
    """Run `before` and `start` in one shell, where there is a `before` (spec 06.1)."""
    reading = read(start)
    if before is None or not before.strip():
        if reading.form is Form.WORDS:
            return reading.words
        return (shell, "-c", _replacing(start, reading.form, reading.start))
    # Functions and aliases of the first part are names that `exec` would not find.
    own_names = "(" in before or "alias" in before
    form = Form.SCRIPT if own_names else reading.form
    return (shell, "-c", f"{before}\n{_replacing(start, form, reading.start)}")


def _replacing(start: str, form: Form, offset: int) -> str:
    """Return the text in which the command takes the place of its shell, where that is safe."""
    if form is Form.SCRIPT:
        return start
    return f"{start[:offset]}exec {start[offset:]}"
