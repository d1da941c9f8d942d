"""How a verb declares itself: one file, one COMMAND constant.

The declaration is data, so that a well-formed line is parsed in microseconds (`parse.py`) and
typer is only loaded to explain: help, completion and wrong usage (`explain.py`).
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Value(StrEnum):
    """What an option takes; a FLAG takes nothing."""

    FLAG = "flag"
    TEXT = "text"
    INTEGER = "integer"
    SECONDS = "seconds"


class Option(NamedTuple):
    """An option; the first of `names` is the long one and names the value: "--lines" → "lines".

    `many` options may be repeated. Each option is also read from `PAASCTL_<LONG_NAME>`.
    """

    names: tuple[str, ...]
    help: str
    value: Value = Value.FLAG
    many: bool = False
    metavar: str = ""
    choices: tuple[str, ...] = ()


class Argument(NamedTuple):
    """A positional argument."""

    name: str
    help: str
    many: bool = False
    required: bool = False


class Call(NamedTuple):
    """A parsed command line: the global options and the verb's own values.

    `values` maps an option's or argument's name to a bool (flag), str, int, float, a tuple of
    these (`many`), or is without the name where nothing was given. `rest` is what stood behind
    `--` for verbs that pass a command on.
    """

    values: Mapping[str, object]
    rest: tuple[str, ...] = ()
    project: str | None = None
    app: str | None = None
    format: str = "table"
    color: bool | None = None
    quiet: bool = False
    verbose: int = 0
    yes: bool = False

    def flag(self, name: str) -> bool:
        """Return whether the flag was given."""
        return bool(self.values.get(name, False))

    def text(self, name: str) -> str | None:
        """Return the text given, or None."""
        value = self.values.get(name)
        return None if value is None else str(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all texts given for an option or argument that may be repeated."""
        value = self.values.get(name, ())
        assert isinstance(value, tuple)
        return value

    def number(self, name: str, default: float) -> float:
        """Return the number given, or the default."""
        value = self.values.get(name)
        return float(value) if isinstance(value, int | float) else default


class Command(NamedTuple):
    """A verb. `run` returns the exit code and raises only `Refused`.

    With `passthrough`, the first word that is neither an option nor expected, or what follows
    `--`, starts a command line that is handed on untouched in `Call.rest`.
    """

    name: str
    help: str
    run: Callable[[Call], int]
    options: tuple[Option, ...] = ()
    arguments: tuple[Argument, ...] = ()
    passthrough: bool = False
    hidden: bool = False
