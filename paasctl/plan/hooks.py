"""Build, deploy and post_deploy hooks as run-once instances, and when they are due.

The build runs first of all and when something it depends on changed; deploy on the first start
and when the code or the build changed; post_deploy at every deployment (decisions 4, "hooks").
"""

from typing import NamedTuple

from paasctl.model.host import BuildWish, Due
from paasctl.model.plan import InstanceSpec, Kind, Stage, Stamp
from paasctl.model.project import App
from paasctl.plan.buildid import Parts, changed, phrase, record_of
from paasctl.plan.buildsteps import build_command, needs_build
from paasctl.plan.circumstances import Circumstances
from paasctl.plan.digest import digest
from paasctl.plan.environment import build_environment, runtime_environment, web_runner
from paasctl.plan.instances import app_enclosure, sources_environment
from paasctl.plan.startline import with_environment_file


class Hook(NamedTuple):
    """A hook that will run, and why; `reason` is "" for one that always does."""

    spec: InstanceSpec
    reason: str


def app_hooks(on: Circumstances, app: App) -> tuple[Hook, ...]:
    """Return the hooks of `app` that are due, in the order in which they run."""
    hooks: list[Hook] = []
    reason = build_due(on, app)
    if reason:
        hooks.append(Hook(_build_hook(on, app), reason))
    reason = deploy_due(on, app)
    if app.hooks.deploy and reason:
        spec = _web_hook(on, app, "deploy", app.hooks.deploy, Stage.DEPLOY)
        stamp = Stamp(deploy_stamp(on, app), record_of(_deploy_parts(on, app)))
        hooks.append(Hook(spec._replace(stamp=stamp), reason))
    if app.hooks.post_deploy:
        text = app.hooks.post_deploy
        hooks.append(Hook(_web_hook(on, app, "post_deploy", text, Stage.POST_DEPLOY), ""))
    return tuple(hooks)


def build_stamp(on: Circumstances, app: App) -> str:
    """Return the path of the record of the last build that ended well."""
    return on.state("builds", f"{app.name}.json")


def deploy_stamp(on: Circumstances, app: App) -> str:
    """Return the path of the record of the last deploy hook that ended well."""
    return on.state("deploys", f"{app.name}.json")


def build_due(on: Circumstances, app: App) -> str:
    """Return in words why the build has to run; "" if it has not."""
    if not needs_build(on, app) or on.facts.build is BuildWish.NEVER:
        return ""
    if on.facts.build is BuildWish.ALWAYS:
        return "asked for"
    facts = on.app(app)
    names = changed(facts.build_record, on.builds[app.name].parts)
    if names is None:
        return "first build"
    if names:
        return phrase(names)
    return "" if facts.prepared else "the virtual environment is gone"


def deploy_due(on: Circumstances, app: App) -> str:
    """Return in words why the deploy hook has to run; "" if it has not."""
    names = changed(on.app(app).deploy_record, _deploy_parts(on, app))
    if names is None:
        return "first start"
    return phrase(names) if names else ""


def _deploy_parts(on: Circumstances, app: App) -> Parts:
    # On the platform a changed hook arrives with a commit; here it may come before one.
    git = on.facts.git
    return {
        "the commit": git.commit,
        "the code": git.tree,
        "the build": on.builds[app.name].id,
        "hooks.deploy": digest(app.hooks.deploy or ""),
    }


def _build_hook(on: Circumstances, app: App) -> InstanceSpec:
    instance = f"{app.name}.build"
    return InstanceSpec(
        id=instance,
        kind=Kind.HOOK,
        name=instance,
        app=app.name,
        command=build_command(on, app),
        cwd=on.app_dir(app),
        env=build_environment(on, app, instance),
        log=f"{instance}.log",
        stage=Stage.PREPARE,
        once=True,
        vital=True,
        stamp=Stamp(build_stamp(on, app), record_of(on.builds[app.name].parts)),
    )


def _web_hook(on: Circumstances, app: App, word: str, text: str, stage: int) -> InstanceSpec:
    """Return a hook that runs in the web instance: its environment, its mounts (spec 10.1)."""
    instance = f"{app.name}.{word}"
    runner = web_runner(on, app)
    shell = on.facts.tools.shell
    command: tuple[str, ...] = (shell, "-c", text)
    if sources_environment(on, app):
        command = with_environment_file(command, shell)
    environment = runtime_environment(on, runner)
    return InstanceSpec(
        id=instance,
        kind=Kind.HOOK,
        name=instance,
        app=app.name,
        command=command,
        enclosure=app_enclosure(on, runner),
        cwd=on.app_dir(app),
        env={**environment, "PAASCTL_INSTANCE": on.marker(Kind.HOOK, instance)},
        log=f"{instance}.log",
        stage=stage,
        once=True,
    )


def as_due(hook: Hook) -> Due:
    """Return the hook's id and reason, for people."""
    return Due(hook.spec.id, hook.reason)
