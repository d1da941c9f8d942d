"""What the journal tells about one instance: how its last processes have ended."""

import os
from collections import deque

from paasctl.cli.endings import found_of
from paasctl.cli.running import Place
from paasctl.cli.snapshot import notices

ENDS = ("exited", "leader-exited", "spawn-failed")
Notice = dict[str, object]


def ends_of(place: Place, identity: str, count: int) -> list[Notice]:
    """Return the "exit" objects of the last ends of an instance, the youngest last.

    The end of a leader and that of everything it has left behind are one end; what the second
    notice says of it counts. An end that is followed at once by a start that fails is lost.
    """
    found: deque[Notice] = deque(maxlen=count)
    for name in ("journal.jsonl.1", "journal.jsonl"):
        if os.path.exists(place.file(name)):
            _collect(place.file(name), identity, found)
    return list(found)


def _collect(path: str, identity: str, found: deque[Notice]) -> None:
    for notice in notices(path):
        if notice.get("id") != identity or notice.get("event") not in ENDS:
            continue
        ended = found_of(notice)
        if ended is None:
            continue
        if found and found[-1].get("at") == ended.get("at"):
            found.pop()
        found.append(dict(ended))
