"""The last lines of a log as text, for messages about a process that has failed."""

import os

from paasctl.cli.running import Place

COUNT = 5
LONGEST = 64 * 1024


def last_lines(place: Place, log: str, count: int = COUNT, before: int | None = None) -> list[str]:
    """Return the last lines of a log file, harmless and without colours; none if it is missing.

    With `before` those in front of that offset, which is where a process ended that had others
    after it. If the file is shorter by now it was begun anew, and its last lines are returned.
    """
    from paasctl.logs.prefix import harmless
    from paasctl.logs.tail import start_of_last_lines

    try:
        fd = os.open(place.file("log", log), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return []
    size = os.fstat(fd).st_size
    end = size if before is None or before > size else before
    start = max(start_of_last_lines(fd, count, end), end - LONGEST)
    data = os.pread(fd, end - start, start)
    os.close(fd)
    return harmless(data, colour=False).decode(errors="replace").splitlines()[-count:]
