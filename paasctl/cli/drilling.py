"""The restarts of a drill: at random moments, each watched to its end and to readiness."""

import random
import select
import time
from collections import deque
from collections.abc import Callable, Iterable

from paasctl.cli.clock import seconds_of
from paasctl.cli.drill_report import Exit, Round
from paasctl.cli.endings import found_of
from paasctl.cli.engine import asked, number
from paasctl.cli.exits import Exit as Code
from paasctl.cli.exits import Refused
from paasctl.control.client import Client
from paasctl.model.status import By, Status

Notice = dict[str, object]
READY_WITHIN = 60.0
"""Seconds after its start in which a process has to be ready again."""
GONE_WITHIN = 30.0
"""Seconds in which the stop rule has ended everything: 15 and the time of a busy machine."""


class Drill:
    """Restarts the instances one at a time; `crashes` collects what ends without being asked."""

    def __init__(self, client: Client, rows: Iterable[Status], seed: int, window: float) -> None:
        self._client = client
        self._ready = {row.id: row.ready for row in rows}
        self._random = random.Random(seed)  # noqa: S311 -- it has to be repeatable
        self._window = window
        self._inbox: deque[Notice] = deque()
        self.crashes: list[Exit] = []

    def begin(self) -> None:
        """Watch, and wait until all are ready; Refused (1) if one is not."""
        asked(self._client, "watch", since=number(asked(self._client, "status"), "seq"))
        for instance in list(self._ready):
            self._demand_ready(instance)

    def round(self) -> Round:
        """Let a random time pass, restart one of them and wait until it is ready again.

        One that has just ended by itself is waited for and restarted a random time later.
        Refused (1, 5) where it is not ready before, or not gone in time.
        """
        instance = self._random.choice(sorted(self._ready))
        while True:
            pause = self._random.uniform(0.0, self._window)
            self._until(lambda notice: False, pause)
            self._demand_ready(instance)
            seq = number(asked(self._client, "restart", targets=[instance]), "seq")
            self._ready[instance] = False
            began = self._until(_after(seq, instance, "stopping", "starting"), GONE_WITHIN)
            if began is None or began["new"] != "starting":
                break
        ended = self._until(_after(seq, instance, "starting", "stopped"), GONE_WITHIN)
        if began is None or ended is None:
            raise Refused(Code.TIMED_OUT, f"{instance} was not gone after {GONE_WITHIN:g}s")
        waited = time.monotonic()
        up = self._until_ready(instance)
        return Round(
            id=instance,
            pause=round(pause, 3),
            stop=round(_stamp(ended) - _stamp(began), 3),
            ready=round(time.monotonic() - waited, 3) if up else None,
            exit=found_of(ended) or {},
        )

    def _demand_ready(self, instance: str) -> None:
        if not self._until_ready(instance):
            raise Refused(Code.FAILED, f"{instance} is not ready", fix=f"paasctl show {instance}")

    def _until_ready(self, instance: str) -> bool:
        if not self._ready[instance]:
            self._until(lambda notice: self._ready[instance], READY_WITHIN)
        return self._ready[instance]

    def _until(self, wanted: Callable[[Notice], bool], seconds: float) -> Notice | None:
        """Take in notices until one is wanted; None when the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            while self._inbox:
                notice = self._inbox.popleft()
                self._note(notice)
                if wanted(notice):
                    return notice
            self._inbox.extend(self._client.pending())
            if self._inbox:
                continue
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if select.select([self._client], [], [], left)[0] and not self._client.receive():
                raise Refused(Code.FAILED, "the engine ended during the drill")

    def _note(self, notice: Notice) -> None:
        instance = str(notice.get("id"))
        if instance not in self._ready:
            return
        self._ready[instance] = bool(notice.get("ready"))
        ended = found_of(notice)
        if notice["event"] == "exited" and ended and ended.get("by") != By.PAASCTL:
            self.crashes.append(ended)


def _after(seq: int, instance: str, *states: str) -> Callable[[Notice], bool]:
    """Return whether a notice after `seq` says that the instance has come to a state."""

    def wanted(notice: Notice) -> bool:
        late = isinstance(notice.get("seq"), int) and int(str(notice["seq"])) > seq
        return late and notice["id"] == instance and notice["new"] in states

    return wanted


def _stamp(notice: Notice) -> float:
    return seconds_of(str(notice["at"])) or 0.0
