"""Every line of the reliability checklist has a test that says so."""

import pytest

from tests.checklist import LINES, claims, table

WANTED = {(number, part) for number, line in LINES.items() for part in line.parts or ("",)}
CLAIMS = list(claims())


def test_the_checklist_is_numbered_from_1_to_26():
    assert list(LINES) == list(range(1, 27))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.number}-{claim.part}")
def test_a_test_names_a_line_that_there_is(claim):
    assert (claim.number, claim.part) in WANTED, f"{claim}: see tests/checklist.py"


def test_every_line_has_a_test():
    missing = WANTED - {(claim.number, claim.part) for claim in CLAIMS}
    print(table())
    assert not missing, sorted(missing)
