"""Lines 12 and 16 of the checklist, for manifests alone."""

import time
from pathlib import Path

import pytest

from paasctl.manifest.load import load

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "../shared"


@pytest.mark.checklist(12, "read")
@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("node app.js &", True),
        ("a; b & ", True),
        ("a && b", False),
        ("a & b", False),
        ("echo 'a &'", False),
        ("a 2>&1", False),
    ],
)
def test_a_start_line_that_ends_in_the_background_is_told_with_its_place(tmp_path, start, told):
    (tmp_path / ".platform.app.yaml").write_text(
        f"name: app\ntype: golang:1.26\nworkers:\n  queue:\n    commands:\n      start: |\n"
        f"        {start}\n"
    )
    found = [p for p in load(str(tmp_path)).problems if p.code == "background-start"]
    assert bool(found) == told
    for problem in found:
        assert problem.position is not None
        assert problem.position.line in (6, 7)
        assert problem.hint


@pytest.mark.checklist(16, "quick")
def test_a_real_manifest_takes_less_than_a_tenth_of_a_second():
    if not SHARED.is_dir():
        pytest.skip("the shared folder with the corpus is absent")
    places = [ROOT / "examples/quickstart"]
    places += sorted((SHARED / "corpus/projects").iterdir())
    places += sorted((SHARED / "scenarios").glob("*/"))
    slow = {}
    for place in places:
        taken = []
        for _ in range(3):  # CPU, and the best of three: the machine may have other work
            began = time.process_time()
            load(str(place))
            taken.append(time.process_time() - began)
            if taken[-1] < 0.1:
                break
        else:
            slow[place.name] = min(taken)
    assert len(places) > 20
    assert not slow
