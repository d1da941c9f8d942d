"""A project in the words of a manifest, everything inherited and filled in: `paasctl config`."""

from collections.abc import Mapping, Sequence

from paasctl.model.project import (
    App,
    Commands,
    Cron,
    Location,
    Mount,
    Project,
    Relationship,
    Route,
    Service,
    Settings,
)

Plain = dict[str, object]


def plain_project(project: Project) -> Plain:
    """Return the applications, services and routes by name."""
    return {
        "applications": {app.name: plain_app(app) for app in project.apps},
        "services": {service.name: _service(service) for service in project.services},
        "routes": {route.url: _route(route) for route in project.routes},
    }


def plain_app(app: App) -> Plain:
    """Return an application; `web` and each worker carry their effective keys."""
    return {
        "type": f"{app.runtime.name}:{app.runtime.version}".rstrip(":"),
        "root": app.root,
        "build": {"flavor": app.build_flavor},
        "dependencies": app.dependencies,
        "hooks": app.hooks._asdict(),
        "crons": {cron.name: _cron(cron) for cron in app.crons},
        "variables": app.variables,
        "mounts": plain_mounts(app.mounts),
        "timezone": app.timezone,
        "operations": app.operations,
        "source_operations": app.source_operations,
        "stack": app.stack,
        "runtime": app.php,
        "preflight": app.preflight,
        "web": {
            **plain_settings(app.web.settings),
            "commands": _commands(app.web.commands),
            "upstream": app.web.upstream._asdict(),
            "locations": {place.path: _location(place) for place in app.web.locations},
        },
        "workers": {
            worker.name: {
                **plain_settings(worker.settings),
                "commands": _commands(worker.commands),
            }
            for worker in app.workers
        },
    }


def plain_settings(settings: Settings) -> Plain:
    """Return the instance keys, everything spelled out."""
    return {
        **settings._asdict(),
        "relationships": _relationships(settings.relationships),
        "mounts": plain_mounts(settings.mounts),
    }


def _relationships(links: Sequence[Relationship]) -> Plain:
    return {link.name: {"service": link.service, "endpoint": link.endpoint} for link in links}


def plain_mounts(mounts: Sequence[Mount]) -> Plain:
    """Return mounts by path."""
    return {mount.path: _mount(mount) for mount in mounts}


def _mount(mount: Mount) -> Plain:
    return _given(
        {
            "source": mount.source.value,
            "source_path": mount.source_path,
            "service": mount.service,
        }
    )


def _commands(commands: Commands) -> Plain:
    return _given(commands._asdict())


def _given(values: Mapping[str, object]) -> Plain:
    return {key: value for key, value in values.items() if value is not None}


def _cron(cron: Cron) -> Plain:
    return {
        "spec": cron.spec,
        "commands": _given({"start": cron.start, "stop": cron.stop}),
        "timeout": cron.timeout,
        **_given({"shutdown_timeout": cron.shutdown_timeout}),
    }


def _location(place: Location) -> Plain:
    return {
        "root": place.root,
        "passthru": place.passthru,
        "index": place.indexes,
        "expires": place.expires,
        "allow": place.allow,
        "scripts": place.scripts,
        "headers": place.headers,
        "rules": {rule.pattern: rule.settings for rule in place.rules},
        "request_buffering": place.request_buffering,
    }


def _service(service: Service) -> Plain:
    return {
        "type": f"{service.type}:{service.version}",
        "disk": service.disk,
        "size": service.size,
        "configuration": service.configuration,
        "relationships": _relationships(service.relationships),
    }


def _route(route: Route) -> Plain:
    named = {"type": route.type, "upstream": route.upstream, "to": route.to, "id": route.id}
    return {
        **_given({**named, "primary": route.primary}),
        "attributes": route.attributes,
        **route.settings,
    }
