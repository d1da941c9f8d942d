"""The attached view of a running project: state changes and logs until it ends."""

import os
import selectors
import sys
import time
from collections.abc import Iterable, Mapping, Sequence

from paasctl.cli.colour import stdout_colour
from paasctl.cli.command import Call
from paasctl.cli.exits import Exit
from paasctl.cli.interrupts import Interrupts
from paasctl.cli.running import Place
from paasctl.cli.story import Notice, Story, duration
from paasctl.cli.view import followed, shown_logs
from paasctl.control.client import Client
from paasctl.logs.follow import Merged
from paasctl.logs.prefix import Lines
from paasctl.logs.tail import copy, start_of_last_lines

BROKEN_PIPE = 141
"""What a shell sees of a program that SIGPIPE ended: the reader of its output has gone."""
EXCERPT = 5
"""Lines of a quiet process's log that are shown when it fails."""


class Attached:
    """Follows one deployment. `until` ends it well once a log line contains that text."""

    def __init__(
        self, call: Call, place: Place, client: Client, until: str | None, began: float
    ) -> None:
        self._call, self._place, self._client = call, place, client
        self._until = until.encode() if until else None
        self._began = began
        self._found = False
        self._failed = False
        self._ready = False
        self._shown: frozenset[str] = frozenset()
        self._mute = False
        self._urls: Sequence[Sequence[str]] = ()
        self._interrupts = Interrupts(place.state)
        self._sizes = sizes(place.file("log"))
        self._story: Story | None = None
        self._logs: Merged | None = None

    @property
    def interrupted(self) -> Exit:
        """The exit code for the signal that has asked us to end; DONE as long as none has."""
        return self._interrupts.code

    def begin(self, rows: Iterable[Mapping[str, object]], urls: Sequence[Sequence[str]]) -> None:
        """Start following the logs that are to be shown.

        Each from where it ended when we were made: before anything was started, because a process
        may have spoken, and even ended, before the engine has told us that there is one.
        """
        colour = stdout_colour(self._call.color)
        rows = list(rows)
        named = {str(row["name"]): str(row["log"]) for row in rows}
        shown = shown_logs(self._call, rows)
        self._shown = frozenset(shown)
        self._urls = urls
        width = max((len(name) for name in shown.values()), default=0)
        unicode = (sys.stdout.encoding or "").lower().startswith("utf")
        self._story = Story(max(width, *map(len, named), 0), colour, unicode)
        begins = {file: self._sizes.get(file, 0) for file in shown}
        log_dir = self._place.file("log")
        self._logs = followed(self._call, log_dir, shown, self._write, colour, begins)

    def follow(self) -> int:
        """Show what happens until the engine has ended; return the exit code."""
        assert self._logs is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._client, selectors.EVENT_READ, "engine")
            selector.register(self._interrupts.wake, selectors.EVENT_READ, "signal")
            selector.register(self._logs, selectors.EVENT_READ, "logs")
            more = self._logs.pump()
            self._tell(self._client.pending())  # came with the reply: no select reports it
            while True:
                ready = {key.data for key, _ in selector.select(0 if more else None)}
                more = self._logs.pump()
                if "signal" in ready:
                    self._signalled()
                if "engine" in ready and not self._client.receive():
                    break
                self._tell(self._client.pending())
                if self._interrupts.count > 2:
                    return self._leave()
        self._logs.flush()
        return self._ended()

    def _signalled(self) -> None:
        self._interrupts.drain()
        if self._interrupts.count == 1:
            self._say("stopping …   (Ctrl-C again: kill now)\n")
        elif self._interrupts.count == 2:
            self._say("killing what is left\n")

    def _leave(self) -> int:
        self._say("left: the guardian finishes the killing\n")
        return int(Exit.INTERRUPTED)

    def _tell(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            if notice["id"] == "":
                self._overall(notice)
                continue
            assert self._story is not None
            line = self._story.line(notice)
            if line:
                self._say(line)
            failing = notice["kind"] == "service" and notice["new"] == "backing-off"
            if failing and os.path.basename(str(notice["log"])) not in self._shown:
                self._excerpt(notice)

    def _excerpt(self, notice: Notice) -> None:
        shape = Lines(f"{notice['name']} | ".encode())
        with open(str(notice["log"]), "rb") as log:
            end = os.fstat(log.fileno()).st_size
            start = start_of_last_lines(log.fileno(), EXCERPT, end)
            copy(log.fileno(), start, end, shape.feed, self._write)

    def _overall(self, notice: Notice) -> None:
        if notice["event"] == "deployed":
            if self._ready:
                return  # a restart or a reload of a part has come to its end
            self._ready = True
            self._say(f"ready in {duration(time.monotonic() - self._began)}\n")
            for name, url in self._urls:
                self._say(f"  → {url}   ({name})\n")
            self._say("  logs: paasctl logs -f   shell: paasctl ssh   stop: Ctrl-C\n")
        elif notice["event"] == "deployment-failed":
            self._failed = True
            failed = notice.get("failed")
            names = ", ".join(map(str, failed)) if isinstance(failed, list) else ""
            self._say(f"the deployment failed: {names}; stopping everything\n")
            self._client.ask("quit")

    def _write(self, data: bytes) -> None:
        """Write log lines; look for the awaited text in them."""
        self._say_bytes(data)
        if self._until is not None and not self._found and self._until in data:
            self._found = True
            self._client.ask("quit")

    def _say(self, text: str) -> None:
        self._say_bytes(text.encode(sys.stdout.encoding or "utf-8", "replace"))

    def _say_bytes(self, data: bytes) -> None:
        if self._mute:
            return
        try:
            sys.stdout.flush()
            view = memoryview(data)
            while view:
                view = view[os.write(1, view) :]
        except OSError:
            self._mute = True
            self._client.ask("quit")  # as SIGPIPE would have ended it: nobody sees it any more

    def _ended(self) -> int:
        if self._interrupts.count:
            self._say("everything has stopped\n")
            return int(self._interrupts.code)
        if self._found:
            return int(Exit.DONE)
        if self._failed:
            return int(Exit.FAILED)
        if self._mute:
            return BROKEN_PIPE
        return int(self._was_closed())

    def _was_closed(self) -> Exit:
        from paasctl.cli.engine_life import await_gone
        from paasctl.supervise.journal import last_notice

        await_gone(self._place)
        last = last_notice(self._place.file("journal.jsonl")) or {}
        reason = last.get("reason")
        if reason:
            self._say(f"{reason}; the guardian has ended everything\n")
            return Exit.FAILED
        self._say("stopped by paasctl down\n")
        return Exit.DONE


def sizes(directory: str) -> dict[str, int]:
    """Return the size of each file in a directory; nothing for one that is not there yet."""
    try:
        with os.scandir(directory) as entries:
            return {entry.name: entry.stat().st_size for entry in entries}
    except FileNotFoundError:
        return {}
