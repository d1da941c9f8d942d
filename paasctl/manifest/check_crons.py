"""Crons and their time zone (rules A22, A23, A31 of spec 13)."""

import os
from collections.abc import Iterator, Mapping
from typing import Final

from paasctl.manifest.cron_spec import fault, shortest_gap
from paasctl.manifest.document import Data
from paasctl.manifest.facts import AppFacts, Facts, error, warning
from paasctl.manifest.plain import as_map, as_text
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem

_ZONES: Final = "/usr/share/zoneinfo"
_FIELDS: Final = "five fields: minute hour day month weekday, such as  */5 * * * *"
_NICKNAMES: Final[Mapping[str, str]] = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MINIMUM: Final = 5
"""Minutes between two runs on most plans (spec 09.3)."""


def check_crons(facts: Facts) -> Iterator[Problem]:
    """Cron expressions that are none, or that the platform slows down; the former `cmd`."""
    for app in facts.apps:
        for name, value in as_map(app.data.get("crons")).items():
            cron = as_map(value)
            spec = as_text(cron.get("spec")) or ""
            if spec:
                yield from _spec(app, name, spec)
            if "cmd" in cron:
                yield _former(app, ("crons", name, "cmd"), cron)


def _spec(app: AppFacts, name: str, spec: str) -> Iterator[Problem]:
    path: KeyPath = ("crons", name, "spec")
    wrong = fault(spec)
    if wrong:
        message = f'the spec of the cron "{name}" is wrong: {wrong}'
        hint = _NICKNAMES.get(spec.strip().lower(), "")
        hint = f'write  "{hint}"' if hint else _FIELDS
        yield error("bad-cron", app.section, path, message, hint)
    elif shortest_gap(spec) < _MINIMUM:
        message = f'the cron "{name}" is due more often than every {_MINIMUM} minutes'
        hint = "most plans run it every 5 minutes at most; a worker can run all the time"
        yield warning("cron-often", app.section, path, message, hint)


def _former(app: AppFacts, path: KeyPath, cron: Mapping[str, Data]) -> Problem:
    if "commands" in cron:
        message = '"cmd" has no effect beside "commands"'
        return warning("conflicting-keys", app.section, path, message, "remove it", key=True)
    message = '"cmd" is the former name of commands.start'
    fix = "write  commands: { start: ... }"
    return warning("former-syntax", app.section, path, message, fix, key=True)


def check_timezones(facts: Facts) -> Iterator[Problem]:
    """Time zones have names from the TZ database, and matter to crons only (spec 09.3, Q7)."""
    for app in facts.apps:
        for at in ((), *(instance.at for instance in app.instances)):
            owner: Data = dict(app.data)
            for step in at:
                owner = as_map(owner).get(str(step))
            zone = as_text(as_map(owner).get("timezone"))
            if zone is None:
                continue
            path: KeyPath = (*at, "timezone")
            if not _is_zone(zone):
                message = f'there is no time zone "{zone}"'
                yield error("bad-timezone", app.section, path, message, _near(zone))
            elif len(at) == 2:
                message = f"{_label(at)} has a time zone, but runs no crons"
                fix = "remove it, or set TZ in the start command"
                yield warning("without-effect", app.section, path, message, fix, key=True)


def _label(at: KeyPath) -> str:
    return f'worker "{at[1]}"'


def _is_zone(name: str) -> bool:
    """Return whether the TZ database has the name; true where there is no database to ask."""
    if name in ("UTC", "GMT"):
        return True
    if not name.replace("/", "").replace("_", "").replace("-", "").replace("+", "").isalnum():
        return False
    if os.path.isfile(f"{_ZONES}/{name}"):
        return True
    known = _known_zones()
    return not known or name in known


def _known_zones() -> set[str]:
    """Return all names; those of old too, which some systems no longer have as files.

    Debian and Ubuntu moved them (US/Eastern, America/Indianapolis) to a package of their own.
    """
    from zoneinfo import available_timezones

    known = available_timezones()
    try:
        with open(f"{_ZONES}/tzdata.zi", encoding="ascii") as file:
            known |= {line.split()[2] for line in file if line.startswith("L ")}
    except (OSError, ValueError, IndexError):
        return known
    return known


def _near(name: str) -> str:
    from paasctl.manifest.near import did_you_mean

    return did_you_mean(name, _known_zones()) or "such as  Europe/Paris"
