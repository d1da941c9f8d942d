"""Restart: from the SIGKILL of a program to the start of its successor."""

import os
import signal
import time

from tests.bench.bed import Bed, Failed, Trial, pause
from tests.bench.figures import Report, figure
from tests.bench.wanted import Wanted

RAN = 1.5
"""Seconds that every program has run before it is killed: beyond everybody's back-off."""
PATIENCE = 10.0
APART = 0.05
"""Seconds between two kills: the second is not to wait for what the first has caused."""
MUST = 3.0


def measure(bed: Bed, wanted: Wanted, report: Report) -> None:
    """Report the milliseconds; every program is killed once, one after the other.

    How many there are, the peer says: those that take seconds have fewer.
    """
    for peer in wanted.able():
        if not peer.victims:
            continue
        count = peer.victims
        samples: list[float] = []
        with wanted.attempt(peer), bed.trial(peer, count) as trial:
            trial.up()
            pause(RAN)
            pids = trial.children()
            samples += [_killed(trial, name, pids[name]) * 1000 for name in trial.programs]
        if not samples:
            continue
        report(figure("restart", "after SIGKILL, median", peer.name, "ms", samples, MUST))
        worst = sorted(samples)[int(len(samples) * 0.95)]
        report(figure("restart", "after SIGKILL, 95 of 100", peer.name, "ms", [worst]))


def _killed(trial: Trial, name: str, pid: int) -> float:
    pause(APART)
    trial.starts.last.clear()
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    if not trial.starts.wait_for({name}, PATIENCE):
        raise Failed(f"{name} was not started again within {PATIENCE:g} s")
    return trial.starts.last[name] - began
