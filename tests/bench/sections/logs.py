"""Output: what a million lines cost the supervisor, in a file and as a shown stream."""

import os
import time

from tests.bench.bed import PATIENCE, Bed, Failed, Trial, pause
from tests.bench.figures import Report, figure
from tests.bench.gate import Gate
from tests.bench.lines import Count, count, write_lines
from tests.bench.peers.peer import Peer
from tests.bench.wanted import Wanted

WRITERS = 10
SETTLE = 1.5
MUST_FILE, MUST_SHOWN = 0.0, 0.5
LINES = 1_000_000


def to_files(bed: Bed, wanted: Wanted, report: Report) -> None:
    """Report CPU seconds of the supervisor while a program writes a million lines."""
    for peer in wanted.able():
        if not peer.logs:
            continue
        with wanted.attempt(peer):
            lines = LINES // peer.fewer
            samples = [_one_writer(bed, peer, lines) for _ in range(wanted.times(3))]
            what = "CPU per million lines to a file"
            report(figure("log", what, peer.name, "s", samples, MUST_FILE))


def _one_writer(bed: Bed, peer: Peer, lines: int) -> float:
    text = write_lines(bed.base, lines)
    with Gate(bed.base, 1) as gate, bed.trial(peer, 1, before=gate.writer(text)) as trial:
        trial.launch(peer.argv(trial))
        gate.await_writers(PATIENCE)
        trial.await_front()
        pause(SETTLE)
        before = trial.own_cpu()
        gate.open()
        trial.await_starts()
        _await_size(trial, peer.log(trial, trial.first), os.path.getsize(text))
        pause(0.5)
        return (trial.own_cpu() - before) * 1e6 / lines


def shown(bed: Bed, wanted: Wanted, report: Report) -> None:
    """Report CPU seconds of everything that shows ten programs' million lines; verify them."""
    for peer in wanted.able(WRITERS):
        if not peer.prefixes:
            continue
        each = LINES // WRITERS // peer.fewer
        counts, samples, rates = [], [], []
        for _ in range(wanted.times(3)):
            cpu, seconds, counted = _ten_writers(bed, peer, each)
            counts.append(counted)
            samples.append(cpu * 1e6 / (each * WRITERS))
            rates.append(each * WRITERS / seconds / 1e6)
        name = peer.name
        report(figure("shown", "CPU per million lines", name, "s", samples, MUST_SHOWN))
        report(figure("shown", "lines per second", name, "million", rates))
        torn = [float(one.torn) for one in counts]
        lost = [float(each * WRITERS - one.whole) for one in counts]
        report(figure("shown", "torn lines", name, "", torn, 0.0))
        report(figure("shown", "lost lines", name, "", lost, 0.0))


def _ten_writers(bed: Bed, peer: Peer, each: int) -> tuple[float, float, Count]:
    """Return CPU seconds, seconds until the last line was shown, and the lines found."""
    text = write_lines(bed.base, each)
    with (
        Gate(bed.base, WRITERS) as gate,
        bed.trial(peer, WRITERS, before=gate.writer(text)) as trial,
    ):
        trial.launch(peer.attached(trial))
        gate.await_writers(PATIENCE)
        pause(SETTLE)
        stdout = os.path.join(trial.directory, "stdout")
        before = trial.own_cpu()
        began = time.monotonic()
        gate.open()
        trial.await_starts()
        _await_size(trial, stdout, os.path.getsize(text) * WRITERS)
        _await_rest(stdout)
        seconds = os.stat(stdout).st_mtime_ns / 1e9 - (time.time() - time.monotonic() + began)
        return trial.own_cpu() - before, seconds, count(stdout)


def _await_size(trial: Trial, path: str, size: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not os.path.exists(path) or os.path.getsize(path) < size:
        if time.monotonic() > deadline:
            raise Failed(f"{trial.peer.name}: {path} has not grown to {size} bytes")
        pause(0.02)


def _await_rest(path: str) -> None:
    """Return when a file has not grown for half a second."""
    size = -1
    while size != os.path.getsize(path):
        size = os.path.getsize(path)
        pause(0.5)
