"""The sections of the benchmark by name."""

from collections.abc import Callable, Mapping

from tests.bench.bed import Bed
from tests.bench.figures import Report
from tests.bench.sections import cli, deadline, idle, logs, restart, start, stop, validate
from tests.bench.wanted import Wanted

SECTIONS: Mapping[str, Callable[[Bed, Wanted, Report], None]] = {
    "start": start.measure,
    "idle": idle.measure,
    "restart": restart.measure,
    "stop": stop.measure,
    "deadline": deadline.measure,
    "log": logs.to_files,
    "shown": logs.shown,
    "cli": cli.measure,
    "validate": validate.measure,
}
