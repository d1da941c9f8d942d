"""How many copies of each worker are wanted, over several command lines."""

import pytest

from paasctl.cli.exits import Refused
from paasctl.cli.wishes import Wish, scale_of

Scale = tuple[tuple[str, int], ...]


@pytest.mark.parametrize(
    ("kept", "scale", "expected"),
    [
        ((), (), ()),
        ((("queue", 2),), (), (("queue", 2),)),
        ((("queue", 2),), (("queue", 3),), (("queue", 3),)),
        ((("queue", 2),), (("mail", 3),), (("queue", 2), ("mail", 3))),
        ((("queue", 2),), (("a--queue", 3),), (("queue", 2), ("a--queue", 3))),
        ((("queue", 2), ("a--queue", 3)), (("queue", 4),), (("queue", 4),)),
        ((("a--x", 3), ("b--x", 2)), (("a--x", 1),), (("b--x", 2), ("a--x", 1))),
    ],
)  # fmt: skip
def test_the_last_word_counts(kept: Scale, scale: Scale, expected: Scale) -> None:
    assert Wish(kept=kept, scale=scale).copies() == expected


@pytest.mark.parametrize("text", ["queue", "queue=", "=3", "queue=-1", "queue=x", "queue=10000"])
def test_what_is_no_scale(text: str) -> None:
    with pytest.raises(Refused) as refused:
        scale_of(text, text)
    assert refused.value.code == 2
