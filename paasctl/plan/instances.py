"""The web instance and the workers of an app as specs."""

from collections.abc import Iterator

from paasctl.model.plan import InstanceSpec, Stage, Terminal
from paasctl.model.project import App
from paasctl.plan.circumstances import Circumstances
from paasctl.plan.digest import digest
from paasctl.plan.enclosure import enclosure
from paasctl.plan.environment import Runner, runtime_environment, web_runner, worker_runner
from paasctl.plan.identifiers import numbered, replicas
from paasctl.plan.mounts import Mounted, bindings
from paasctl.plan.startline import start_command
from paasctl.terminal.program import prefix, socket_of


def app_instances(on: Circumstances, app: App) -> Iterator[InstanceSpec]:
    """Yield the specs of everything that keeps running: web (if it has a command), workers."""
    if app.web.commands.start:
        yield web_instance(on, app)
    for replica in replicas(app, on.facts.scale):
        runner = worker_runner(on, app, replica.worker, replica.id)
        if runner.commands.start:
            yield _instance(on, runner, numbered(replica.worker.name, replica.number))


def web_instance(on: Circumstances, app: App) -> InstanceSpec:
    """Return the spec of the web instance; it is ready when its port or socket accepts."""
    runner = web_runner(on, app)
    if runner.socket is not None:
        listen: str | None = f"unix:{runner.socket}"
    else:
        listen = None if runner.port is None else f"tcp:127.0.0.1:{runner.port}"
    return _instance(on, runner, app.name)._replace(listen=listen)


def app_enclosure(on: Circumstances, runner: Runner) -> tuple[str, ...]:
    """Return the enclosure for every process that belongs to `runner`, hooks and crons too."""
    facts = on.facts
    bound = bindings(on, runner.app, runner.id, runner.settings.mounts)
    return enclosure(facts.tools, facts.namespaces, on.app_dir(runner.app), bound, facts.isolate)


def sources_environment(on: Circumstances, app: App) -> bool:
    """Tell whether the processes of `app` may find a `.environment`.

    A build hook may still make one; without a hook, what is there now decides.
    """
    return on.app(app).environment_file or bool((app.hooks.build or "").strip())


def mounted(on: Circumstances, app: App) -> Iterator[Mounted]:
    """Yield what each instance of `app` mounts; web also where it only runs hooks and crons."""
    yield Mounted(app.name, bindings(on, app, app.name, app.web.settings.mounts))
    for replica in replicas(app, on.facts.scale):
        mounts = replica.worker.settings.mounts
        yield Mounted(replica.id, bindings(on, app, replica.id, mounts))


def _instance(on: Circumstances, runner: Runner, name: str) -> InstanceSpec:
    app = runner.app
    command = start_command(runner.commands, on.facts.tools.shell, sources_environment(on, app))
    return InstanceSpec(
        id=runner.id,
        kind=runner.kind,
        name=name,
        app=app.name,
        command=command,
        enclosure=app_enclosure(on, runner),
        cwd=on.app_dir(app),
        env=runtime_environment(on, runner),
        log=f"{runner.id}.log",
        stage=Stage.RUN,
        port=runner.port,
        terminal=_terminal(on, runner.id),
    )


def _terminal(on: Circumstances, instance: str) -> Terminal | None:
    if instance not in on.facts.terminals:
        return None
    socket = socket_of(on.facts.scratch, instance, digest(instance))
    return Terminal(prefix(on.facts.tools.python, socket), socket)


def short_names(specs: tuple[InstanceSpec, ...]) -> tuple[InstanceSpec, ...]:
    """Return the specs with their ids for names where the short form would mean two of them."""
    words: dict[str, set[str]] = {}
    for spec in specs:
        words.setdefault(spec.name, set()).add(spec.id)
        words.setdefault(spec.id, set()).add(spec.id)
    return tuple(
        spec if len(words[spec.name]) == 1 else spec._replace(name=spec.id) for spec in specs
    )
