"""The fast parser: a well-formed line becomes a `Call` without loading typer (55 ms CPU).

Whatever it does not understand it declines with None; `explain.py` then reads the same
declarations with typer and says what is wrong. Both must agree on every line that is accepted
here: tests/unit/test_cli_parse.py generates lines and compares.

Rule 1: options may stand anywhere, global ones also before the verb; `--` ends them.
Rule 2: the line wins over the environment; an empty variable counts as not set.
Rule 3: an option that a verb declares itself replaces the global one of the same name.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from paasctl.cli.command import Argument, Call, Command, Option, Value

GLOBALS = (
    Option(("--project-dir", "-C"), "Run as if started in DIR.", Value.TEXT, metavar="DIR"),
    Option(("--app",), "The application meant, where there are several.", Value.TEXT),
    Option(
        ("--format",),
        "How lists are written.",
        Value.TEXT,
        metavar="FORMAT",
        choices=("table", "json", "plain"),
    ),
    Option(("--no-color",), "No colours. NO_COLOR and FORCE_COLOR are obeyed too."),
    Option(("--quiet", "-q"), "Say less; lists print names only."),
    Option(("--verbose", "-v"), "Say more; may be repeated.", many=True),
    Option(("--yes", "-y"), "Answer yes to every question."),
    Option(("--version",), "Print the version."),
)
TRUE = ("1", "true", "t", "yes", "y", "on")
FALSE = ("0", "false", "f", "no", "n", "off")
RESERVED = ("PAASCTL_INSTANCE", "PAASCTL_SHELL", "PAASCTL_VERSION")
"""Variables with another meaning: the marker that every process of ours carries."""


class Scanned(NamedTuple):
    """The words of a line, sorted: each option's values as written, the rest in order."""

    given: dict[str, list[str]]
    words: list[str]
    rest: tuple[str, ...]


def option_name(option: Option) -> str:
    """Return the name under which a value is found in a Call: "--no-color" → "no-color"."""
    return option.names[0].lstrip("-")


def variable_of(option: Option) -> str | None:
    """Return the environment variable that stands for the option, or None."""
    name = "PAASCTL_" + option_name(option).upper().replace("-", "_")
    return None if name in RESERVED else name


def globals_beside(command: Command | None) -> tuple[Option, ...]:
    """Return the global options as they are spelled where the verb's own have taken names."""
    if command is None:
        return GLOBALS
    taken = {name for option in command.options for name in option.names}
    left = []
    for option in GLOBALS:
        if option.names[0] not in taken:
            names = tuple(name for name in option.names if name not in taken)
            left.append(option._replace(names=names))
    return tuple(left)


def verb_position(argv: Sequence[str]) -> int | None:
    """Return where in the line the verb stands; None without one or if options are unclear."""
    table = _table(GLOBALS)
    index = 0
    while index < len(argv):
        word = argv[index]
        if not word.startswith("-") or word == "-":
            return index
        step = _option_words(word, table)
        if step is None:
            return None
        index += step
    return None


def _option_words(word: str, table: Mapping[str, Option]) -> int | None:
    """Return how many words an option takes: 1, or 2 with a value in the next word."""
    if word.startswith("--"):
        name, equals, _ = word.partition("=")
        option = table.get(name)
        if option is None:
            return None
        return 1 if equals or option.value is Value.FLAG else 2
    for at, letter in enumerate(word[1:], 2):
        option = table.get("-" + letter)
        if option is None:
            return None
        if option.value is not Value.FLAG:
            return 2 if at == len(word) else 1
    return 1


def _table(options: Iterable[Option]) -> dict[str, Option]:
    return {name: option for option in options for name in option.names}


