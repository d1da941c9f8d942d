"""What one run of the benchmark is asked to do."""

from typing import NamedTuple

from tests.bench.peers import Paasctl, Peer


class Wanted(NamedTuple):
    """Peers in their order, numbers of programs, and repetitions where they were given."""

    peers: tuple[Peer, ...]
    sizes: tuple[int, ...]
    reps: int | None

    def times(self, usual: int) -> int:
        """Return how often to repeat what is usually done that often."""
        return self.reps or usual

    def able(self, size: int = 1) -> tuple[Peer, ...]:
        """Return the peers that can be asked for so many programs."""
        return tuple(peer for peer in self.peers if size <= peer.largest)

    def paasctl(self) -> tuple[Paasctl, ...]:
        """Return paasctl, where it is among the peers."""
        return tuple(peer for peer in self.peers if isinstance(peer, Paasctl))
