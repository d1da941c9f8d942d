"""Restart: from the SIGKILL of a program to the start of its successor."""

import os
import signal
import time

from tests.bench.bed import Bed, Trial, pause
from tests.bench.figures import Report, figure
from tests.bench.wanted import Wanted

RAN = 1.5
"""Seconds that every program has run before it is killed: beyond everybody's back-off."""
PATIENCE = 10.0
APART = 0.05
"""Seconds between two kills: the second is not to wait for what the first has caused."""
PROGRAMS = {"paasctl": 60, "supervisord": 8}
"""So many, each killed once, are the repetitions here."""
MUST = 3.0


def measure(bed: Bed, wanted: Wanted, report: Report) -> None:
    """Report the milliseconds; every program is killed once, one after the other."""
    for peer in wanted.able():
        if not peer.restarts:
            continue
        count = PROGRAMS[peer.name]
        with bed.trial(peer, count) as trial:
            trial.up()
            pause(RAN)
            pids = trial.children()
            samples = [_killed(trial, name, pids[name]) * 1000 for name in trial.programs]
        report(figure("restart", f"after SIGKILL, N={count}", peer.name, "ms", samples, MUST))


def _killed(trial: Trial, name: str, pid: int) -> float:
    pause(APART)
    trial.starts.last.clear()
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    trial.starts.wait_for({name}, PATIENCE)
    return trial.starts.last[name] - began
