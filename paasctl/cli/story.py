"""Tells people what the engine's notices mean: one line an event, in the words of the field."""

import time
from collections.abc import Mapping

from paasctl.cli.clock import seconds_of
from paasctl.cli.colour import Colour, harmless, paint
from paasctl.cli.endings import found_of, how, whose
from paasctl.supervise.backoff import HEALTHY

Notice = Mapping[str, object]
Told = tuple[str, str]
"""What kind of news it is, and the text; an empty text is no news."""

GLYPHS = {"good": "✓", "bad": "×", "busy": "…", "again": "↻", "stop": "■"}  # noqa: RUF001 -- a sign
ASCII = {"good": "+", "bad": "x", "busy": ".", "again": "~", "stop": "#"}
_COLOURS = {
    "good": Colour.GOOD,
    "bad": Colour.BAD,
    "busy": Colour.BUSY,
    "again": Colour.BUSY,
    "stop": Colour.FAINT,
}
NO_NEWS: Told = ("busy", "")
BACKGROUND = 2.0
"""Seconds within which a start command that ends well and leaves others has meant to do so."""


class Story:
    """Remembers since when each instance does what it does, to say how long things took."""

    def __init__(self, width: int, colour: bool, unicode: bool) -> None:
        self._width = width
        self._colour = colour
        self._glyphs = GLYPHS if unicode else ASCII
        self._since: dict[str, float] = {}
        self._crashes: dict[str, list[float]] = {}

    def line(self, notice: Notice) -> str:
        """Return the line for a notice, or "" where there is nothing worth a line."""
        name = str(notice.get("name", ""))
        kind, text = self._told(notice)
        if not text:
            return ""
        text = harmless(text)  # it may hold what a program or the kernel has said
        glyph = paint(self._glyphs[kind], _COLOURS[kind], self._colour)
        return f"{name:<{self._width}} {glyph} {text}\n"

    def _told(self, notice: Notice) -> Told:
        took = self._took(notice)
        if notice["event"] in ("exited", "spawn-failed"):
            return self._ended(notice, took)
        if notice["new"] == "stopping":
            return _stopping(notice, took)
        if notice["new"] == "running":
            ready = notice["ready"] and notice["kind"] != "hook"
            text = f"ready after {took} (pid {notice['pid']}){_port(notice)}"
            return ("good", text) if ready else NO_NEWS
        if notice["new"] == "starting" and notice["kind"] in ("service", "hook"):
            return "busy", "running" if notice["kind"] == "hook" else "starting"
        return ("stop", "stopped") if notice["old"] == "backing-off" != notice["new"] else NO_NEWS

    def _ended(self, notice: Notice, took: str) -> Told:
        new, ended = notice["new"], _ended_text(notice, took)
        if notice["kind"] == "hook" and new == "exited":
            good = (found_of(notice) or {}).get("code") == 0
            return ("good", f"done in {took}") if good else ("bad", ended)
        if new == "backing-off":
            return self._looping(notice, ended)
        if new == "starting" and notice["old"] == "stopping":
            return "again", f"starting again (stopped in {took}{_harder(notice)})"
        if new == "starting":
            self._crashed(notice)
            return "bad", f"{ended}, restarted at once"
        return "stop", f"stopped in {took} ({how(found_of(notice)) or 'ended'}{_harder(notice)})"

    def _looping(self, notice: Notice, ended: str) -> Told:
        """Tell of a crash after which there is a pause; from the third on, how many there were."""
        times = self._crashed(notice)
        text = f"{ended}, next try in {_until_next(notice)}"
        if len(times) < 3:
            return "bad", text
        loop = f"{_ordinal(len(times))} crash in {duration(times[-1] - times[0])}"
        return "bad", f"{text} ({loop}; paasctl restart {notice['name']} tries now)"

    def _crashed(self, notice: Notice) -> list[float]:
        """Count an end that nobody had asked for; return the times of the present loop's."""
        at, ran = seconds_of(str(notice["at"])) or 0.0, (found_of(notice) or {}).get("ran")
        healthy = isinstance(ran, float) and ran >= HEALTHY
        before = [] if healthy else self._crashes.get(str(notice["id"]), [])
        self._crashes[str(notice["id"])] = times = [*before, at]
        return times

    def _took(self, notice: Notice) -> str:
        """Return how long the state before took, and note that a new one begins."""
        now, instance = time.monotonic(), str(notice["id"])
        began = self._since.get(instance, now)
        if notice["new"] in ("starting", "stopping") and notice["new"] != notice["old"]:
            self._since[instance] = now
        return duration(now - began)


def _stopping(notice: Notice, took: str) -> Told:
    if notice["event"] == "deadline":
        return "stop", f"SIGKILL after {took}: it did not end on SIGTERM"
    if notice["event"] == "leader-exited":
        return "bad", f"{_ended_text(notice, took)}, ending what it left behind{_behind(notice)}"
    return ("busy", "stopping") if notice["old"] != "stopping" else NO_NEWS


def _ended_text(notice: Notice, took: str) -> str:
    """Return how it ended, after how long, and whose doing it was if that needs saying.

    Out: killed by SIGKILL after 2.0s: not by paasctl; kernel log says out of memory.
    """
    found = found_of(notice)
    ran = (found or {}).get("ran")
    after = duration(ran) if isinstance(ran, float) else took
    text = f"{how(found) or 'ended'} after {after}"
    blame = whose(found)
    return f"{text}: {blame}" if blame else text


def _behind(notice: Notice) -> str:
    """Return advice where the start command has gone to the background and thought it was done."""
    found = found_of(notice) or {}
    ran = found.get("ran")
    if found.get("code") != 0 or not isinstance(ran, float) or ran >= BACKGROUND:
        return ""
    return " (a start command has to stay in the foreground: no & at its end, no daemon mode)"


def _harder(notice: Notice) -> str:
    """Return what has to be said of a stop for which SIGTERM was not enough."""
    found = found_of(notice) or {}
    if not found.get("forced"):
        return ""
    if found.get("signal") == "SIGKILL":
        return "; it had to be killed"
    return "; what it had left behind had to be killed"


def _ordinal(number: int) -> str:
    """Return a place in a row. In: 3  Out: 3rd."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number % 100 < 20 else ending}"


def _port(notice: Notice) -> str:
    listens = notice.get("port") and notice["kind"] != "worker"
    return f", 127.0.0.1:{notice['port']}" if listens else ""


def _until_next(notice: Notice) -> str:
    """Return the time from the notice to its next try, from their two stamps."""
    first, second = seconds_of(str(notice["at"])), seconds_of(str(notice["next"]))
    return "a moment" if first is None or second is None else duration(second - first)


def duration(seconds: float) -> str:
    """Return seconds for people. In: 1.26  Out: 1.3s. In: 3725  Out: 1h02m."""
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes}m{int(seconds % 60):02d}s"
    return f"{minutes // 60}h{minutes % 60:02d}m"
