"""When, where and of what was measured: figures without it say nothing."""

import os
import platform
import time
from collections.abc import Iterable

from tests.bench import proc
from tests.bench.peers.peer import Peer


def conditions(peers: Iterable[Peer], sizes: Iterable[int]) -> str:
    """Return a paragraph: date, machine, versions, and which peers are not asked for all sizes."""
    peers, most = tuple(peers), max(sizes)
    machine = (
        f"{time.strftime('%Y-%m-%d %H:%M')}, {platform.system()} {platform.release()}, "
        f"{_processor()}, {_usable()} cores, {_memory()}, "
        f"load {', '.join(f'{load:.1f}' for load in os.getloadavg())}, "
        f"{platform.python_implementation()} {platform.python_version()}."
    )
    versions = ", ".join(f"{peer.name} {peer.version()}".strip() for peer in peers)
    fewer = "; ".join(
        f"{peer.name} stops at N={peer.largest}: {peer.why_not_more}"
        for peer in peers
        if peer.largest < most
    )
    return "\n".join(filter(None, (machine, f"{versions}.", f"{fewer}." if fewer else "")))


def _processor() -> str:
    for line in proc.text_of("/proc/cpuinfo").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _usable() -> int:
    return len(os.sched_getaffinity(0))


def _memory() -> str:
    kib = proc.parse_field(proc.text_of("/proc/meminfo"), "MemTotal")
    return f"{kib / 1024 / 1024:.0f} GiB"
