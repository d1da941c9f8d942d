"""Tells people what the engine's notices mean: one line an event, in the words of the field."""

import time
from collections.abc import Mapping

from paasctl.cli.clock import seconds_of
from paasctl.cli.colour import Colour, paint

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


class Story:
    """Remembers since when each instance does what it does, to say how long things took."""

    def __init__(self, width: int, colour: bool, unicode: bool) -> None:
        self._width = width
        self._colour = colour
        self._glyphs = GLYPHS if unicode else ASCII
        self._since: dict[str, float] = {}

    def line(self, notice: Notice) -> str:
        """Return the line for a notice, or "" where there is nothing worth a line."""
        name = str(notice.get("name", ""))
        kind, text = self._told(notice)
        if not text:
            return ""
        glyph = paint(self._glyphs[kind], _COLOURS[kind], self._colour)
        return f"{name:<{self._width}} {glyph} {text}\n"

    def _told(self, notice: Notice) -> Told:
        took = self._took(notice)
        if notice["event"] in ("exited", "spawn-failed"):
            return _ended(notice, took)
        if notice["new"] == "stopping":
            return _stopping(notice, took)
        if notice["new"] == "running":
            ready = notice["ready"] and notice["kind"] != "hook"
            text = f"ready after {took} (pid {notice['pid']}){_port(notice)}"
            return ("good", text) if ready else NO_NEWS
        if notice["new"] == "starting" and notice["kind"] in ("service", "hook"):
            return "busy", "running" if notice["kind"] == "hook" else "starting"
        return ("stop", "stopped") if notice["old"] == "backing-off" != notice["new"] else NO_NEWS

    def _took(self, notice: Notice) -> str:
        """Return how long the state before took, and note that a new one begins."""
        now, instance = time.monotonic(), str(notice["id"])
        began = self._since.get(instance, now)
        if notice["new"] in ("starting", "stopping") and notice["new"] != notice["old"]:
            self._since[instance] = now
        return duration(now - began)


def _ended(notice: Notice, took: str) -> Told:
    new, how = notice["new"], exit_text(notice)
    if notice["kind"] == "hook" and new == "exited":
        good = how == "exited 0"
        return ("good", f"done in {took}") if good else ("bad", f"{how} after {took}")
    if new == "backing-off":
        return "bad", f"{how} after {took}, next try in {_until_next(notice)}"
    if new == "starting" and notice["old"] == "stopping":
        return "again", f"starting again (stopped in {took})"
    if new == "starting":
        return "again", f"{how} after {took}, restarted at once"
    return "stop", f"stopped in {took} ({how})"


def _stopping(notice: Notice, took: str) -> Told:
    if notice["event"] == "deadline":
        return "stop", f"SIGKILL after {took}: it did not end on SIGTERM"
    if notice["event"] == "leader-exited":
        return "bad", f"{exit_text(notice)} after {took}, ending what it left behind"
    return ("busy", "stopping") if notice["old"] != "stopping" else NO_NEWS


def exit_text(notice: Notice) -> str:
    """Return how the last process of the notice's instance ended, in words."""
    found = notice.get("exit")
    if not isinstance(found, Mapping):
        return "ended"
    if found["error"]:
        return f"could not start: {found['error']}"
    if found["signal"]:
        return f"ended by {found['signal']}"
    return f"exited {found['code']}"


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
