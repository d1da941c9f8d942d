"""`paasctl ssh [--worker NAME] [CMD…]`: a shell, or one command, inside an instance.

Seed 004 opens a worker this way. As with the real one, the words of a command are joined by
spaces and read by the shell over there; its exit code is ours.
"""

import os
import sys
import time

from paasctl.cli.clock import seconds_of, span
from paasctl.cli.command import Call, Command, Option, Value
from paasctl.cli.endings import told
from paasctl.cli.enter import become, environment, from_input, interactive, prepare, through_shell
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import Place, place_of, short_names
from paasctl.cli.snapshot import plan_in_force, snapshot
from paasctl.cli.talk import talk
from paasctl.cli.target import ENTERED, target
from paasctl.model.plan import InstanceSpec, Kind, Plan


def run(call: Call) -> int:
    """Become the shell or the command; Refused (2, 3, 4) where there is nothing to enter."""
    place = place_of(call)
    plan = plan_of(place)
    if call.flag("all"):
        names = [spec.id for spec in plan.instances if spec.kind in ENTERED]
        sys.stdout.write("".join(f"{name}\n" for name in names))
        return Exit.DONE
    spec = chosen(call, plan, call.text("worker"))
    shown = short_names([item.id for item in plan.instances])[spec.id]
    prepare(place, spec, shown)
    env = environment(place, spec, os.environ)
    if call.rest:
        return become(spec, through_shell(" ".join(call.rest), env), env, spec.cwd)
    if not call.quiet:
        talk(_banner(place, spec, shown))
    shell = interactive(place, spec, env) if sys.stdin.isatty() else from_input(env)
    if shell[0] == "/bin/sh":
        env["ENV"] = place.file("shims", "shell.rc")
    return become(spec, shell, env, spec.cwd)


def plan_of(place: Place) -> Plan:
    """Return the plan in force; Refused (3) before the first `up`."""
    plan = plan_in_force(place)
    if plan is None:
        raise Refused(Exit.NOT_RUNNING, "nothing has been started here yet", fix="paasctl up -d")
    return plan


def chosen(call: Call, plan: Plan, worker: str | None) -> InstanceSpec:
    """Return the instance that the options mean; the application's name may come from outside."""
    app = call.app
    if app is None and worker is None:
        app = os.environ.get("PLATFORM_APPLICATION_NAME") or None
    replica = int(call.number("instance", 1))
    return target(plan.instances, worker, app, replica)


def _banner(place: Place, spec: InstanceSpec, shown: str) -> str:
    """Return the line that says where one is, and whether the process next door runs."""
    row = next((row for row in snapshot(place).rows if row.id == spec.id), None)
    where = f"worker of {spec.app}" if spec.kind is Kind.WORKER else "web"
    if row is None or row.pid is None:
        ended = told(row.exit) if row is not None else ""
        state = f"not running{f' ({ended})' if ended else ''}"
    else:
        since = seconds_of(row.since)
        up = "" if since is None else f"  up {span(time.time() - since)}"
        state = f"pid {row.pid}{up}  restarts {row.restarts}"
    return f"{shown} ({where})  {state}   logs: paasctl logs -f {shown}   leave: exit"


COMMAND = Command(
    "ssh",
    "Open a shell, or run a command, in the environment of the application or a worker.",
    run,
    (
        Option(("--worker",), "The worker; without it, the application's web.", Value.TEXT),
        Option(("--instance", "-I"), "Which replica of a scaled worker.", Value.INTEGER),
        Option(("--all",), "Only list what can be entered."),
    ),
    passthrough=True,
)
