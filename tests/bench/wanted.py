"""What one run of the benchmark is asked to do."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.bench.bed import Failed
from tests.bench.peers.paasctl import Paasctl
from tests.bench.peers.peer import Peer


class Wanted(NamedTuple):
    """Peers in their order, numbers of programs, and repetitions where they were given.

    `failed` collects (peer, size) that could not be measured: they are not tried again.
    """

    peers: tuple[Peer, ...]
    sizes: tuple[int, ...]
    reps: int | None
    failed: set[tuple[str, int]]

    def times(self, usual: int) -> int:
        """Return how often to repeat what is usually done that often."""
        return self.reps or usual

    def able(self, size: int = 1) -> tuple[Peer, ...]:
        """Return the peers that can be asked for so many programs."""
        return tuple(
            peer
            for peer in self.peers
            if size <= peer.largest and (peer.name, size) not in self.failed
        )

    def paasctl(self) -> tuple[Paasctl, ...]:
        """Return paasctl, where it is among the peers."""
        return tuple(peer for peer in self.peers if isinstance(peer, Paasctl))

    @contextmanager
    def attempt(self, peer: Peer, size: int = 1) -> Iterator[None]:
        """Go on without a peer that fails, and say so; a failure of paasctl's ends the section."""
        try:
            yield
        except (Failed, TimeoutError) as failed:
            if isinstance(peer, Paasctl):
                raise
            self.failed.add((peer.name, size))
            print(f"{peer.name} is left out for N={size}: {failed}", file=sys.stderr, flush=True)
