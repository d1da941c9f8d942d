"""Doing nothing: how often a supervisor wakes up, and what it holds, while nothing happens."""

from tests.bench import proc
from tests.bench.bed import Bed, pause
from tests.bench.figures import Report, figure
from tests.bench.wanted import Wanted

SETTLE, WATCHED = 3.0, 5.0
MUST_WAKE = 0.0
MUST_PSS = {1: 10.0, 100: 11.0, 1000: 14.0}


def measure(bed: Bed, wanted: Wanted, report: Report) -> None:
    """Report wake-ups a second and PSS of everything but the programs."""
    for size in wanted.sizes:
        for peer in wanted.able(size):
            wakes, memory = [], []
            for _ in range(wanted.times(1)):
                with wanted.attempt(peer, size), bed.trial(peer, size) as trial:
                    trial.up()
                    pause(SETTLE)
                    own = trial.supervisors()
                    before = sum(map(proc.wake_ups, own))
                    pause(WATCHED)
                    wakes.append((sum(map(proc.wake_ups, own)) - before) / WATCHED)
                    memory.append(sum(map(proc.pss, own)))
            if not wakes:
                continue
            report(figure("idle", f"wake-ups, N={size}", peer.name, "/s", wakes, MUST_WAKE))
            limit = MUST_PSS.get(size)
            report(figure("idle", f"PSS, N={size}", peer.name, "MiB", memory, limit))
