"""What `up` was asked for beyond the manifests, kept so that `restart` plans the same way."""

import json
from typing import TYPE_CHECKING, NamedTuple

from paasctl.cli.command import Call
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import Place
from paasctl.model.plan import LogLimits
from paasctl.supervise.rundir import replace

if TYPE_CHECKING:
    from paasctl.model.host import Options

FILE = "options.json"
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class Wish(NamedTuple):
    """The options of an `up` line; `scale` in the order given, `build` as model.host names it."""

    port: int | None = None
    isolate: bool = False
    scale: tuple[tuple[str, int], ...] = ()
    build: str = "when-due"
    logs: LogLimits = LogLimits()

    def options(self, held: frozenset[int] = frozenset()) -> "Options":
        """Return what the plan takes; `held` are ports of instances that run already."""
        from paasctl.model.host import BuildWish, Options

        return Options(
            port=self.port,
            held=held,
            isolate=self.isolate,
            scale=dict(self.scale),
            build=BuildWish(self.build),
            logs=self.logs,
        )


def wish_of(call: Call) -> Wish:
    """Return what an `up` line asks for; Refused (2) for a scale or a limit that is none."""
    build = "when-due"
    if call.flag("build"):
        build = "always"
    if call.flag("no-build"):
        build = "never"
    port = call.values.get("port")
    return Wish(
        port=port if isinstance(port, int) else None,
        isolate=call.flag("isolate"),
        scale=tuple(_scale(text) for text in call.texts("scale")),
        build=build,
        logs=LogLimits(_size(call.text("log-size")), _age(call.text("log-age"))),
    )


def _size(text: str | None) -> int:
    """Return the bytes that a text like 256M means; 0 is no limit."""
    if text is None:
        return LogLimits().size
    number, unit = text.upper().removesuffix("B").removesuffix("I"), 1
    if number[-1:] in _UNITS:
        number, unit = number[:-1], _UNITS[number[-1]]
    if not (number.isdecimal() and number.isascii()):
        raise Refused(Exit.USAGE, f"--log-size {text}", fix="write it like 256M or 2G; 0: no limit")
    return int(number) * unit


def _age(text: str | None) -> float:
    if text is None:
        return LogLimits().age
    if text == "0":
        return 0.0
    from paasctl.cli.when import span

    return span("--log-age", text)


def _scale(text: str) -> tuple[str, int]:
    name, equals, number = text.partition("=")
    if not (name and equals and number.isdecimal()):
        raise Refused(Exit.USAGE, f"--scale {text}", fix="write it like --scale queue=3")
    return name, int(number)


def remember(place: Place, wish: Wish) -> None:
    """Keep what later commands have to plan with."""
    kept = {"port": wish.port, "isolate": wish.isolate, "scale": wish.scale, "logs": wish.logs}
    replace(place.file(FILE), json.dumps(kept))


def remembered(place: Place) -> Wish:
    """Return what the last `up` was asked for; without one, the defaults."""
    try:
        with open(place.file(FILE), encoding="utf-8") as file:
            kept = json.load(file)
        scale = tuple((str(name), int(number)) for name, number in kept["scale"])
        return Wish(
            port=kept["port"],
            isolate=bool(kept["isolate"]),
            scale=scale,
            logs=LogLimits(*kept.get("logs", ())),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Wish()
