"""`paasctl validate`: a typical project, one of a hundred workers, and one of a megabyte.

Beside it check-jsonschema with the same schema, where it is installed: it reads one file and
knows shapes only.
"""

import os
import shutil
from collections.abc import Mapping

from tests.bench.bed import Bed
from tests.bench.figures import Report, figure, ratio
from tests.bench.interpreter import REPOSITORY
from tests.bench.wanted import Wanted

SCENARIO = os.path.join(os.path.dirname(REPOSITORY), "shared", "scenarios", "workers-example")
EXAMPLE = os.path.join(REPOSITORY, "examples", "quickstart")
SCHEMA = os.path.join(REPOSITORY, "schemas", "files", "app.json")
MUST = {"typical project": 5.0, "100 workers": 6.0}
LARGE = 1_000_000
"""Characters of a manifest that nobody writes by hand."""
SLOWEST = 1500.0
"""Milliseconds of CPU for it."""
USUAL = 9
WORKER = """\
    worker{number:03}:
        size: S
        disk: 512
        commands:
            start: |
                python worker.py --queue={number}
        variables:
            env:
                QUEUE: 'q{number}'
        mounts:
            scratch:
                source: local
                source_path: scratch
"""


def measure(bed: Bed, wanted: Wanted, report: Report) -> None:
    """Report CPU as multiples of `python3 -c pass`, without any cache of ours."""
    if not wanted.paasctl():
        return
    projects = {"typical project": _typical(bed), "100 workers": _workers(bed, "hundred", 100)}
    units: list[float] = []
    used: dict[str, list[float]] = {what: [] for what in projects}
    for _ in range(wanted.times(USUAL)):
        units.append(bed.unit())
        for what, directory in projects.items():
            shutil.rmtree(os.path.join(directory, ".paasctl"), ignore_errors=True)
            ended = bed.run([bed.find("paasctl"), "validate"], directory)
            used[what].append(ended.cpu)
    report(figure("validate", "python3 -c pass, CPU", "", "ms", [s * 1000 for s in units]))
    for what, samples in used.items():
        report(figure("validate", what, "paasctl", "ms", [s * 1000 for s in samples]))
        report(ratio("validate", what, "paasctl", samples, units, MUST[what]))
    large = _workers(bed, "large", LARGE // len(WORKER.format(number=0)) + 1)
    samples = [
        bed.run([bed.find("paasctl"), "validate"], large).cpu for _ in range(wanted.times(3))
    ]
    report(figure("validate", "1 MB", "paasctl", "ms", [s * 1000 for s in samples], SLOWEST))
    _beside(bed, wanted, report, projects)


def _beside(bed: Bed, wanted: Wanted, report: Report, projects: Mapping[str, str]) -> None:
    """Report what check-jsonschema takes for the app file of each project."""
    program = shutil.which("check-jsonschema")
    if program is None:
        return
    for what, directory in projects.items():
        file = os.path.join(directory, ".platform.app.yaml")
        command = [program, "--schemafile", SCHEMA, file]
        samples = [bed.run(command, directory).cpu for _ in range(wanted.times(USUAL))]
        report(figure("validate", what, "check-jsonschema", "ms", [s * 1000 for s in samples]))


def _typical(bed: Bed) -> str:
    source = SCENARIO if os.path.isdir(SCENARIO) else EXAMPLE
    return shutil.copytree(source, os.path.join(bed.base, "typical"))


def _workers(bed: Bed, name: str, count: int) -> str:
    directory = os.path.join(bed.base, name)
    os.mkdir(directory)
    manifest = "name: app\ntype: 'python:3.11'\ndisk: 2048\nworkers:\n"
    manifest += "".join(WORKER.format(number=number) for number in range(count))
    with open(os.path.join(directory, ".platform.app.yaml"), "w", encoding="utf-8") as file:
        file.write(manifest)
    return directory
