import pytest

from paasctl.supervise.rollout import (
    Leaving,
    Member,
    Outcome,
    Progress,
    due,
    leave,
    outcome,
)

D, G, S, F = Progress.DUE, Progress.GOING, Progress.SETTLED, Progress.FAILED


def members(*rows: tuple[str, int, Progress] | tuple[str, int, Progress, bool]) -> list[Member]:
    return [Member(*row) for row in rows]


@pytest.mark.parametrize(
    ("given", "starting", "stands"),
    [
        ([], (), Outcome.DONE),
        ([("db", 0, D), ("build", 0, D, True), ("app", 2, D)], ("db", "build"), Outcome.GOING),
        ([("db", 0, G), ("build", 0, S, True), ("app", 2, D)], (), Outcome.GOING),
        ([("db", 0, S), ("deploy", 1, D), ("app", 2, D)], ("deploy",), Outcome.GOING),
        ([("db", 0, S), ("deploy", 1, F), ("app", 2, D), ("q", 2, D)], ("app", "q"), Outcome.GOING),
        ([("db", 0, S), ("build", 0, F, True), ("app", 2, D)], (), Outcome.FAILED),
        ([("db", 0, D), ("app", 2, G), ("q", 2, D)], ("db",), Outcome.GOING),
        ([("db", 0, S), ("app", 2, S), ("post", 3, F)], (), Outcome.DONE),
    ],
)
def test_a_stage_opens_when_the_ones_before_it_have_settled(
    given: list[tuple[str, int, Progress]], starting: tuple[str, ...], stands: Outcome
) -> None:
    assert due(members(*given)) == starting
    assert outcome(members(*given)) is stands


def test_services_leave_last() -> None:
    def at(app: bool, db: bool) -> tuple[str, ...]:
        return leave([Leaving("db", True, db), Leaving("app", False, app)])

    assert at(True, True) == ("app",)
    assert at(False, True) == ("db",)
    assert at(False, False) == ()
