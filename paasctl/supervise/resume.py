"""Where a program begins that takes over from another one; see `program.BEGIN`.

What `prepare` does can still be taken back: on any failure the old program goes on. What it
returns is the point of no return.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence

FINE = b"fine\n"
"""What a program says that could take over."""


def prepare(mode: str, why: str, rest: Sequence[str]) -> Callable[[], int]:
    """Take over as far as that can be taken back, and return what does the rest.

    `mode` is "trial", "engine" or "guardian"; `why` is the reason for which another program has
    failed to take over from us and given everything back.
    """
    match mode:
        case "trial":
            return _trial()
        case "engine":
            return _engine(int(rest[0]), why)
        case "guardian":
            from paasctl.supervise.guardian import resumed

            return resumed(rest, why)
        case _:
            raise ValueError(f"begun as {mode!r}, which this version does not know")


def _trial() -> Callable[[], int]:
    import paasctl.supervise.engine  # noqa: F401 -- it must be there, and whole
    from paasctl.supervise import handover

    handover.rehearse(handover.content(0))
    return _fine


def _fine() -> int:
    os.write(1, FINE)
    return 0


def _engine(file: int, why: str) -> Callable[[], int]:
    from paasctl.supervise import handover
    from paasctl.supervise.engine import Engine

    if sys.platform == "linux":
        from paasctl.supervise.linux import ENGINE_NAME, name_process

        name_process(ENGINE_NAME)
    taken = handover.read(handover.content(file))
    engine = Engine.taking_over(taken)

    def go() -> int:
        for fd in handover.descriptors(engine, handover.state(engine)):
            os.set_inheritable(fd, False)
        os.close(file)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())
        engine.go_on(taken.version, why)
        return 0

    return go
