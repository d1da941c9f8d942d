"""`paasctl exec NAME -- CMD…`: one command in the environment of any instance, no shell between."""

import os

from paasctl.cli.command import Argument, Call, Command, Option, Value
from paasctl.cli.enter import become, environment, prepare
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import place_of, resolve_one
from paasctl.cli.ssh import plan_of


def run(call: Call) -> int:
    """Become the command; its exit code is ours, 127 where it is not found."""
    place = place_of(call)
    plan = plan_of(place)
    identity = resolve_one(call.text("name") or "", plan.instances, call.app)
    spec = next(item for item in plan.instances if item.id == identity)
    if not call.rest:
        raise Refused(Exit.USAGE, "no command given", fix=f"paasctl exec {identity} -- COMMAND…")
    prepare(place, spec, identity)
    env = environment(place, spec, os.environ)
    for setting in call.texts("env"):
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise Refused(Exit.USAGE, f"--env takes NAME=VALUE, not {setting!r}")
        env[name] = value
    from paasctl.plan.startline import with_environment_file

    argv = call.rest if spec.app is None else with_environment_file(call.rest, "/bin/sh")
    return become(spec, argv, env, os.path.join(spec.cwd, call.text("workdir") or ""))


COMMAND = Command(
    "exec",
    "Run a command in the environment of any process, a service's too.",
    run,
    (
        Option(("--env", "-e"), "A variable more.", Value.TEXT, many=True, metavar="NAME=VALUE"),
        Option(("--workdir", "-w"), "Where, seen from the application's root.", Value.TEXT),
    ),
    (Argument("name", "In whose environment.", required=True),),
    passthrough=True,
)
