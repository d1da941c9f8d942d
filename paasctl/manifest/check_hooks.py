"""Hooks and crons are run by dash, and go on after a failure (rule A25 of spec 13, spec 10.1)."""

from collections.abc import Iterator

from paasctl.manifest.facts import AppFacts, Facts, warning
from paasctl.manifest.plain import as_map, as_text
from paasctl.manifest.shelltext import bare, bashisms, commands, stops_at_errors
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem


def check_hooks(facts: Facts) -> Iterator[Problem]:
    """A failure in the middle of a hook that nobody notices; bash in dash."""
    for app in facts.apps:
        for name, value in as_map(app.data.get("hooks")).items():
            script = as_text(value)
            if script is None:
                continue
            code = bare(script)
            path: KeyPath = ("hooks", name)
            if commands(code) > 1 and not stops_at_errors(code):
                message = f"the {name} hook goes on when one of its commands fails"
                yield warning("hook-goes-on", app.section, path, message, "begin it with  set -e")
            yield from _dash(app, path, code, f"the {name} hook")


def check_cron_shell(facts: Facts) -> Iterator[Problem]:
    """Crons are run by dash as well (spec 09.1)."""
    for app in facts.apps:
        for name, value in as_map(app.data.get("crons")).items():
            cron = as_map(value)
            path: KeyPath = ("crons", name, "commands", "start")
            script = as_text(as_map(cron.get("commands")).get("start"))
            if script is None:
                path, script = ("crons", name, "cmd"), as_text(cron.get("cmd"))
            if script is not None:
                yield from _dash(app, path, bare(script), f'the cron "{name}"')


def _dash(app: AppFacts, path: KeyPath, code: str, what: str) -> Iterator[Problem]:
    for found in bashisms(code):
        message = f"{what} is run by dash, which does not know {found.name}"
        hint = found.remedy or "use what POSIX shells have, or call  bash FILE"
        yield warning("bash-syntax", app.section, path, message, hint)
