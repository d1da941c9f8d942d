"""What is to run, ready to be executed: the only thing that the engine is told.

The engine gets it as JSON (`plan.json`); both directions live here. Loading it needs no
manifest, no registry and no third-party package.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

FORMAT = 1
GRACE = 15.0
"""Seconds between SIGTERM and SIGKILL (seed 004, "Stopping a worker")."""
SETTLE = 1.0
"""Seconds that a process without a probe has to live to count as ready."""


class Kind(StrEnum):
    """What an instance is for."""

    SERVICE = "service"
    HOOK = "hook"
    WEB = "web"
    WORKER = "worker"
    CRON = "cron"
    ROUTER = "router"


class Stage:
    """The order of a deployment (spec 10.5): a stage starts when the ones before it are done.

    "Done" is: a service is ready, a hook has ended. Stopping goes the other way round.
    """

    PREPARE = 0  # services and the build hook, side by side: neither sees the other
    DEPLOY = 1
    RUN = 2
    POST_DEPLOY = 3


class Stamp(NamedTuple):
    """A file that records that a run-once instance ended well, so that it is not run again."""

    path: str
    text: str


class Terminal(NamedTuple):
    """A terminal for an instance: what gives it one, and the socket at which it is visited."""

    prefix: tuple[str, ...]
    socket: str


class InstanceSpec(NamedTuple):
    """One process to keep alive (or to run once).

    `enclosure` is an argument vector that ends in exec-ing what follows it (a mount
    namespace); `enclosure + command` is executed, behind the prefix of `terminal` if it has one.
    A name without a slash is looked up in `env["PATH"]` when it is started. `listen` is
    "tcp:HOST:PORT" or "unix:PATH": ready when a connection is accepted. `probe` is a command that
    exits 0 as soon as the instance is ready. With neither, the instance is ready after `settle`
    seconds of life. `log` is a file name inside the run directory's `log/`. `vital` stops the
    deployment when a run-once fails.
    """

    id: str
    kind: Kind
    name: str
    command: tuple[str, ...]
    cwd: str
    env: Mapping[str, str]
    log: str
    stage: int
    app: str | None = None
    enclosure: tuple[str, ...] = ()
    once: bool = False
    vital: bool = False
    stamp: Stamp | None = None
    port: int | None = None
    listen: str | None = None
    probe: tuple[str, ...] = ()
    settle: float = SETTLE
    grace: float = GRACE
    stop_signal: int = 15
    fingerprint: str = ""
    terminal: Terminal | None = None


class LogLimits(NamedTuple):
    """What of each log is kept: the last `size` bytes, as far as younger than `age` seconds.

    0 is no limit.
    """

    size: int = 256 * 1024 * 1024
    age: float = 30 * 86400.0


class Plan(NamedTuple):
    """All instances of a project, in the order in which people want to see them."""

    project: str
    root: str
    instances: tuple[InstanceSpec, ...]
    urls: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    logs: LogLimits = LogLimits()


class File(NamedTuple):
    """A file that has to be in place before the plan runs."""

    path: str
    text: str
    mode: int = 0o600


class Link(NamedTuple):
    """A symbolic link that stands in for a mount where mount namespaces are refused."""

    path: str
    target: str


class Layout(NamedTuple):
    """What has to lie on disk before the plan runs; absolute paths. Existing directories stay."""

    directories: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    links: tuple[Link, ...] = ()


def plan_to_json(plan: Plan) -> dict[str, object]:
    """Return the JSON object of a plan: plain lists, strings and numbers, sorted by nothing."""
    return {
        "format": FORMAT,
        "project": plan.project,
        "root": plan.root,
        "instances": [spec._asdict() for spec in plan.instances],
        "urls": plan.urls,
        "warnings": plan.warnings,
        "logs": plan.logs,
    }


def plan_text(plan: Plan) -> str:
    """Return the JSON text of a plan, laid out so that each instance is a line of its own.

    The engine so finds one instance again without reading the whole.
    """
    head = plan_to_json(plan._replace(instances=()))
    del head["instances"]
    start = json.dumps(head)[:-1]
    lines = ",\n".join(json.dumps(spec._asdict()) for spec in plan.instances)
    return f'{start}, "instances": [\n{lines}\n]}}\n'


def spec_from_json(data: dict[str, object]) -> InstanceSpec:
    """Return the spec that `data`, one element of "instances", describes."""
    stamp, terminal = data["stamp"], data.get("terminal")
    spec = InstanceSpec(**data)  # type: ignore[arg-type]  # our own file, format checked
    return spec._replace(
        kind=Kind(spec.kind),
        command=tuple(spec.command),
        enclosure=tuple(spec.enclosure),
        probe=tuple(spec.probe),
        stamp=Stamp(*stamp) if isinstance(stamp, list | tuple) else None,
        terminal=(
            Terminal(tuple(terminal[0]), terminal[1])
            if isinstance(terminal, list | tuple)
            else None
        ),
    )


def plan_from_json(data: object) -> Plan:
    """Return the plan that `data` describes; ValueError if its format is a newer one."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError("it is none, or was written by another version of paasctl")
    instances = data["instances"]
    urls = data["urls"]
    warnings = data["warnings"]
    assert isinstance(instances, list)
    assert isinstance(urls, list | tuple)
    assert isinstance(warnings, list | tuple)
    return Plan(
        project=str(data["project"]),
        root=str(data["root"]),
        instances=tuple(spec_from_json(item) for item in instances),
        urls=tuple((name, url) for name, url in urls),
        warnings=tuple(warnings),
        logs=LogLimits(*data.get("logs", ())),
    )
