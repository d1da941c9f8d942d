"""The projects that several tests share, because building them takes long."""

import signal
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.scenario.checkout import Begun, Checkout, copied, environ_of, needing, until


class Example(NamedTuple):
    """The long example of seed 004, running, and the `up` that is attached to it."""

    here: Checkout
    attached: Begun
    build_environ: dict[str, str]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    needing("mariadbd", "rabbitmq-server")
    here = Checkout(copied("workers-example", tmp_path_factory.mktemp("seed") / "shop"))
    try:
        with here.begun("up") as attached:
            until(lambda: here.pids().get("app.build"), "the build runs")
            build_environ = environ_of(here.pid("app.build"))
            attached.until_said("ready in ")
            yield Example(here, attached, build_environ)
            if attached.process.poll() is None:
                attached.process.send_signal(signal.SIGINT)
                assert attached.code() == 130
    finally:
        here.clear()
