"""`sv` inside an instance's shell: runit's command over our engine.

The service is always called `app`, for workers too, and means the instance whose shell this is
(seed 004; ux: "sv inside it"). `sv stop` never kills: that is runit's promise. In the shell of web
the platform shows its own services too; of those only the status is answered.
"""

import os
import sys
import time
from collections.abc import Sequence

from paasctl.cli import runit
from paasctl.cli.clock import seconds_of
from paasctl.cli.engine import rows_of
from paasctl.cli.outcome import notices_for
from paasctl.control.client import Client, Declined, EngineLost, connect
from paasctl.model.status import Status

SERVICE = "app"
DENIED = "unable to open supervise/control: access denied"


def main() -> None:
    """Run as the program `sv`."""
    raise SystemExit(run(sys.argv[1:], os.environ.get("PAASCTL_SHELL", "")))


def run(argv: Sequence[str], marker: str) -> int:
    """Do what `sv` with these arguments does; return its exit code."""
    line = runit.parse(list(argv), os.environ.get("SVWAIT"))
    action = runit.action_of(line.words[0]) if line.words else None
    if action is None or len(line.words) < 2:
        sys.stderr.write(f"sv: {line.complaint}\n" if line.complaint else "")
        sys.stderr.write(runit.USAGE)
        return runit.USAGE_CODE
    if line.verbose and action.letters:
        action = action._replace(wait=True)
    talk = Talk(marker, action)
    talk.begin(line.words[1:])
    if action.wait:
        talk.wait(line.seconds)
    return min(talk.failures, 99)


class Talk:
    """One command: first every service is told, then all are waited for together."""

    def __init__(self, marker: str, action: runit.Action) -> None:
        self._state, _, self._identity = [*marker.rsplit("|", 2), "", ""][:3]
        self._action = action
        self._client: Client | None = None
        self._before: dict[str, runit.Seen] = {}
        self._waiting: list[str] = []
        self.failures = 0

    def begin(self, names: Sequence[str]) -> None:
        """Send the letters, or say how each stands."""
        for name in names:
            if not self._known(name):
                self._fail(name, runit.NO_SERVICE)
                continue
            try:
                self._client = self._client or connect(self._state)
                if self._client is None:
                    self._absent(name)
                else:
                    self._tell(self._client, name)
            except (Declined, EngineLost) as error:
                self._fail(name, str(error))

    def _known(self, name: str) -> bool:
        own = os.path.basename(name.rstrip("/"))
        return bool(self._identity) and (own == SERVICE or own in platform_services(self._identity))

    def _absent(self, name: str) -> None:
        if self._action.letters == "x":
            _say(f"ok: {name}: {runit.NOT_RUNNING}")
        else:
            self._fail(name, runit.NOT_RUNNING)

    def _tell(self, client: Client, name: str) -> None:
        seen = look(client, self._identity)
        if not self._action.letters:
            _say(runit.status(name, seen))
            return
        ours = os.path.basename(name.rstrip("/")) == SERVICE
        asked = runit.requests(self._action.letters, seen)
        if asked and not ours:
            self._fail(name, DENIED)
            return
        for operation, more in asked:
            client.ask(operation, targets=[self._identity], **more)
        self._before[name] = seen
        self._waiting.append(name)

    def wait(self, seconds: float) -> None:
        """Wait until all is as asked for, and say so for each; SIGKILL in time where that is meant.

        An engine that ends meanwhile has ended everything.
        """
        if self._client is None or not self._waiting:
            return
        try:
            self._client.ask("watch")
            self._until_done(self._client, seconds)
        except TimeoutError:
            self._late(self._client)
        except (Declined, EngineLost):
            for name in self._waiting:
                self._absent(name)

    def _until_done(self, client: Client, seconds: float) -> None:
        notices = notices_for(client, seconds)
        while True:
            now = look(client, self._identity)
            for name in list(self._waiting):
                if runit.done(self._action.letters, now, self._before[name]):
                    self._waiting.remove(name)
                    gone = self._action.letters == "x"
                    text = f"{name}: {runit.NOT_RUNNING}" if gone else runit.status(name, now)
                    _say(f"ok: {text}")
            if not self._waiting:
                return
            if next(notices, None) is None:
                raise EngineLost

    def _late(self, client: Client) -> None:
        seen = look(client, self._identity)
        for name in self._waiting:
            _say(f"{'kill' if self._action.force else 'timeout'}: {runit.status(name, seen)}")
            self.failures += 1
        if self._action.force:
            client.ask("kill", targets=[self._identity])
            if "d" not in self._action.letters and seen.want == "up":
                client.ask("up", targets=[self._identity])

    def _fail(self, name: str, why: str) -> None:
        _say(f"fail: {name}: {why}")
        self.failures += 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def platform_services(identity: str) -> tuple[str, ...]:
    """Return the names that `sv` knows in this shell beside `app`: those of a web container.

    Here one process does what they do there, and its status is theirs.
    """
    if "--" in identity:
        return ()
    import base64
    import json

    try:
        application = json.loads(base64.b64decode(os.environ.get("PLATFORM_APPLICATION", "")))
        language, _, version = str(application["type"]).partition(":")
    except (ValueError, KeyError, TypeError):
        return ("nginx",)
    return ("nginx", f"php{version}-fpm") if language == "php" else ("nginx",)


def look(client: Client, identity: str) -> runit.Seen:
    """Return how the instance stands now."""
    row = rows_of(client.ask("status", targets=[identity]))[0]
    return runit.Seen(
        row.state,
        row.want,
        row.pid,
        row.ready,
        _seconds(row),
        row.kind == "worker",
        row.pid is not None and _paused(row.pid),
        row.since,
    )


def _paused(pid: int) -> bool:
    """Return whether SIGSTOP holds the process; only Linux tells without asking a program."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] == b"T"
    except OSError:
        return False  # it has ended, or there is no /proc


def _seconds(row: Status) -> float:
    """Return for how long it has run or been down."""
    ended = (row.exit or {}).get("at") if row.pid is None else None
    since = seconds_of(str(ended or row.since))
    return 0.0 if since is None else time.time() - since


if __name__ == "__main__":
    main()
