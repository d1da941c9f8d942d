"""The deadline: how late SIGKILL comes to programs that ignore SIGTERM."""

import statistics
import time

from tests.bench.bed import Bed, Failed, pause
from tests.bench.figures import Report, figure
from tests.bench.peers.peer import Peer
from tests.bench.processes import Deaths
from tests.bench.wanted import Wanted

IGNORES = "trap '' TERM; "
"""What is ignored stays ignored across exec."""
STUBBORN = 10
RAN = 1.5
MUST = 5.0


def measure(bed: Bed, wanted: Wanted, report: Report) -> None:
    """Report the lateness in milliseconds after request and grace; an upper bound."""
    for peer in wanted.able():
        if not peer.kills:
            continue
        for grace in (2.0, 15.0) if peer in wanted.paasctl() else (2.0,):
            medians, lasts = [], []
            with wanted.attempt(peer):
                for _ in range(wanted.times(3 if grace < 15 else 1)):
                    late = _late(bed, peer, grace)
                    medians.append(statistics.median(late))
                    lasts.append(max(late))
            if not medians:
                continue
            what = f"{grace:g} s, {STUBBORN} stubborn"
            report(figure("deadline", f"{what}: median", peer.name, "ms late", medians, MUST))
            report(figure("deadline", f"{what}: last", peer.name, "ms late", lasts))


def _late(bed: Bed, peer: Peer, grace: float) -> list[float]:
    wish = None if grace == 15 else grace
    with bed.trial(peer, STUBBORN, before=IGNORES, grace=wish) as trial:
        trial.up()
        pause(RAN)
        deaths = Deaths(trial.children().values())
        try:
            began = time.monotonic()
            peer.stop(trial)
            if not deaths.wait(grace * (STUBBORN + 2)):
                raise Failed("it does not end programs that ignore SIGTERM")
            return [(at - began - grace) * 1000 for at in deaths.at.values()]
        finally:
            deaths.close()
