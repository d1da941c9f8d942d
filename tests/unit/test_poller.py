"""The descriptors that the engine waits for: what is reported, and never too early."""

import os
import socket
import time

import pytest

from paasctl.supervise.poller import Poller


def test_what_can_be_read_is_told_from_what_can_only_be_written() -> None:
    near, far = socket.socketpair()
    with near, far:
        poller = Poller()
        poller.watch(near.fileno(), writing=True)
        assert poller.wait(0) == [(near.fileno(), True)]
        far.send(b"x")
        assert poller.wait(0) == [(near.fileno(), False)]
        near.recv(1)
        poller.watch(near.fileno())
        assert poller.wait(0) == []


def test_a_hung_up_pipe_is_to_be_read() -> None:
    read, write = os.pipe()
    poller = Poller()
    poller.watch(read)
    os.close(write)
    assert poller.wait(None) == [(read, False)]
    poller.unwatch(read)
    assert poller.wait(0) == []
    with pytest.raises(KeyError):
        poller.unwatch(read)
    os.close(read)


@pytest.mark.parametrize("seconds", [0.0001, 0.0101, 0.02])
def test_nobody_is_woken_before_the_time(seconds: float) -> None:
    began = time.monotonic()
    assert Poller().wait(seconds) == []
    assert time.monotonic() - began >= seconds
