"""The slow parser: typer over the same declarations, for help, completion and wrong usage.

Only loaded when the fast parser declined. It never runs a verb: it returns the call, so that
there is one place that runs verbs and answers for their failures.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, NamedTuple

import typer

import paasctl
import paasctl.cli
from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.parse import (
    GLOBALS,
    call_of,
    convert,
    globals_beside,
    option_name,
    split_rest,
    variable_of,
    verb_position,
)

ABOUT = "Run Platform.sh, Upsun and OVHcloud Web PaaS projects on your own machine."


class Read(NamedTuple):
    """What typer made of a line: a verb to run, or the exit code after it has spoken."""

    command: Command | None
    call: Call | None
    code: int


def commands() -> Iterable[Command]:
    """Yield every verb: each module of this room that declares a COMMAND."""
    for found in pkgutil.iter_modules(paasctl.cli.__path__):
        module = importlib.import_module(f"paasctl.cli.{found.name}")
        command = getattr(module, "COMMAND", None)
        if isinstance(command, Command):
            yield command


def read(argv: Sequence[str], aliases: Mapping[str, str]) -> Read:
    """Let typer read the line; what it has to say goes to standard output or error."""
    at = verb_position(argv)
    words = list(argv)
    if at is not None:
        words[at] = aliases.get(words[at], words[at])
    result: list[tuple[Command, Call]] = []
    app = typer.Typer(
        name="paasctl",
        help=ABOUT,
        rich_markup_mode=None,
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    early: dict[str, object] = {}
    _add_globals(app, early)
    for command in commands():
        rest: tuple[str, ...] = ()
        if at is not None and command.name == words[at]:
            head, rest = split_rest(command, words[at + 1 :])
            words[at + 1 :] = head
        _add(app, command, early, rest, result)
    try:
        typer.main.get_command(app).main(args=words or ["--help"], prog_name="paasctl")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
        if result and not code:
            return Read(result[0][0], result[0][1], 0)
        return Read(None, None, code)
    return Read(None, None, 0)


def _add_globals(app: typer.Typer, early: dict[str, object]) -> None:
    """Declare the global options in front of the verb; `early` receives their values."""

    def group(**values: object) -> None:
        early.update(_given(GLOBALS, (), values))
        if early.get("version"):
            typer.echo(f"paasctl {paasctl.__version__}")
            raise typer.Exit

    parameters = [
        _option(option._replace(choices=()) if option.names[0] == "--format" else option, True)
        for option in GLOBALS
    ]
    app.callback()(_shaped(group, parameters))


def _add(
    app: typer.Typer,
    command: Command,
    early: dict[str, object],
    rest: tuple[str, ...],
    result: list[tuple[Command, Call]],
) -> None:
    """Declare one verb; `result` receives the call when the line is right."""
    shared = globals_beside(command)
    own = {option_name(option) for option in command.options}
    options = (*command.options, *shared)

    def verb(**values: object) -> None:
        late = _given(options, command.arguments, values)
        if late.get("version"):
            typer.echo(f"paasctl {paasctl.__version__}")
            raise typer.Exit
        merged = _merged(options, early, late)
        result.append((command, call_of(merged, command, rest)))

    parameters = [_argument(argument) for argument in command.arguments]
    for option in options:
        parameters.append(_option(option, option_name(option) in own))
    about = command.help
    if command.passthrough:
        about += "\n\nWhat follows -- is the command; its own options need the -- in front."
    app.command(command.name, help=about, hidden=command.hidden)(_shaped(verb, parameters))


def _merged(
    options: Iterable[Option], early: Mapping[str, object], late: Mapping[str, object]
) -> dict[str, object]:
    """Join what stood before and after the verb; what stood after wins, counts add up."""
    merged = {name: value for name, value in early.items() if name != "version"}
    for option in options:
        name = option_name(option)
        before, after = merged.get(name), late.get(name)
        if isinstance(before, int) and isinstance(after, int) and option.many:
            merged[name] = before + after
        elif after is not None:
            merged[name] = after
        elif isinstance(before, str):
            merged[name] = _checked(option, before)
    merged.update({name: value for name, value in late.items() if name not in merged})
    return merged


def _checked(option: Option, text: str) -> object:
    try:
        return convert(option, text)
    except ValueError as wrong:
        raise typer.BadParameter(f"{wrong} (for {option.names[0]})") from None


def _given(
    options: Iterable[Option], arguments: Iterable[Argument], values: Mapping[str, object]
) -> dict[str, object]:
    """Translate typer's parameters: leave out what was not given, lists become tuples."""
    found: dict[str, object] = {}
    flags = {option_name(option) for option in options if option.value is Value.FLAG}
    names = [option_name(option) for option in options]
    names += [argument.name for argument in arguments]
    for name in names:
        value = values.get(_identifier(name))
        if isinstance(value, list | tuple):
            value = tuple(value) or None
        if value is not None and (value or name not in flags):
            found[name] = value
    return found


def _identifier(name: str) -> str:
    return "_" + name.replace("-", "_")


def _shaped(
    function: Callable[..., None], parameters: list[inspect.Parameter]
) -> Callable[..., None]:
    """Give the function the signature that typer reads options from."""
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer asks inspect
    function.__annotations__ = {item.name: item.annotation for item in parameters}
    return function


def _parameter(name: str, annotation: object, default: object) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(_identifier(name), kind, default=default, annotation=annotation)


def _argument(argument: Argument) -> inspect.Parameter:
    shown = argument.name.upper()
    info = typer.Argument(help=argument.help, metavar=shown, show_default=False)
    kind: object = list[str] if argument.many else str
    default = inspect.Parameter.empty if argument.required else None
    return _parameter(argument.name, Annotated[kind, info], default)


def _option(option: Option, with_variable: bool) -> inspect.Parameter:
    """Return the parameter for an option; the environment is asked at one place only."""
    variable = variable_of(option) if with_variable else None
    name = option_name(option)
    if option.value is Value.FLAG:
        info = typer.Option(
            *option.names, help=option.help, envvar=variable, count=option.many, show_envvar=False
        )
        if option.many:
            return _parameter(name, Annotated[int, info], 0)
        return _parameter(name, Annotated[bool, info], False)

    def parser(text: object) -> object:
        return _checked(option, str(text))

    info = typer.Option(
        *option.names,
        help=option.help + (f" One of: {', '.join(option.choices)}." if option.choices else ""),
        envvar=variable,
        parser=parser,
        metavar=option.metavar or name.upper(),
        show_default=False,
        show_envvar=False,
    )
    if option.many:
        return _parameter(name, Annotated[list[str] | None, info], None)
    return _parameter(name, Annotated[str | None, info], None)
