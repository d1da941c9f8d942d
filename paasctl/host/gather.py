"""Everything that a plan needs to know of this machine, found out in one go."""

import os
from collections.abc import Iterable, Mapping
from os.path import expanduser, isdir, isfile, join

from paasctl.host.appfiles import app_facts
from paasctl.host.credentials import project_secret, secrets_of
from paasctl.host.identity import identity
from paasctl.host.interpreters import toolchain
from paasctl.host.machinecache import MachineCache
from paasctl.host.namespaces import namespaces
from paasctl.host.obstacle import Cause, Obstacle
from paasctl.host.ports import assign
from paasctl.host.programs import search_path, tools
from paasctl.host.repository import git_facts
from paasctl.host.scratch import scratch_directory
from paasctl.host.serverfacts import server_facts
from paasctl.model.host import AppFacts, HostFacts, Namespaces, Options, ServiceFacts
from paasctl.model.project import Project
from paasctl.model.service import External
from paasctl.plan.identifiers import replicas, worker_id
from paasctl.plan.ports import wanted, web_apps

# What a build may take over from the caller: how to reach package registries, nothing else.
NETWORK = (
    "http_proxy", "https_proxy", "no_proxy", "all_proxy", "ssl_cert_file", "ssl_cert_dir",
    "requests_ca_bundle", "curl_ca_bundle", "node_extra_ca_certs", "git_ssl_cainfo", "pip_cert",
    "pip_index_url", "pip_extra_index_url", "pip_find_links", "pip_trusted_host",
    "pip_config_file", "pip_default_timeout", "uv_index_url", "uv_default_index",
    "npm_config_registry", "npm_config_cafile", "goproxy", "gosumdb", "bundle_mirror__all",
    "cargo_http_cainfo", "cargo_home", "rustup_home", "composer_home",
)  # fmt: skip


def gather(project: Project, root: str, options: Options) -> HostFacts:
    """Return the facts about this machine for `project`, whose absolute directory is `root`.

    Makes what is made once: `.paasctl` with the project's id, secret and ports, and the scratch
    directory. Obstacle if the user asks for a port that is taken, scales what does not exist, or
    gives a URL for it.
    """
    state_dir = join(root, ".paasctl")
    scale = scale_by_id(project, options.kept_scale, strict=False)
    scale |= scale_by_id(project, options.scale)
    who = identity(state_dir)
    secret = project_secret(state_dir)
    cache = MachineCache(state_dir)
    own = tools()
    path = search_path()
    services = server_facts(project.services, options.services)
    first_web = next((app.name for app in web_apps(project)), None)
    asked = {first_web: options.port} if first_web and options.port else {}
    names = wanted(project, _port_counts(services), scale)
    assigned = assign(state_dir, names, asked, options.held)
    facts = HostFacts(
        state_dir=state_dir,
        scratch=scratch_directory(state_dir, secret),
        tools=own,
        identity=who,
        secret=secrets_of(secret),
        git=git_facts(root, cache),
        apps=_apps(project, root, state_dir, path, cache),
        services=services,
        ports=assigned.ports,
        namespaces=(
            namespaces(state_dir, own, cache)
            if options.isolate or _has_mounts(project)
            else Namespaces.NONE
        ),
        isolate=options.isolate,
        scale=scale,
        build=options.build,
        uid=os.getuid(),
        user=os.environ.get("USER") or _account(),
        lang=os.environ.get("LC_ALL") or os.environ.get("LANG") or "C.UTF-8",
        path=path,
        network=network_settings(os.environ),
        environment_type=options.environment_type,
        service_variables=options.service_variables,
        warnings=assigned.warnings,
        logs=options.logs,
        terminals=terminal_ids(project, options.terminals, scale),
    )
    cache.save()
    return facts


def scale_by_id(project: Project, scale: Mapping[str, int], strict: bool = True) -> dict[str, int]:
    """Return `scale` with ids of workers for keys; a short name means it in every app.

    Obstacle (UNKNOWN_WORKER) for a name that no worker has; left out unless `strict`.
    """
    known = {
        worker_id(app.name, worker.name): worker.name
        for app in project.apps
        for worker in app.workers
    }
    result: dict[str, int] = {}
    for name, number in scale.items():
        ids = [key for key, short in known.items() if name in (key, short)]
        if not ids and strict:
            raise Obstacle(
                Cause.UNKNOWN_WORKER,
                f'there is no worker "{name}" to scale',
                f"workers here: {', '.join(known) or 'none'}",
            )
        result |= dict.fromkeys(ids, number)
    return result


def terminal_ids(
    project: Project, names: Iterable[str], scale: Mapping[str, int]
) -> frozenset[str]:
    """Return the ids of those that are to have a terminal; a worker's name means every replica.

    Obstacle (UNKNOWN_WORKER) for a name that neither a worker nor an application has.
    """
    known = {app.name: {app.name} for app in project.apps}
    for app in project.apps:
        for replica in replicas(app, scale):
            for name in (replica.id, replica.worker.name, worker_id(app.name, replica.worker.name)):
                known.setdefault(name, set()).add(replica.id)
    found: set[str] = set()
    for name in names:
        if name not in known:
            raise Obstacle(
                Cause.UNKNOWN_WORKER,
                f'there is no application or worker "{name}" to give a terminal to',
                f"here are: {', '.join(sorted(known))}",
            )
        found |= known[name]
    return frozenset(found)


def network_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's settings for package registries, with the user's own files named.

    The build's HOME is the checkout: pip, npm and rustup would not find their files in the real
    one.
    """
    found = {key: value for key, value in environ.items() if key.lower() in NETWORK}
    pip = expanduser("~/.config/pip/pip.conf")
    npm = expanduser("~/.npmrc")
    if "PIP_CONFIG_FILE" not in found and isfile(pip):
        found["PIP_CONFIG_FILE"] = pip
    if isfile(npm):
        found["npm_config_userconfig"] = npm
    rustup = expanduser("~/.rustup")
    if "RUSTUP_HOME" not in found and isdir(rustup):
        # Its rustc, which pip asks for its version, would set up a new one in the checkout.
        found["RUSTUP_HOME"] = rustup
    return found


def _apps(
    project: Project, root: str, state_dir: str, path: str, cache: MachineCache
) -> dict[str, AppFacts]:
    return {
        app.name: app_facts(root, state_dir, app, toolchain(app, path, cache))
        for app in project.apps
    }


def _account() -> str:
    """Return the name of this user; the platform's own name where the system knows none."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return "web"


def _port_counts(services: Mapping[str, ServiceFacts]) -> dict[str, int]:
    return {
        name: known.type.ports
        for name, known in services.items()
        if known.type is not None and not isinstance(known.provider, External)
    }


def _has_mounts(project: Project) -> bool:
    """Tell whether it matters if there are mount namespaces: without mounts nobody asks."""
    return any(
        settings.mounts
        for app in project.apps
        for settings in (app.web.settings, *(worker.settings for worker in app.workers))
    )
