"""Starting: CPU of everything until N programs run, and the time until the last one does."""

import itertools

from tests.bench.bed import Bed, Trial, pause
from tests.bench.figures import Report, figure, ratio
from tests.bench.peers.paasctl import Paasctl, PaasctlChanged, PaasctlSecond
from tests.bench.peers.peer import Peer
from tests.bench.wanted import Wanted

SETTLE = 1.5
"""Seconds after the last start: by then everybody has seen its programs be ready."""
MUST_RATIO = {"paasctl": 5.0, "paasctl, changed": 5.0, "paasctl, unchanged": 4.0}
MUST_PER_CHILD = 1.1
TOO_FEW = (10,)
MUST_UP = {1000: 1.0}
USUAL = {1: 9, 10: 3, 100: 3}


def measure(bed: Bed, wanted: Wanted, report: Report) -> None:
    """Report start figures for all sizes, and what one more program costs."""
    cpu: dict[tuple[str, int], list[float]] = {}
    wall: dict[tuple[str, int], list[float]] = {}
    units: dict[tuple[str, int], list[float]] = {}
    for size in wanted.sizes:
        for _ in range(wanted.times(USUAL.get(size, 2))):
            for peer in _variants(wanted, size):
                unit = bed.unit()
                with wanted.attempt(peer, size):
                    seconds, used = _once(bed, peer, size)
                if (peer.name, size) in wanted.failed:
                    continue
                units.setdefault((peer.name, size), []).append(unit)
                cpu.setdefault((peer.name, size), []).append(used)
                wall.setdefault((peer.name, size), []).append(seconds)
    every = [unit for samples in units.values() for unit in samples]
    report(figure("start", "python3 -c pass, CPU", "", "ms", _ms(every)))
    for (name, size), samples in cpu.items():
        what = f"CPU of everything, N={size}"
        report(figure("start", what, name, "ms", _ms(samples)))
        if size == 1:
            beside = units[name, size]
            report(ratio("start", what, name, samples, beside, MUST_RATIO.get(name)))
    for (name, size), samples in wall.items():
        must = MUST_UP.get(size)
        report(figure("start", f"until N={size} run", name, "s", samples, must))
    _per_child(cpu, report)


def _variants(wanted: Wanted, size: int) -> list[Peer]:
    chosen: list[Peer] = list(wanted.able(size))
    if wanted.paasctl():
        chosen += [PaasctlChanged(), PaasctlSecond()] if size == 1 else [PaasctlSecond()]
    return chosen


def _once(bed: Bed, peer: Peer, size: int) -> tuple[float, float]:
    """Start once; return the seconds it took and the CPU seconds of everything."""
    with bed.trial(peer, size) as trial:
        if isinstance(peer, PaasctlChanged | PaasctlSecond):
            _up_and_down(trial, peer)
        before = trial.meter.read()
        seconds = trial.up()
        pause(SETTLE)
        return seconds, trial.meter.read() - before


def _up_and_down(trial: Trial, peer: Paasctl) -> None:
    trial.up()
    peer.stop(trial)
    trial.await_silence()
    if isinstance(peer, PaasctlChanged):
        with open(peer.manifest(trial), "a", encoding="utf-8") as file:
            file.write("# changed\n")


def _ms(samples: list[float]) -> list[float]:
    return [value * 1000 for value in samples]


def _per_child(cpu: dict[tuple[str, int], list[float]], report: Report) -> None:
    """One more program: the difference between one N of a peer and the next greater one.

    Where that is a few programs only, it would be the noise of the greater part divided.
    """
    for name in dict.fromkeys(peer for peer, _ in cpu):
        sizes = sorted(size for peer, size in cpu if peer == name and size not in TOO_FEW)
        for low, high in itertools.pairwise(sizes):
            base = sum(cpu[name, low]) / len(cpu[name, low])
            each = [(used - base) / (high - low) * 1000 for used in cpu[name, high]]
            what = f"CPU of one more, N={low} to {high}"
            report(figure("start", what, name, "ms", each, MUST_PER_CHILD))
