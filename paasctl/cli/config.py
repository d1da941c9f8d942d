"""`paasctl config`: what the manifests mean, with everything inherited and filled in."""

import sys
from collections.abc import Mapping, Sequence

from paasctl.cli.command import Call, Command, Option, Value
from paasctl.cli.exits import Exit, Refused
from paasctl.model.problem import Severity
from paasctl.model.project import App, Project, Settings, Worker


def run(call: Call) -> int:
    """Print the effective configuration; 1 if the manifests have errors."""
    from paasctl.cli.running import place_of

    project = effective(place_of(call).root, call.quiet)
    apps = _chosen(project, call.app, call.text("worker"))
    form = call.text("format") or call.format
    if call.flag("origin"):
        from paasctl.cli.config_origin import show

        show(call, {app.name: {worker.name for worker in app.workers} for app in apps}, form)
    elif form in ("json", "yaml"):
        from paasctl.manifest.project_plain import plain_project

        _write(plain_project(project._replace(apps=apps)), form)
    else:
        _table(apps, project, plain=form == "plain")
    return Exit.DONE


def effective(root: str, quiet: bool) -> Project:
    """Load the project in `root`; its problems are said, `quiet` errors only, these refused (1)."""
    from paasctl.manifest.load import load

    loaded = load(root)
    spoken = [p for p in loaded.problems if p.severity is Severity.ERROR or not quiet]
    if spoken:
        from paasctl.cli.problems import render
        from paasctl.cli.talk import talk

        talk(render(spoken, loaded.sources).rstrip("\n"))
    if loaded.project is None:
        raise Refused(Exit.FAILED, "the manifests have errors", "paasctl validate")
    return loaded.project


def _chosen(project: Project, app: str | None, worker: str | None) -> tuple[App, ...]:
    """Return the apps asked for, each with only the worker asked for (spec 08.1)."""
    owner, separator, short = (worker or "").rpartition("--")
    if separator and app is not None and app != owner:
        message = f'App name "{app}" conflicts with worker name "{worker}"'
        raise Refused(Exit.UNKNOWN_NAME, message)
    wanted = owner if separator else app
    apps = [found for found in project.apps if wanted in (None, found.name)]
    if not apps:
        names = ", ".join(found.name for found in project.apps)
        raise Refused(Exit.UNKNOWN_NAME, f"Application not found: {wanted}", f"one of: {names}")
    if worker is None:
        return tuple(apps)
    return _with_worker(apps, short, worker)


def _with_worker(apps: Sequence[App], name: str, asked: str) -> tuple[App, ...]:
    found = [(app, one) for app in apps for one in app.workers if one.name == name]
    if len(found) == 1:
        return (found[0][0]._replace(workers=(found[0][1],)),)
    ids = tuple(f"{app.name}--{one.name}" for app, one in found)
    if found:
        message = f"Ambiguous worker name: {asked} (matches: {', '.join(ids)})"
        raise Refused(Exit.UNKNOWN_NAME, message)
    known = ", ".join(f"{app.name}--{one.name}" for app in apps for one in app.workers)
    raise Refused(Exit.UNKNOWN_NAME, f"Worker not found: {asked}", f"there are: {known or 'none'}")


def _write(content: Mapping[str, object], form: str) -> None:
    if form == "json":
        from paasctl.cli.table import envelope

        sys.stdout.write(envelope(content))
        return
    import json

    import yaml

    data = json.loads(json.dumps({"schema": 1, **content}))  # records as plain lists and maps
    sys.stdout.write(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100))


def _table(apps: Sequence[App], project: Project, plain: bool) -> None:
    """Print one line an instance and a service."""
    from paasctl.cli.colour import width_of
    from paasctl.cli.table import Cell, Column, table
    from paasctl.cli.table import plain as lines

    rows = [row for app in apps for row in _rows(app)]
    rows += [
        (service.name, f"{service.type}:{service.version}", service.size, _mb(service.disk), "", "")
        for service in project.services
    ]
    if plain:
        sys.stdout.write(lines(rows))
        return
    titles = ("NAME", "TYPE", "SIZE", "DISK", "MOUNTS", "RELATIONSHIPS")
    columns = [Column(title, rank) for rank, title in enumerate(titles)]
    cells = [[Cell(text) for text in row] for row in rows]
    sys.stdout.write(table(columns, cells, width_of(1)))


def _rows(app: App) -> list[tuple[str, ...]]:
    kind = f"{app.runtime.name}:{app.runtime.version}"
    rows = [(app.name, kind, *_cells(app.web.settings))]
    return rows + [_worker_row(app.name, kind, worker) for worker in app.workers]


def _worker_row(app: str, kind: str, worker: Worker) -> tuple[str, ...]:
    return (f"{app}--{worker.name}", kind, *_cells(worker.settings))


def _cells(settings: Settings) -> tuple[str, ...]:
    mounts = ", ".join(f"{mount.path} ({mount.source})" for mount in settings.mounts)
    links = ", ".join(
        f"{link.name}→{link.service}:{link.endpoint}" for link in settings.relationships
    )
    return settings.size, _mb(settings.disk), mounts or "-", links or "-"


def _mb(disk: int | None) -> str:
    return "-" if disk is None else f"{disk} MB"


COMMAND = Command(
    "config",
    "Show the effective configuration of every web and worker instance.",
    run,
    options=(
        Option(("--worker", "-w"), "Only this worker.", Value.TEXT, metavar="NAME"),
        Option(
            ("--origin",),
            "Show where each value comes from: its line, inherited, default, and what it replaced.",
        ),
        Option(
            ("--format",),
            "How it is written.",
            Value.TEXT,
            metavar="FORMAT",
            choices=("table", "json", "yaml", "plain"),
        ),
    ),
)