def split_rest(command: Command, words: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Divide what follows the verb into the verb's own words and the command line handed on.

    In: exec, ["-q", "queue", "ls", "-l"]   Out: ["-q", "queue"], ("ls", "-l")
    """
    if not command.passthrough:
        return list(words), ()
    table = _table((*command.options, *globals_beside(command)))
    many = any(argument.many for argument in command.arguments)
    expected = len(words) if many else len(command.arguments)
    index = seen = 0
    while index < len(words):
        word = words[index]
        if word == "--":
            return list(words[:index]), tuple(words[index + 1 :])
        if word.startswith("-") and word != "-":
            index += _option_words(word, table) or 1
            continue
        seen += 1
        if seen > expected:
            return list(words[:index]), tuple(words[index:])
        index += 1
    return list(words), ()


def scan(options: Iterable[Option], argv: Sequence[str]) -> Scanned | None:
    """Sort the words of a line by the options declared; None when one is not known."""
    table = _table(options)
    found = Scanned({}, [], ())
    index = 0
    while index < len(argv):
        word = argv[index]
        if word == "--":
            found.words.extend(argv[index + 1 :])
            break
        if not word.startswith("-") or word == "-":
            found.words.append(word)
            index += 1
            continue
        step = _option_words(word, table)
        if step is None or index + step > len(argv):
            return None
        value = argv[index + 1] if step == 2 else None
        if not _record(word, value, table, found.given):
            return None
        index += step
    return found


def _record(
    word: str, value: str | None, table: Mapping[str, Option], given: dict[str, list[str]]
) -> bool:
    """Note the options in one word; False when a flag was given a value."""
    if word.startswith("--"):
        name, equals, inline = word.partition("=")
        option = table[name]
        if option.value is Value.FLAG:
            inline = "1"
            if equals:
                return False
        elif value is not None:
            inline = value
        given.setdefault(option_name(option), []).append(inline)
        return True
    for at, letter in enumerate(word[1:], 2):
        option = table["-" + letter]
        if option.value is not Value.FLAG:
            given.setdefault(option_name(option), []).append(value or word[at:])
            break
        given.setdefault(option_name(option), []).append("1")
    return True


def convert(option: Option, text: str) -> str | int | float:
    """Return the value that `text` stands for; ValueError with a sentence if it is none."""
    match option.value:
        case Value.INTEGER:
            try:
                return int(text)
            except ValueError:
                raise ValueError(f"{text!r} is not a whole number") from None
        case Value.SECONDS:
            try:
                seconds = float(text)
            except ValueError:
                raise ValueError(f"{text!r} is not a number of seconds") from None
            if not 0 <= seconds < 1e9:
                raise ValueError(f"{text!r} is not a possible number of seconds")
            return seconds
        case _:
            if option.choices and text not in option.choices:
                raise ValueError(f"{text!r} is not one of {', '.join(option.choices)}")
            return text


def _value(option: Option, texts: list[str]) -> object:
    if option.value is Value.FLAG:
        return len(texts) if option.many else True
    if option.many:
        return tuple(convert(option, text) for text in texts)
    return convert(option, texts[-1])  # the last one counts; typer does not look at the others


def from_environment(option: Option, environ: Mapping[str, str]) -> list[str]:
    """Return the texts that the option's variable holds; ValueError for an unclear flag."""
    variable = variable_of(option)
    text = environ.get(variable, "") if variable else ""
    if not text:
        return []
    if option.value is not Value.FLAG:
        return text.split() if option.many else [text]
    if option.many:
        return ["1"] * int(text)
    if text.strip().lower() in TRUE:
        return ["1"]
    if text.strip().lower() in FALSE:
        return []
    raise ValueError(f"{variable}={text} is neither yes nor no")


def _bind(arguments: Sequence[Argument], words: list[str]) -> dict[str, object] | None:
    """Give the words to the arguments in order; None if there are too many or too few."""
    values: dict[str, object] = {}
    for argument in arguments:
        if not words:
            if argument.required:
                return None
        elif argument.many:
            values[argument.name] = tuple(words)
            words = []
        else:
            values[argument.name] = words[0]
            words = words[1:]
    return None if words else values


def call_of(values: dict[str, object], command: Command, rest: tuple[str, ...] = ()) -> Call:
    """Put the global options' values where they belong; the verb's own stay in `values`."""
    own = {option_name(option) for option in command.options}
    own.update(argument.name for argument in command.arguments)
    project, app = values.get("project-dir"), values.get("app")
    verbose = values.get("verbose", 0)
    return Call(
        values={name: value for name, value in values.items() if name in own},
        rest=rest,
        project=None if project is None else str(project),
        app=None if app is None else str(app),
        format=str(values.get("format", "table")),
        color=False if values.get("no-color") else None,
        quiet=bool(values.get("quiet")),
        verbose=verbose if isinstance(verbose, int) else 0,
        yes=bool(values.get("yes")),
    )


def parse(
    command: Command, before: Sequence[str], after: Sequence[str], environ: Mapping[str, str]
) -> Call | None:
    """Return the call that the words before and after the verb stand for, or decline.

    The variable of a global option stands for what is missing before the verb, that of the
    verb's own option for what is missing after it.
    """
    options = (*command.options, *globals_beside(command))
    words, rest = split_rest(command, after)
    early, late = scan(GLOBALS, before), scan(options, words)
    if early is None or late is None or early.words:
        return None
    values = _bind(command.arguments, late.words)
    if values is None:
        return None
    try:
        for option in options:
            name = option_name(option)
            first, second = early.given.get(name, []), late.given.get(name, [])
            own = option in command.options
            silent = not second if own else not first
            fallback = from_environment(option, environ) if silent else []
            texts = (first or fallback) + second
            if texts:
                values[name] = _value(option, texts)
    except ValueError:
        return None
    return None if values.get("version") else call_of(values, command, rest)
