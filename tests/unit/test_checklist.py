"""Every line of the reliability checklist has a test that says so."""

import pytest

from tests.checklist import LINES, claims, table

WANTED = {(number, part) for number, line in LINES.items() for part in line.parts or ("",)}
CLAIMS = list(claims())
TO_COME = {
    (2, ""), (5, ""), (7, ""), (8, "countdown"), (11, "guardian"), (11, "upgrade"),
    (12, "read"), (12, "run"), (13, ""),
    (16, "quick"), (17, ""), (18, "disk full"), (18, "terminal"), (19, ""), (20, "reused pid"),
    (21, "no locks"), (22, "directory"), (22, "environment"), (22, "limits"), (22, "umask"),
    (23, "CI"), (23, "make"), (23, "no TERM"), (23, "no terminal"), (23, "pid 1"), (23, "ssh"),
    (23, "tmux"), (24, ""), (25, ""),
}  # fmt: skip
"""Lines whose tests are being written; not one of them may stay here for long."""


def test_the_checklist_is_numbered_from_1_to_26():
    assert list(LINES) == list(range(1, 27))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.number}-{claim.part}")
def test_a_test_names_a_line_that_there_is(claim):
    assert (claim.number, claim.part) in WANTED, f"{claim}: see tests/checklist.py"


def test_every_line_has_a_test():
    missing = WANTED - TO_COME - {(claim.number, claim.part) for claim in CLAIMS}
    print(table())
    assert not missing, sorted(missing)
