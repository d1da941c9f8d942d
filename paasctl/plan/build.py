"""A project and the facts of this machine become a plan and what has to lie on disk for it."""

from collections.abc import Iterable, Iterator
from itertools import chain
from posixpath import dirname

from paasctl.model.host import AppFacts, Built, HostFacts, Namespaces
from paasctl.model.plan import File, InstanceSpec, Kind, Layout, Plan
from paasctl.model.project import App, Project
from paasctl.plan.buildid import build_of
from paasctl.plan.buildsteps import uninstalled
from paasctl.plan.circumstances import Circumstances, environment_name
from paasctl.plan.externals import external_items
from paasctl.plan.fingerprint import with_fingerprint
from paasctl.plan.hooks import app_hooks, as_due
from paasctl.plan.instances import app_instances, mounted, short_names
from paasctl.plan.mounts import Mounted
from paasctl.plan.mounts import links as mount_links
from paasctl.plan.relationships import (
    Item,
    app_endpoint,
    endpoint_item,
    left_out,
    links,
)
from paasctl.plan.routes import app_urls, platform_routes
from paasctl.plan.servers import Server, items, missing_services, servers, started
from paasctl.plan.variables import unusable_names

ORDER = (Kind.WEB, Kind.WORKER, Kind.SERVICE, Kind.ROUTER, Kind.CRON, Kind.HOOK)
"""How people want to see instances: what they wrote first, the helpers after it."""

NO_FACTS = AppFacts()


def build(project: Project, facts: HostFacts) -> Built:
    """Return the plan for `project` on the machine that `facts` describes.

    A service that cannot run here is listed in `missing` and has no instance; relationships to
    it are absent from the environments. Never raises for anything that the user wrote.
    """
    found = servers(project, facts)
    on = Circumstances(
        project,
        facts,
        items=_items(project, facts, found),
        routes=platform_routes(project, facts.ports),
        builds={
            app.name: build_of(app, facts.apps.get(app.name, NO_FACTS)) for app in project.apps
        },
    )
    running = tuple(started(on, server) for server in found)
    hooks = tuple(chain.from_iterable(app_hooks(on, app) for app in project.apps))
    apps = chain.from_iterable(app_instances(on, app) for app in project.apps)
    specs = [with_fingerprint(spec) for spec in (*apps, *(hook.spec for hook in hooks))]
    specs += [server.spec for server in running]
    mounts = tuple(chain.from_iterable(mounted(on, app) for app in project.apps))
    directories = chain.from_iterable(server.directories for server in running)
    files = chain.from_iterable(server.files for server in running)
    layout, shared = _layout(on, mounts, directories, files)
    return Built(
        plan=Plan(
            project=facts.identity.project,
            root=project.root,
            instances=short_names(_sorted(specs)),
            urls=app_urls(project, facts.ports),
            warnings=(*facts.warnings, *_warnings(on), *_differences(found), *shared),
            logs=facts.logs,
        ),
        layout=layout,
        missing=missing_services(project, facts),
        due=tuple(as_due(hook) for hook in hooks if hook.reason),
    )


def _items(
    project: Project, facts: HostFacts, found: tuple[Server, ...]
) -> dict[tuple[str, str], Item]:
    """Return the relationship items of all services and of all apps that listen on a port."""
    branch = facts.git.branch or "main"
    cluster = f"{facts.identity.project}-{environment_name(branch)}"
    linked = tuple(links(project))
    result = {
        **items(found, cluster, linked),
        **external_items(project.services, facts, cluster, linked),
    }
    listening = dict(app_urls(project, facts.ports))
    for app in project.apps:
        if app.name in listening:
            declared = f"{app.runtime.name}:{app.runtime.version}"
            endpoint = app_endpoint(facts.ports[app.name])
            item = endpoint_item(endpoint, app.name, declared, cluster)
            # `php` is the old name of the endpoint `http` (spec 02.6)
            result |= {(app.name, "http"): item, (app.name, "php"): {**item, "rel": "php"}}
    return result


def _sorted(specs: Iterable[InstanceSpec]) -> tuple[InstanceSpec, ...]:
    return tuple(sorted(specs, key=lambda spec: ORDER.index(spec.kind)))


def _layout(
    on: Circumstances,
    mounts: tuple[Mounted, ...],
    directories: Iterable[str],
    files: Iterable[File],
) -> tuple[Layout, tuple[str, ...]]:
    """Return what has to lie on disk, and the warnings about shared mounts."""
    bound = tuple(chain.from_iterable(instance.bindings for instance in mounts))
    needed = [on.facts.scratch, *(on.state(name) for name in ("cache", "builds", "deploys"))]
    needed += [*directories, *(item.store for item in bound)]
    files = (File(on.state(".gitignore"), "*\n", 0o644), *files)
    if on.facts.namespaces is Namespaces.NONE:
        made, warnings = mount_links(mounts)
        needed += [dirname(link.path) for link in made]
        return Layout(_unique(needed), files, made), warnings
    needed += [item.path for item in bound]
    return Layout(_unique(needed), files), ()


def _unique(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paths))


def _warnings(on: Circumstances) -> tuple[str, ...]:
    """Return what differs from the platform, one sentence each."""
    found: list[str] = []
    if on.facts.isolate and on.facts.namespaces is Namespaces.NONE:
        found.append("--isolate has no effect: this machine refuses mount namespaces")
    for app in on.project.apps:
        found += _app_warnings(on, app)
    return (*found, *left_out(on.project, on.items))


def _differences(found: tuple[Server, ...]) -> Iterator[str]:
    """Yield a sentence for each server that is not the one of the manifest (decisions 4)."""
    if found:
        from paasctl.services.difference import difference

        for server in found:
            sentence = difference(server.service, server.request.provider)
            if sentence:
                yield sentence


def _app_warnings(on: Circumstances, app: App) -> list[str]:
    toolchain = on.app(app).toolchain
    found = [toolchain.warning] if toolchain.warning else []
    found += [
        f'app "{app.name}": dependencies.{manager} is not installed here; '
        "what your machine has is used"
        for manager in uninstalled(app)
    ]
    instances = {app.name: app.web.settings, **{w.name: w.settings for w in app.workers}}
    found += [
        f'variables.env.{name} of "{instance}" is not set: no shell can read that name'
        for instance, settings in instances.items()
        for name in unusable_names(settings.variables)
    ]
    commands = {app.name: app.web.commands, **{w.name: w.commands for w in app.workers}}
    found += [
        f'post_start of "{instance}" does not run here yet'
        for instance, lines in commands.items()
        if (lines.post_start or "").strip()
    ]
    return found
