"""Anything may come through the control socket: an answer or a refusal comes back, nothing else."""

import json
import random
import resource
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.control.protocol import LONGEST, Declined, Lines, encode, refusal, request

OPS = ("ping", "status", "up", "down", "restart", "signal", "apply", "watch", "own", "nonsense")
KEYS = ("v", "id", "op", "targets", "timeout", "signal", "plan", "since", "gentle", "x")
ODD = (
    "null", "true", "false", "-1", "0", "1", "1e999", "-1e999", "NaN", "Infinity", "1e400", '""',
    '"\\ud800"', '"\\u0000"', "[]", "{}", '["app--queue"]', "[[[[[[]]]]]]", '{"v":1}',
    '"../../etc/passwd"', "9" * 400, "9" * 5000, '"SIGKILL"', '"' + "x" * 1000 + '"', "[1,", "}",
)  # fmt: skip


def frames(seed: int, count: int) -> Iterator[bytes]:
    """Lines that are requests, nearly requests, and noise."""
    chance = random.Random(seed)
    good = b'{"v":1,"id":7,"op":"restart","targets":["app--queue"]}'
    for _ in range(count):
        kind = chance.randrange(4)
        if kind == 0:
            yield chance.randbytes(chance.randrange(60)).replace(b"\n", b"")
        elif kind == 1:
            at = chance.randrange(len(good))
            yield good[:at] + chance.randbytes(1).replace(b"\n", b"") + good[at + 1 :]
        elif kind == 2:
            yield good[: chance.randrange(len(good))]
        else:
            fields = [f'"{chance.choice(KEYS)}":{chance.choice(ODD)}' for _ in range(4)]
            fields += ['"v":1', '"id":1', f'"op":"{chance.choice(OPS)}"']
            yield ("{" + ",".join(fields) + "}").encode()


def answered(line: bytes) -> bytes:
    """What the listener does with a line, up to the operation itself."""
    try:
        asked = request(line)
        asked.names("targets")
        asked.number("timeout", 1.0)
        int(asked.number("since", 0))
        asked.text("plan")
        asked.flag("gentle")
    except Declined as declined:
        return encode(refusal(None, declined))
    return encode({"id": asked.id, "ok": True})


@given(st.binary())
def test_any_bytes_are_answered(data: bytes) -> None:
    for line in data.split(b"\n"):
        assert answered(line).endswith(b"}\n")


@given(st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b""))), st.data())
def test_however_a_stream_is_cut_the_lines_are_the_same(
    lines: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    found: list[bytes] = []
    reader = Lines(LONGEST)
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += reader.feed(stream[start:end])
    assert found == lines
    assert reader.rest == b""


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "1e16"])
def test_a_number_that_nobody_can_wait_for_is_refused(value: str) -> None:
    line = f'{{"v":1,"id":1,"op":"down","timeout":{value}}}'.encode()
    with pytest.raises(Declined) as refused:
        request(line).number("timeout", 0.0)
    assert refused.value.code == "bad-request"


@pytest.mark.scale
@pytest.mark.checklist(25)
def test_a_million_frames_leave_no_trace() -> None:
    """A hundred thousand different ones, ten times: what grows, grows each time."""
    lines = list(frames(0, 100_000))
    sizes = []
    for _ in range(10):
        for line in lines:
            assert answered(line)
        sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert sizes[-1] - sizes[1] < 2048, f"KiB after each 100,000 frames: {sizes}"
    for line in lines[:1000]:
        assert "ok" in json.loads(answered(line))
