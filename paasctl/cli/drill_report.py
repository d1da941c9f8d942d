"""What a drill has found out: figures, and the verdict. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from paasctl.cli.endings import how
from paasctl.cli.table import envelope

Exit = Mapping[str, object]


class Round(NamedTuple):
    """One restart: seconds of pause before it, of its stop, and until it was ready again.

    `ready` is None where it did not become ready; `exit` is how its process had ended.
    """

    id: str
    pause: float
    stop: float
    ready: float | None
    exit: Exit

    @property
    def forced(self) -> bool:
        """Return whether SIGKILL was needed."""
        return bool(self.exit.get("forced"))


class Report(NamedTuple):
    """A whole drill. `crashes` are ends that nobody had asked for, `check` an exit code.

    `loads` are the exit codes of load commands that have ended before the drill was over.
    """

    name: str
    seed: int
    rounds: tuple[Round, ...]
    crashes: tuple[Exit, ...] = ()
    loads: tuple[int, ...] = ()
    check: int | None = None

    def faults(self) -> list[str]:
        """Return what is wrong, a sentence each; nothing where all is well."""
        found = []
        forced = sum(item.forced for item in self.rounds)
        if forced:
            times = _times(forced)
            found.append(f"SIGKILL was needed {times}: it does not end on SIGTERM in time")
        lost = sum(item.ready is None for item in self.rounds)
        if lost:
            found.append(f"it did not become ready again {_times(lost)}")
        if self.check:
            found.append(f"the check failed with exit code {self.check}")
        return found


class Spread(NamedTuple):
    """The least, the middle and the most of some seconds."""

    min: float
    p50: float
    max: float


def spread(values: Sequence[float]) -> Spread | None:
    """Return the spread of values, of an even number of them the lower middle; None for none."""
    if not values:
        return None
    ranked = sorted(values)
    return Spread(ranked[0], ranked[(len(ranked) - 1) // 2], ranked[-1])


def as_json(report: Report) -> str:
    """Return the contract of `paasctl drill --format json`."""
    stops, ready = _spreads(report)
    return envelope(
        {
            "name": report.name,
            "ok": not report.faults(),
            "faults": report.faults(),
            "seed": report.seed,
            "restarts": len(report.rounds),
            "sigkills": sum(item.forced for item in report.rounds),
            "stop": stops and stops._asdict(),
            "ready": ready and ready._asdict(),
            "crashes": list(report.crashes),
            "loads": list(report.loads),
            "check": report.check,
            "rounds": [item._asdict() for item in report.rounds],
        }
    )


def as_text(report: Report) -> str:
    """Return the report for people."""
    stops, ready = _spreads(report)
    lines = [
        ("restarts", f"{len(report.rounds)}   (seed {report.seed})"),
        ("stop", _seconds(stops)),
        ("ready again", _seconds(ready)),
        ("SIGKILL", f"needed {_times(sum(item.forced for item in report.rounds))}"),
        ("ends", _ends(item.exit for item in report.rounds)),
    ]
    if report.crashes:
        lines.append(("by itself", _ends(report.crashes)))
    if report.loads:
        failed = sum(code != 0 for code in report.loads)
        lines.append(("load", f"ended {_times(len(report.loads))}, {failed} with an error"))
    if report.check is not None:
        lines.append(("check", "well" if report.check == 0 else f"exit code {report.check}"))
    faults = report.faults()
    lines += [("verdict", fault) for fault in faults] or [("verdict", "it stops as it should")]
    return "".join(f"  {name:<12} {text}\n" for name, text in lines)


def _spreads(report: Report) -> tuple[Spread | None, Spread | None]:
    ready = [item.ready for item in report.rounds if item.ready is not None]
    return spread([item.stop for item in report.rounds]), spread(ready)


def _seconds(found: Spread | None) -> str:
    if found is None:
        return "-"
    return f"min {found.min:.2f}s   p50 {found.p50:.2f}s   max {found.max:.2f}s"


def _ends(exits: Iterable[Exit]) -> str:
    counted = Counter(how(found) for found in exits)
    return ", ".join(f"{count} × {text}" for text, count in counted.most_common()) or "-"  # noqa: RUF001 -- a sign


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")
