"""The JSON documents that travel base64-encoded in the environment (spec 05)."""

import json
from binascii import b2a_base64
from collections.abc import Mapping
from typing import NamedTuple

from paasctl.model.json import Json
from paasctl.model.project import App, Commands, Cron, Location, Mount, Settings, Worker
from paasctl.plan.identifiers import worker_id


class Origin(NamedTuple):
    """Where an app's code lies and what it was built from; `slug` names tree and build."""

    app_dir: str
    tree: str
    slug: str


def encoded(document: Json) -> str:
    """Return the JSON text of `document` in standard base64, padded, on one line."""
    return b2a_base64(json.dumps(document, default=dict).encode(), newline=False).decode()


def web_application(app: App, origin: Origin) -> dict[str, Json]:
    """Return PLATFORM_APPLICATION of the web instance (spec 05.3)."""
    return {
        **_shared(app, app.web.settings, origin),
        "name": app.name,
        "web": _web(app),
        "hooks": dict(app.hooks._asdict()),
        "crons": {cron.name: _cron(cron) for cron in app.crons},
        "workers": {worker.name: _worker(worker) for worker in app.workers},
    }


def worker_application(app: App, worker: Worker, origin: Origin) -> dict[str, Json]:
    """Return PLATFORM_APPLICATION of a worker: its own settings, and no web, hooks or crons."""
    return {
        **_shared(app, worker.settings, origin),
        "name": worker_id(app.name, worker.name),
        "app": app.name,
        "worker": _worker(worker),
    }


def build_application(app: App, origin: Origin) -> dict[str, Json]:
    """Return PLATFORM_APPLICATION as the build sees it: without what spec 03.6 lists."""
    return {
        **_built(app, origin),
        "name": app.name,
        "variables": _plain(app.variables),
        "mounts": _mounts(app.mounts),
        "hooks": {"build": app.hooks.build},
        "web": {"mounts": _mounts(app.web.settings.mounts)},
        "workers": {
            worker.name: {"mounts": _mounts(worker.settings.mounts)} for worker in app.workers
        },
        "timezone": app.timezone,
    }


def _built(app: App, origin: Origin) -> dict[str, Json]:
    """Return what every instance and the build have in common: it comes from the build."""
    return {
        "type": f"{app.runtime.name}:{app.runtime.version}",
        "runtime": app.php or {},
        "stack": app.stack or [],
        "preflight": app.preflight or {"enabled": True, "ignored_rules": []},
        "dependencies": _plain(app.dependencies),
        "build": {"flavor": app.build_flavor},
        "source": {"root": app.root or None, "operations": _plain(app.source_operations)},
        "operations": _plain(app.operations),
        "app_dir": origin.app_dir,
        "tree_id": origin.tree,
        "slug_id": origin.slug,
    }


def _shared(app: App, settings: Settings, origin: Origin) -> dict[str, Json]:
    """Return the instance keys (spec 02.4) beside what comes from the build."""
    return {
        **_built(app, origin),
        "size": settings.size,
        "disk": settings.disk,
        "access": dict(settings.access),
        # Q13: objects, as the deployment document of the API has them.
        "relationships": {
            item.name: {"service": item.service, "endpoint": item.endpoint}
            for item in settings.relationships
        },
        "mounts": _mounts(settings.mounts),
        "variables": _plain(settings.variables),
        "timezone": settings.timezone,
        "container_profile": settings.container_profile,
        "resources": settings.resources,
        "firewall": settings.firewall,
        "additional_hosts": dict(settings.additional_hosts),
        "instance_count": None,
    }


def _plain(value: Mapping[str, Json] | Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    return {key: dict(item) if isinstance(item, Mapping) else item for key, item in value.items()}


def _mounts(mounts: tuple[Mount, ...]) -> dict[str, Json]:
    return {mount.path: _mount(mount) for mount in mounts}


def _mount(mount: Mount) -> dict[str, Json]:
    document: dict[str, Json] = {"source": mount.source, "source_path": mount.source_path}
    return document if mount.service is None else {**document, "service": mount.service}


def _web(app: App) -> dict[str, Json]:
    return {
        "commands": _commands(app.web.commands),
        "locations": {item.path: _location(item) for item in app.web.locations},
        "upstream": dict(app.web.upstream._asdict()),
        "move_to_root": False,
    }


def _worker(worker: Worker) -> dict[str, Json]:
    return {"commands": _commands(worker.commands), "disk": worker.settings.disk}


def _commands(commands: Commands) -> dict[str, Json]:
    return dict(commands._asdict())


def _location(location: Location) -> dict[str, Json]:
    document: dict[str, Json] = {
        "root": location.root,
        "passthru": location.passthru,
        "expires": location.expires,
        "allow": location.allow,
        "scripts": location.scripts,
        "headers": dict(location.headers),
        "rules": {rule.pattern: dict(rule.settings) for rule in location.rules},
    }
    if location.indexes:
        document["index"] = list(location.indexes)
    if location.request_buffering is not None:
        document["request_buffering"] = location.request_buffering
    return document


def _cron(cron: Cron) -> dict[str, Json]:
    return {
        "spec": cron.spec,
        "commands": {"start": cron.start, "stop": cron.stop},
        "timeout": cron.timeout,
        "shutdown_timeout": cron.shutdown_timeout,
    }
