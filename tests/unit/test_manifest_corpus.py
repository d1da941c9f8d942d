"""Real projects and broken cases: every error has a known reason, every case its place and kind.

`tests/corpus_verdicts.tsv` lists each error that is reported on a real project, and why it is
right. An error that is not in the list fails here, and so does a line that is no longer reported.
"""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from paasctl.manifest.load import load
from paasctl.model.problem import Severity

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
CORPUS = ROOT / "../shared/corpus"

KINDS = {
    "missing-key": {"missing-key", "missing-disk", "no-manifest"},
    "bad-value": {"bad-value", "unknown-type", "two-flavours", "unreadable"},
    "unknown-key": {"unknown-key", "wrong-flavour"},
    "duplicate-name": {"duplicate-name", "mount-clash"},
}
"""Kinds of the table that are several codes here."""
ASKED_OTHERWISE = {
    "041-typo-top-key": "spec Q5: the platform lets it pass: a warning, an error with --strict",
    "042-typo-workers": "spec Q5: the platform lets it pass: a warning, an error with --strict",
}


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def needs_corpus():
    if not CORPUS.is_dir():
        pytest.skip("the shared folder with the corpus is absent")


def test_every_error_on_a_real_project_has_a_reason_and_every_other_project_loads():
    needs_corpus()
    rows = table(TESTS / "corpus_verdicts.tsv")
    assert all(row["reason"] for row in rows)
    expected = {(r["project"], r["file"], int(r["line"]), r["code"]) for r in rows}
    said = set()
    for project in sorted((CORPUS / "projects").iterdir()):
        loaded = load(str(project))
        errors = [p for p in loaded.problems if p.severity is Severity.ERROR]
        assert (loaded.project is None) == bool(errors)
        said |= {(project.name, *p.position[:2], p.code) for p in errors}
        assert all(p.position is not None and p.message for p in loaded.problems)
    assert said - expected == set()
    assert expected - said == set()


def test_worker_sections_of_real_projects_are_read():
    needs_corpus()
    seen = 0
    for path in sorted((CORPUS / "workers").glob("*.yaml")):
        loaded = load(str(path.parent), [path.name])
        assert all(p.message and p.position for p in loaded.problems)
        assert "yaml-syntax" not in {p.code for p in loaded.problems}, path.name
        seen += 1
    assert seen > 10


def verdict(case):
    """Return "" if the case is judged as the table asks, else what is said instead."""
    loaded = load(str(CORPUS / "invalid" / case["case"]))
    errors = [p for p in loaded.problems if p.severity is Severity.ERROR]
    if case["verdict"] == "accept":
        return "" if not errors else str(errors)
    if case["verdict"] == "accept-or-error":
        return ""
    wanted = {
        "error": {Severity.ERROR},
        "warning": {Severity.WARNING},
        "error-or-warning": {Severity.ERROR, Severity.WARNING},
    }[case["verdict"]]
    kinds = KINDS.get(case["kind"], {case["kind"]})
    for problem in loaded.problems:
        place = (problem.position.file, str(problem.position.line)) if problem.position else None
        at = place == (case["file"], case["line"]) or not case["line"]
        if problem.severity in wanted and at and problem.code in kinds:
            return ""
    return str([(p.code, p.severity.value, p.position) for p in loaded.problems])


def test_broken_cases_are_judged_as_expected_line_for_line():
    needs_corpus()
    cases = table(CORPUS / "invalid/expected.tsv")
    judged = {case["case"]: verdict(case) for case in cases}
    wrong = {name: said for name, said in judged.items() if said}
    print(f"{len(cases) - len(wrong)} of {len(cases)} as expected")
    for name, said in wrong.items():
        print(f"{name}: {ASKED_OTHERWISE.get(name, said)}")
    assert wrong.keys() == ASKED_OTHERWISE.keys()
    assert len(cases) >= 93


PROBE = """
import re, sys, time
from paasctl.manifest.load import load
started = time.process_time()
load(sys.argv[1])
# Not ru_maxrss: that is never less than what the parent had when it forked.
status = open("/proc/self/status").read()
print(time.process_time() - started, re.search("VmHWM:\\s+(\\d+)", status)[1])
"""


@pytest.mark.parametrize("case", ["022-billion-laughs", "026-deep-flow-list", "028-long-line"])
def test_hostile_files_stay_below_a_second_and_200_megabytes(case):
    needs_corpus()
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(CORPUS / "invalid" / case)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    seconds, kilobytes = map(float, done.stdout.split())
    assert seconds < 1
    assert kilobytes < 200_000
