"""Small projects of workers, for the lines of the checklist."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scenario.checkout import Checkout, written

Shop = Callable[..., Checkout]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Write a project with these workers: `shop(queue="exec sleep 1000")`; at last end it."""
    made: list[Checkout] = []

    def project(name: str = "shop", more: str = "", **workers: str) -> Checkout:
        lines = ["name: app", "type: 'golang:1.26'", "workers:" if workers else ""]
        for worker, start in workers.items():
            block = start.strip("\n").replace("\n", "\n        ")
            lines += [f"  {worker}:", "    commands:", "      start: |-", f"        {block}"]
        text = "\n".join(lines) + "\n" + more
        made.append(Checkout(written(tmp_path / name, {".platform.app.yaml": text})))
        return made[-1]

    yield project
    for here in made:
        here.clear()
