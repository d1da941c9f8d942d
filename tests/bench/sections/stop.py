"""Stopping programs that obey SIGTERM: until the last one is gone, and until all is."""

import time

from tests.bench.bed import PATIENCE, Bed, Failed, Trial, pause
from tests.bench.figures import Report, figure
from tests.bench.processes import Deaths
from tests.bench.wanted import Wanted

RAN = 1.5
MUST = {100: 30.0, 1000: 150.0}
USUAL = {1: 5, 10: 3, 100: 5}


def measure(bed: Bed, wanted: Wanted, report: Report) -> None:
    """Report milliseconds from the request on."""
    for size in wanted.sizes:
        programs: dict[str, list[float]] = {}
        everything: dict[str, list[float]] = {}
        for _ in range(wanted.times(USUAL.get(size, 2))):
            for peer in wanted.able(size):
                with wanted.attempt(peer, size), bed.trial(peer, size) as trial:
                    last, all_gone = stopped(trial)
                if (peer.name, size) in wanted.failed:
                    continue
                programs.setdefault(peer.name, []).append(last)
                everything.setdefault(peer.name, []).append(all_gone)
        for name, samples in programs.items():
            must = MUST.get(size)
            report(figure("stop", f"N={size}, programs gone", name, "ms", samples, must))
            report(figure("stop", f"N={size}, all gone", name, "ms", everything[name]))


def stopped(trial: Trial) -> tuple[float, float]:
    """Start, stop, and return both times in milliseconds."""
    trial.up()
    pause(RAN)
    programs, others = Deaths(trial.children().values()), Deaths(trial.supervisors())
    try:
        began = time.monotonic()
        trial.peer.stop(trial)
        if not programs.wait(PATIENCE) or not others.wait(PATIENCE):
            raise Failed(f"{trial.peer.name} did not stop\n{trial.errors()}")
        return programs.last_since(began) * 1000, others.last_since(began) * 1000
    finally:
        programs.close()
        others.close()
