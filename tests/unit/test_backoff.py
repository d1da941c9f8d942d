import pytest

from paasctl.supervise.backoff import climb, delay


def delays_of(lives: list[float]) -> list[float]:
    position, found = 0, []
    for life in lives:
        position = climb(position, life)
        found.append(delay(position))
    return found


@pytest.mark.parametrize(
    ("lives", "expected"),
    [
        ([3600.0], [0]),
        ([1.0], [0]),
        ([0.99], [1]),
        ([0.0] * 8, [1, 2, 4, 8, 16, 30, 30, 30]),
        ([1.5] * 8, [0, 1, 2, 4, 8, 16, 30, 30]),
        ([0.0, 0.0, 10.0, 0.0], [1, 2, 0, 1]),
        ([0.0, 9.9, 9.9], [1, 2, 4]),
        ([600.0] * 3, [0, 0, 0]),
    ],
)
def test_delay_before_the_next_start(lives: list[float], expected: list[float]) -> None:
    assert delays_of(lives) == expected


def test_it_never_gives_up_and_never_waits_longer_than_half_a_minute() -> None:
    assert delays_of([0.0] * 1000)[-1] == 30
