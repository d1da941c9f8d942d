"""Whether a cron expression is one: five fields, with `H` for "any, but always the same".

Spec 09.2. When it fires is the matter of another room; this only finds what is wrong.
"""

import re
from typing import Final

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 7, _DAYS),
)
_PART: Final = (
    r"(?:\*|H(?:\((?P<low>\d+)-(?P<high>\d+)\))?|(?P<start>\w+)(?:-(?P<end>\w+))?)"
    r"(?:/(?P<step>\d+))?"
)


def fault(spec: str) -> str:
    """Return what is wrong with a cron expression, "" if it is right."""
    fields = spec.split()
    if spec.startswith("@"):
        return f'the platform does not know "{spec}"'
    if len(fields) != len(_FIELDS):
        plural = "" if len(fields) == 1 else "s"
        return f"it has {len(fields)} field{plural}, not five"
    for text, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        for part in text.split(","):
            if wrong := _part(part, low, high, names):
                return f"{name} {wrong}"
    return ""


def _part(part: str, low: int, high: int, names: tuple[str, ...]) -> str:
    match = re.fullmatch(_PART, part)
    if match is None:
        return f'"{part}" is not understood'
    values = []
    for text in match.group("start", "end", "low", "high"):
        value = _number(text, names, low) if text is not None else None
        if text is not None and (value is None or not low <= value <= high):
            return f"{text} is out of range {low}-{high}"
        values.append(value)
    for first, last in (values[:2], values[2:]):
        if first is not None and last is not None and first > last:
            return f"{part} runs backwards"
    return "has a step of 0" if match["step"] and int(match["step"]) == 0 else ""


def _number(text: str, names: tuple[str, ...], low: int) -> int | None:
    if text.isdecimal():
        return int(text) if len(text) < 5 else None
    return names.index(text.lower()) + low if text.lower() in names else None


def shortest_gap(spec: str) -> int:
    """Return the minutes between two runs that follow each other most closely, 60 for `H`.

    Only the minute field counts: it alone makes a cron run more than once an hour.
    """
    minutes: set[int] = set()
    for part in spec.split(maxsplit=1)[0].split(","):
        match = re.fullmatch(_PART, part)
        if match is None or (part.startswith("H") and not match["step"]):
            return 60
        minutes.update(_minutes(match))
    due = sorted(minutes)
    if len(due) < 2:
        return 60
    return min(later - first for first, later in zip(due, [*due[1:], due[0] + 60], strict=True))


def _minutes(match: re.Match[str]) -> range:
    """Return the minutes that a part of the minute field stands for."""
    step = int(match["step"] or 1)
    if match["start"] is None:
        return range(int(match["low"] or 0), int(match["high"] or 59) + 1, step)
    first = int(match["start"])
    last = int(match["end"]) if match["end"] else 59 if match["step"] else first
    return range(first, last + 1, step)
