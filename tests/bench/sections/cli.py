"""The commands of every day, asked of a running engine: CPU of the command itself."""

import itertools

from tests.bench.bed import Bed, pause
from tests.bench.figures import Report, figure, ratio
from tests.bench.wanted import Wanted

RAN = 1.5
MUST = 3.0
USUAL = 9


def measure(bed: Bed, wanted: Wanted, report: Report) -> None:
    """Report `ps` and `restart` as multiples of `python3 -c pass`."""
    every: list[float] = []
    for size in (10, 100):
        for peer in wanted.able(size):
            used: dict[str, list[float]] = {}
            units: list[float] = []
            with wanted.attempt(peer, size), bed.trial(peer, size) as trial:
                commands = peer.commands(trial)
                if not commands:
                    continue
                trial.up()
                pause(RAN)
                names = itertools.cycle(trial.programs)
                for _ in range(wanted.times(USUAL)):
                    units.append(bed.unit())
                    for what, argv in commands:
                        name = next(names)
                        words = [word.replace("NAME", name) for word in argv]
                        ended = trial.command(words)
                        used.setdefault(what, []).append(ended.cpu)
            for what, samples in used.items():
                shown = f"{what}, N={size}"
                report(figure("cli", shown, peer.name, "ms", [s * 1000 for s in samples]))
                report(ratio("cli", shown, peer.name, samples, units, MUST))
            every += units
    if every:
        report(figure("cli", "python3 -c pass, CPU", "", "ms", [s * 1000 for s in every]))
