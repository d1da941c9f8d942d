"""Checked sections → the records of a project. Total: what the schema let through fits.

Defaults: spec 02.1 (app), 06 (web), 07 (routes), 09 (crons), 11 (mounts).
"""

from collections.abc import Mapping
from typing import Final

from paasctl.manifest.bind_web import bind_web
from paasctl.manifest.document import Data
from paasctl.manifest.flavour import Section
from paasctl.manifest.inherit import Effective, effective
from paasctl.manifest.plain import as_map, as_maps, as_number, as_text, as_texts
from paasctl.manifest.references import Names, mount_path, service_type, target
from paasctl.model.project import (
    App,
    Commands,
    Cron,
    Hooks,
    Mount,
    MountSource,
    Relationship,
    Route,
    Runtime,
    Service,
    Settings,
    Worker,
)

_SOURCES: Final = {source.value: source for source in MountSource} | {"temporary": MountSource.TMP}
_ACCESS: Final = {"ssh": "contributor"}
_ROUTER_KEYS: Final = ("cache", "redirects", "ssi", "tls", "sticky")


def bind_app(section: Section, names: Names) -> App:
    """Return the app with its web instance and its workers."""
    data = as_map(section.data)
    kind, version = service_type(section)
    build = as_map(data.get("build"))
    hooks = as_map(data.get("hooks"))
    source = as_map(data.get("source"))
    return App(
        name=section.name,
        runtime=Runtime(kind or "composable", version),
        root=section.root,
        web=bind_web(
            data, primary_runtime(data, kind), bind_settings(effective(data, ("web",)), names)
        ),
        workers=tuple(
            Worker(
                name,
                bind_settings(effective(data, ("workers", name)), names),
                bind_commands(as_map(worker).get("commands")),
            )
            for name, worker in as_map(data.get("workers")).items()
        ),
        hooks=Hooks(*(as_text(hooks.get(name)) for name in Hooks._fields)),
        crons=tuple(bind_cron(name, as_map(c)) for name, c in as_map(data.get("crons")).items()),
        variables=as_maps(data.get("variables")),
        mounts=bind_mounts(data.get("mounts")),
        build_flavor=as_text(build.get("flavor")),
        dependencies=as_map(data.get("dependencies")),
        timezone=as_text(data.get("timezone")),
        stack=data.get("stack"),
        operations=as_map(data.get("operations")),
        source_operations=as_map(source.get("operations")),
        php=data.get("runtime"),
        preflight=data.get("preflight"),
    )


def primary_runtime(app: Mapping[str, Data], kind: str) -> str:
    """Return the runtime that web's defaults follow: of a stack, the first one (spec 10.9)."""
    if kind not in ("", "composable"):
        return kind
    stack = app.get("stack")
    listed = as_map(stack).get("runtimes") if isinstance(stack, dict) else stack
    for item in listed if isinstance(listed, list) else ():
        name = next(iter(item), "") if isinstance(item, dict) else str(item)
        if isinstance(stack, dict) or "@" in name:
            return name.partition("@")[0]
    return kind


def bind_settings(instance: Effective, names: Names) -> Settings:
    """Return the instance keys, with the default for every key that is nowhere or null (Q6)."""
    values = instance.values
    access = as_texts(values.get("access"))
    return Settings(
        size=as_text(values.get("size")) or "AUTO",
        disk=as_number(values.get("disk")),
        relationships=bind_relationships(values.get("relationships"), names),
        mounts=bind_mounts(values.get("mounts")),
        variables=as_maps(values.get("variables")),
        access=access or _ACCESS,
        timezone=as_text(values.get("timezone")),
        container_profile=as_text(values.get("container_profile")),
        resources=values.get("resources"),
        firewall=values.get("firewall"),
        additional_hosts=as_texts(values.get("additional_hosts")),
    )


def bind_relationships(value: Data, names: Names) -> tuple[Relationship, ...]:
    """Return the links in the order written; an endpoint that nobody knows is ""."""
    links = []
    for name, link in as_map(value).items():
        service, endpoint = target(name, link)
        if endpoint is None:
            endpoint = names.default_endpoint(service) or ""
        links.append(Relationship(name, service, endpoint))
    return tuple(links)


def bind_mounts(value: Data) -> tuple[Mount, ...]:
    """Return the mounts; the old form 'shared:files/x' is a local one (spec 11.3)."""
    mounts = []
    for key, mount in as_map(value).items():
        path = mount_path(key)
        if isinstance(mount, str):
            files = mount.removeprefix("shared:files").strip("/")
            mounts.append(Mount(path, MountSource.LOCAL, files))
            continue
        given = as_map(mount)
        inside = as_text(given.get("source_path"))
        mounts.append(
            Mount(
                path,
                _SOURCES[as_text(given.get("source")) or "local"],
                path if inside is None else inside.strip("/"),
                as_text(given.get("service")),
            )
        )
    return tuple(mounts)


def bind_commands(value: Data) -> Commands:
    """Return the shell lines of an instance."""
    given = as_map(value)
    return Commands(*(as_text(given.get(name)) for name in Commands._fields))


def bind_cron(name: str, data: Mapping[str, Data]) -> Cron:
    """Return a cron; `cmd` is the former spelling of `commands.start` (spec 09.1)."""
    commands = as_map(data.get("commands"))
    timeout = as_number(data.get("timeout"))
    return Cron(
        name=name,
        spec=as_text(data.get("spec")) or "",
        start=as_text(commands.get("start")) or as_text(data.get("cmd")) or "",
        stop=as_text(commands.get("stop")),
        timeout=86400 if timeout is None else timeout,
        shutdown_timeout=as_number(data.get("shutdown_timeout")),
    )


def bind_service(section: Section, names: Names) -> Service:
    """Return a service."""
    data = as_map(section.data)
    kind, version = service_type(section)
    return Service(
        name=section.name,
        type=kind,
        version=version,
        disk=as_number(data.get("disk")),
        size=as_text(data.get("size")) or "AUTO",
        configuration=as_map(data.get("configuration")),
        relationships=bind_relationships(data.get("relationships"), names),
    )


def bind_route(section: Section) -> Route:
    """Return a route; what only the router reads stays as it is written."""
    data = as_map(section.data)
    primary = data.get("primary")
    return Route(
        url=section.name,
        type=as_text(data.get("type")) or "upstream",
        upstream=as_text(data.get("upstream")),
        to=as_text(data.get("to")),
        id=as_text(data.get("id")),
        primary=primary if isinstance(primary, bool) else None,
        attributes=as_texts(data.get("attributes")),
        settings={key: data[key] for key in _ROUTER_KEYS if key in data},
    )
