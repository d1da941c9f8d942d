"""Commands that start but cannot work (rules A14 to A16 of spec 13, and known traps)."""

import re
from collections.abc import Iterator
from typing import Final

from paasctl.manifest.document import Data
from paasctl.manifest.facts import AppFacts, Facts, warning
from paasctl.manifest.plain import as_map, as_text
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem

_GUNICORN: Final = (
    r"\bgunicorn\b[^;&|\n]*?\s(?:-b|--bind)[\s=]*[\"']?(\$PORT|\$\{PORT\})(?=[\"'\s]|$)"
)


def _starts(app: AppFacts) -> Iterator[tuple[KeyPath, str]]:
    """Yield path and text of each start command."""
    owners: list[tuple[KeyPath, Data]] = [(("web",), app.data.get("web"))]
    workers = as_map(app.data.get("workers"))
    owners += [(("workers", name), worker) for name, worker in workers.items()]
    for path, owner in owners:
        start = as_text(as_map(as_map(owner).get("commands")).get("start"))
        if start is not None:
            yield (*path, "commands", "start"), start


def check_gunicorn(facts: Facts) -> Iterator[Problem]:
    """`gunicorn -b 8888` is the host 8888, not the port."""
    for app in facts.apps:
        for path, start in _starts(app):
            found = re.search(_GUNICORN, start) if "gunicorn" in start else None
            if found:
                port = found.group(1)
                message = f'gunicorn reads "-b {port}" as a host name and cannot bind to it'
                fix = f"write  -b 127.0.0.1:{port}"
                yield warning("gunicorn-bind", app.section, path, message, fix)


_WRAPPER: Final = (
    r"(?:\w+=\S*\s+)*(?:exec\s+)?"
    r"(?:npm\s+(?:start|run)|yarn\s+(?:start|run)|pnpm\s+(?:start|run)|npx)\b"
)


_PORT: Final = r"\$(?:\{PORT[}:]|PORT\b)"
_TOOLS: Final = ("npm", "yarn", "pnpm", "npx")


def check_wrapped(facts: Facts) -> Iterator[Problem]:
    """npm and yarn do not hand SIGTERM on: the server behind them is killed after 15 s."""
    for app in facts.apps:
        for path, start in _starts(app):
            last = start.strip().rpartition("\n")[2].rpartition("&&")[2].strip()
            if any(tool in last for tool in _TOOLS) and re.match(_WRAPPER, last):
                tool = next(word for word in last.split() if word in _TOOLS)
                message = f"{tool} stands between the platform and the server: SIGTERM gets lost"
                fix = "start the server itself, such as  exec node server.js"
                yield warning("signals-lost", app.section, path, message, fix)


def check_port(facts: Facts) -> Iterator[Problem]:
    """Nobody can connect to a worker, and it has no PORT on the platform (spec 08, Q10)."""
    for app in facts.apps:
        for path, start in _starts(app):
            if path[0] == "workers" and "PORT" in start and re.search(_PORT, start):
                message = f'worker "{path[1]}" uses PORT, which only web has'
                fix = "move the server to web, or to an app of its own"
                yield warning("port-in-worker", app.section, path, message, fix)


def check_only_hooks(facts: Facts) -> Iterator[Problem]:
    """Commands around a start that is missing (rule A14; PHP has a start of its own)."""
    for app in facts.apps:
        commands = as_map(as_map(app.data.get("web")).get("commands"))
        runtime = as_text(app.data.get("type")) or ""
        if commands and commands.get("start") is None and not runtime.startswith("php"):
            message = "web has commands, but nothing to start"
            path = ("web", "commands")
            yield warning("missing-start", app.section, path, message, "add  start: ...", key=True)


def check_background(facts: Facts) -> Iterator[Problem]:
    """A start command that ends in & would be restarted in a loop."""
    for app in facts.apps:
        for path, start in _starts(app):
            line = start.rstrip()
            if line.endswith("&") and not line.endswith("&&"):
                who = f'worker "{path[1]}"' if path[0] == "workers" else "web"
                message = (
                    f'{who} starts a process with "&": it counts as ended, and is started again'
                )
                yield warning("background-start", app.section, path, message, "remove the &")


def check_no_start(facts: Facts) -> Iterator[Problem]:
    """Requests are handed to an app that runs nothing (PHP has a start of its own)."""
    for app in facts.apps:
        web = as_map(app.data.get("web"))
        runtime = as_text(app.data.get("type")) or ""
        if not web or not runtime or runtime.startswith(("php:", "composable:")):
            continue
        started = any(path[0] == "web" for path, _ in _starts(app))
        passing = [
            path
            for path, location in as_map(web.get("locations")).items()
            if as_map(location).get("passthru") is True
        ]
        if passing and not started:
            message = f'requests below "{passing[0]}" go to the app, but web starts nothing'
            where = ("web", "locations", passing[0], "passthru")
            fix = 'add  web: { commands: { start: "..." } }'
            yield warning("nothing-to-serve", app.section, where, message, fix)
