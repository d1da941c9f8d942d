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
    """The options of an `up` line; `scale` in the order given, `build` as model.host names it.

    `kept` is the scale of earlier lines, which holds until somebody asks for another.
    `services` are URLs of servers that run elsewhere; there may be passwords in them.
    """

    port: int | None = None
    isolate: bool = False
    scale: tuple[tuple[str, int], ...] = ()
    build: str = "when-due"
    logs: LogLimits = LogLimits()
    services: tuple[tuple[str, str], ...] = ()
    kept: tuple[tuple[str, int], ...] = ()
    tty: tuple[str, ...] = ()

    def copies(self) -> tuple[tuple[str, int], ...]:
        """Return how many copies of each worker are wanted; of two that speak of it, the last.

        A short name means the worker in every app, so it takes the place of all full ones.
        """
        found: dict[str, int] = {}
        for name, count in (*self.kept, *self.scale):
            for older in [old for old in found if old == name or old.endswith(f"--{name}")]:
                del found[older]
            found[name] = count
        return tuple(found.items())

    def options(self, held: frozenset[int] = frozenset()) -> "Options":
        """Return what the plan takes; `held` are ports of instances that run already."""
        from paasctl.model.host import BuildWish, Options

        return Options(
            port=self.port,
            held=held,
            isolate=self.isolate,
            scale=dict(self.scale),
            kept_scale=dict(self.kept),
            build=BuildWish(self.build),
            logs=self.logs,
            terminals=self.tty,
            services=dict(self.services),
        )


def wish_of(call: Call, before: Wish) -> Wish:
    """Return what an `up` line asks for, and the scale of `before`; Refused (2) for a bad one."""
    build = "when-due"
    if call.flag("build"):
        build = "always"
    if call.flag("no-build"):
        build = "never"
    port = call.values.get("port")
    return Wish(
        port=port if isinstance(port, int) else None,
        isolate=call.flag("isolate"),
        scale=tuple(scale_of(text, f"--scale {text}") for text in call.texts("scale")),
        build=build,
        logs=LogLimits(_size(call.text("log-size")), _age(call.text("log-age"))),
        kept=before.kept,
        tty=call.texts("tty"),
        services=tuple(_service(text) for text in call.texts("service")),
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


def scale_of(text: str, written: str) -> tuple[str, int]:
    """Return the worker and the number in "queue=3"; Refused (2) with the text as `written`."""
    name, equals, number = text.partition("=")
    if not (name and equals and number.isdecimal() and len(number) < len("10000")):
        raise Refused(Exit.USAGE, f"{written} is no scale", fix="write it like queue=3")
    return name, int(number)


def _service(text: str) -> tuple[str, str]:
    name, equals, url = text.partition("=")
    if not (name and equals and url):
        # The text itself is not repeated: it may be a URL with a password in it.
        message = "--service wants the name of a service and a URL"
        raise Refused(Exit.USAGE, message, fix="write it like --service db=mysql://HOST:3306/main")
    return name, url


def elsewhere(wish: Wish) -> tuple[tuple[str, str], ...]:
    """Return the services that run elsewhere and their addresses, without logins, for showing."""
    if not wish.services:
        return ()
    from paasctl.services.external import address_of

    return tuple((name, address_of(url)) for name, url in dict(wish.services).items())


def remember(place: Place, wish: Wish) -> None:
    """Keep what later commands have to plan with, in a file that only the user can read."""
    kept = {
        "port": wish.port,
        "isolate": wish.isolate,
        "scale": wish.copies(),
        "logs": wish.logs,
        "tty": wish.tty,
        "services": wish.services,
    }
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
            kept=scale,
            logs=LogLimits(*kept.get("logs", ())),
            tty=tuple(map(str, kept.get("tty", ()))),
            services=tuple((str(name), str(url)) for name, url in kept.get("services", ())),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Wish()
