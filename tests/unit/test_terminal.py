"""The parts of a visit to a terminal that are values: keys, messages, modes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.cli.modes import ALWAYS, Modes
from paasctl.terminal import wire
from paasctl.terminal.keys import DEFAULT, Detacher, sequence
from paasctl.terminal.program import LIMIT, socket_of
from paasctl.terminal.wire import Garbled, Incoming, Keys, Size


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (DEFAULT, b"\x10\x11"),
        ("ctrl-a", b"\x01"),
        ("Ctrl-Z", b"\x1a"),
        ("ctrl-],q", b"\x1dq"),
        ("ctrl-@,ctrl-_", b"\x00\x1f"),
        ("x, y", b"xy"),
    ],
)
def test_key_sequences(text: str, keys: bytes) -> None:
    assert sequence(text) == keys


@pytest.mark.parametrize("text", ["", "ctrl-", "ctrl-é", "abc", "ctrl-p,", "é", "alt-x"])
def test_what_is_no_key_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        sequence(text)


ALPHABET = st.binary(max_size=40).map(lambda data: bytes(b"aab"[code % 3] for code in data))


@given(
    ALPHABET, st.sampled_from([b"ab", b"aab", b"aa", b"abab", b"b"]), st.lists(st.integers(0, 40))
)
def test_the_sequence_ends_the_visit_and_nothing_else_is_swallowed(
    typed: bytes, keys: bytes, cuts: list[int]
) -> None:
    detacher = Detacher(keys)
    passed, left = b"", False
    for begin, end in pairwise([0, *sorted(cuts), len(typed)]):
        data, left = detacher.feed(typed[begin:end])
        passed += data
        if left:
            break
    assert left is (keys in typed)
    if left:
        assert passed == typed[: typed.index(keys)]
    else:
        held = typed[len(passed) :]
        assert typed.startswith(passed)
        assert keys.startswith(held)


MESSAGES = st.lists(
    st.binary(max_size=50).map(Keys)
    | st.tuples(st.integers(0, 70_000), st.integers(0, 70_000)).map(Size),
    max_size=8,
)


@given(MESSAGES, st.lists(st.integers(0, 400), max_size=8))
def test_messages_come_out_as_they_went_in(sent: list[Keys | Size], cuts: list[int]) -> None:
    data = b"".join(wire.size(*m) if isinstance(m, Size) else wire.keys(m) for m in sent)
    incoming = Incoming()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    found = [message for a, b in pairwise(edges) for message in incoming.feed(data[a:b])]
    wanted = [Size(min(n, 65535) for n in m) if isinstance(m, Size) else m for m in sent]
    assert found == wanted
    assert [type(message) for message in found] == [type(message) for message in wanted]


@given(st.binary(max_size=60))
def test_any_bytes_are_messages_or_garbled(data: bytes) -> None:
    try:
        found = list(Incoming().feed(data))
    except Garbled:
        return
    assert sum(len(message) for message in found) <= len(data)


def test_no_visitor_can_announce_gigabytes() -> None:
    with pytest.raises(Garbled):
        list(Incoming().feed(b"d\xff\xff\xff\xff"))


@pytest.mark.parametrize(
    ("output", "undone"),
    [
        (b"plain", b""),
        (b"\x1b[?1049h\x1b[?25l", b"\x1b[?1049l\x1b[?25h"),
        (b"\x1b[?1049h text \x1b[?1049l", b""),
        (b"\x1b[?1000;1006h", b"\x1b[?1000l\x1b[?1006l"),
        (b"\x1b[?7l\x1b[?2004h", b"\x1b[?7h\x1b[?2004l"),
    ],
)
def test_modes_are_undone(output: bytes, undone: bytes) -> None:
    for size in (1, 3, 100):
        modes = Modes()
        for at in range(0, len(output), size):
            modes.feed(output[at : at + size])
        assert modes.undo() == undone + ALWAYS


def test_a_socket_path_is_short_enough() -> None:
    assert socket_of("/run/x", "app--queue", "0123456789abcdef0123") == "/run/x/app--queue.tty"
    long = socket_of("/run/x", "app--" + "q" * 200, "0123456789abcdef0123")
    assert long == "/run/x/0123456789abcdef.tty"
    assert len(long) <= LIMIT
