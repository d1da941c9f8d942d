"""A project as JSON and back: the records as lists, in the order of their fields."""

from collections.abc import Sequence
from typing import TypeVar, cast

from paasctl.model.position import Position
from paasctl.model.problem import Note, Problem, Severity
from paasctl.model.project import (
    App,
    Commands,
    Cron,
    Hooks,
    Location,
    Mount,
    MountSource,
    Project,
    Relationship,
    Route,
    Rule,
    Runtime,
    Service,
    Settings,
    Upstream,
    Web,
    Worker,
)

Fields = Sequence[object]
_Record = TypeVar("_Record")


def _each(make: type[_Record], value: object) -> tuple[_Record, ...]:
    """Return flat records; our own file, whose format was checked."""
    return tuple(make(*fields) for fields in cast("Sequence[Fields]", value))


def _lists(value: object) -> Sequence[Fields]:
    return cast("Sequence[Fields]", value)


def _mounts(value: object) -> tuple[Mount, ...]:
    mounts = _each(Mount, value)
    return tuple(mount._replace(source=MountSource(mount.source)) for mount in mounts)


def _settings(value: object) -> Settings:
    settings = Settings(*cast("Fields", value))  # type: ignore[arg-type]  # see _each
    return settings._replace(
        relationships=_each(Relationship, settings.relationships),
        mounts=_mounts(settings.mounts),
    )


def _location(fields: Fields) -> Location:
    location = Location(*fields)  # type: ignore[arg-type]  # see _each
    return location._replace(indexes=tuple(location.indexes), rules=_each(Rule, location.rules))


def _web(fields: Fields) -> Web:
    settings, commands, upstream, locations = fields
    return Web(
        _settings(settings),
        Commands(*_strings(commands)),
        Upstream(*cast("Sequence[str]", upstream)),
        tuple(_location(item) for item in _lists(locations)),
    )


def _strings(value: object) -> Sequence[str | None]:
    return cast("Sequence[str | None]", value)


def _worker(fields: Fields) -> Worker:
    name, settings, commands = fields
    return Worker(str(name), _settings(settings), Commands(*_strings(commands)))


def _app(fields: Fields) -> App:
    app = App(*fields)  # type: ignore[arg-type]  # see _each
    return app._replace(
        runtime=Runtime(*app.runtime),
        web=_web(app.web),
        workers=tuple(_worker(item) for item in app.workers),
        hooks=Hooks(*app.hooks),
        crons=_each(Cron, app.crons),
        mounts=_mounts(app.mounts),
    )


def _service(fields: Fields) -> Service:
    service = Service(*fields)  # type: ignore[arg-type]  # see _each
    return service._replace(relationships=_each(Relationship, service.relationships))


def project_from_json(fields: Fields) -> Project:
    """Return the project that `json.loads(json.dumps(project))` stands for."""
    project = Project(*fields)  # type: ignore[arg-type]  # see _each
    return project._replace(
        apps=tuple(_app(item) for item in project.apps),
        services=tuple(_service(item) for item in project.services),
        routes=_each(Route, project.routes),
        files=tuple(project.files),
    )


def problem_from_json(fields: Fields) -> Problem:
    """Return the problem that `json.loads(json.dumps(problem))` stands for."""
    problem = Problem(*fields)  # type: ignore[arg-type]  # see _each
    return problem._replace(
        severity=Severity(problem.severity),
        position=_position(problem.position),
        path=tuple(problem.path),
        notes=tuple(Note(_position(where), message) for where, message in problem.notes),
    )


def _position(value: object) -> Position | None:
    if value is None:
        return None
    file, line, column = cast("tuple[str, int, int]", value)
    return Position(file, line, column)
