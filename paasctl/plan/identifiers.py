"""The ids and names of instances (decisions 3): `app`, `app--queue`, `app--queue.2`."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from paasctl.model.project import App, Worker


def worker_id(app: str, worker: str, replica: int = 1) -> str:
    """Return the id of a worker or of one of its replicas, counted from 1."""
    return numbered(f"{app}--{worker}", replica)


def numbered(text: str, replica: int) -> str:
    """Return `text` for the first replica and `text.2` and so on for the others."""
    return text if replica == 1 else f"{text}.{replica}"


class Replica(NamedTuple):
    """One running copy of a worker."""

    app: App
    worker: Worker
    number: int

    @property
    def id(self) -> str:
        """The id of this copy."""
        return worker_id(self.app.name, self.worker.name, self.number)


def replicas(app: App, scale: Mapping[str, int]) -> Iterator[Replica]:
    """Yield every worker of an app as often as `scale` (worker ids to numbers) says; else once."""
    for worker in app.workers:
        for number in range(1, scale.get(worker_id(app.name, worker.name), 1) + 1):
            yield Replica(app, worker, number)
