"""The supervisors that are compared, one file each."""

from collections.abc import Mapping

from tests.bench.peers.circus import CIRCUS
from tests.bench.peers.floor import FLOOR
from tests.bench.peers.honcho import HONCHO
from tests.bench.peers.paasctl import PAASCTL
from tests.bench.peers.peer import Peer
from tests.bench.peers.pm2 import PM2
from tests.bench.peers.runit import RUNIT
from tests.bench.peers.s6 import S6
from tests.bench.peers.supervisord import SUPERVISORD

PEERS: Mapping[str, Peer] = {
    peer.name: peer for peer in (PAASCTL, HONCHO, SUPERVISORD, CIRCUS, RUNIT, S6, PM2, FLOOR)
}
