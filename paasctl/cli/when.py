"""Points in time as people type them: --since 10m, --until 14:30, --since 2026-02-01T08:00."""

import re
import time

from paasctl.cli.exits import Exit, Refused

FORMS = "10m, 1h30m, 2d, 14:30, 2026-02-01, 2026-02-01T08:00, 2026-02-01T08:00:00Z"
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SPAN = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?[smhdw])+")
_PART = re.compile(r"([0-9.]+)([smhdw])")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


def moment(option: str, text: str | None, now: float) -> float | None:
    """Return the Unix time that an option's text means, None without one; Refused (2) if none.

    A span counts back from now, a time of day is the last time that the clock showed it.
    Without a zone it is local time.
    """
    if text is None:
        return None
    found = _span(text)
    if found is not None:
        return now - found
    try:
        return _clock(text, now) or _date(text)
    except (ValueError, OverflowError):
        raise Refused(
            Exit.USAGE, f"{option} {text}: that is no time", fix=f"write it like {FORMS}"
        ) from None


def span(option: str, text: str) -> float:
    """Return the seconds of a span like 90s, 10m or 30d; Refused (2) if it is none."""
    found = _span(text)
    if found is None:
        raise Refused(
            Exit.USAGE, f"{option} {text}: that is no span of time", fix="write it like 90s or 30d"
        )
    return found


def _span(text: str) -> float | None:
    if not _SPAN.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def _clock(text: str, now: float) -> float | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(text)
    day = time.localtime(now)
    for days in (0, 1):
        parts = (day.tm_year, day.tm_mon, day.tm_mday - days, hour, minute, second, 0, 0, -1)
        at = time.mktime(parts)
        if at <= now:
            return at
    raise ValueError(text)


def _date(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()
