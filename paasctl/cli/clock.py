"""Times as people read them: the journal's ISO 8601 UTC stamps, and spans of seconds."""


def seconds_of(stamp: str) -> float | None:
    """Return the Unix time of "2024-05-01T10:00:00.123Z"; None for anything else.

    Done by hand: `datetime` and `time.strptime` cost more than all the rest of `paasctl ps`.
    """
    date, _, clock = stamp.removesuffix("Z").partition("T")
    try:
        year, month, day = map(int, date.split("-"))
        hour, minute, second = clock.split(":")
        moment = int(hour) * 3600 + int(minute) * 60 + float(second)
    except ValueError:
        return None
    return _days(year, month, day) * 86400.0 + moment


def _days(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 in the Gregorian calendar; a year begins in March here."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def span(seconds: float) -> str:
    """Return a span in its two largest units. In: 192.4  Out: 3m12s."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}h{minutes:02d}m"
    return f"{hours // 24}d{hours % 24}h"
