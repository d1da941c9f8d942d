"""Bringing a project's engine to life, and seeing it off."""

import errno
import fcntl
import gc
import os
import select

from paasctl.cli.engine import engine_if_running
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import Place
from paasctl.cli.talk import talk
from paasctl.control.client import Client
from paasctl.supervise.rundir import RunDir, claim, prepare

OFTEN = (700, 10, 10)
"""How often an interpreter looks for garbage unless told."""
LOCKLESS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""What a file system says that knows no locks, some network ones above all."""
PATIENCE = 20.0
"""Seconds to wait for an engine that is starting: it may be ending leftovers for 15."""


def engine_or_new(place: Place) -> tuple[Client, bool]:
    """Return a connection to the engine, and whether we have just started it.

    Of several that try at once, one starts it and the others find it. Raises Refused where the
    state directory cannot be written, or the engine cannot start.
    """
    rundir = RunDir(place.state)
    client = engine_if_running(place)
    if client is not None:
        return client, False
    try:
        prepare(rundir)
        lock = claim(rundir)
    except OSError as error:
        fix = "make the project directory writable, or free some space"
        if error.errno in LOCKLESS:
            fix = "keep the project on a local disk: this file system has no locks"
        message = f"cannot keep state in {place.state}: {error.strerror}"
        raise Refused(Exit.FAILED, message, fix=fix) from error
    if lock is None:
        return _await_other(place), False
    from paasctl.supervise.launch import launch

    rarely = gc.get_threshold()
    gc.set_threshold(*OFTEN)  # the engine, forked here, lives for months and has to stay small
    ready = launch(rundir, lock)
    gc.set_threshold(*rarely)
    os.close(lock)
    _await_byte(ready, rundir)
    client = engine_if_running(place)
    if client is None:
        raise _stillborn(rundir)
    return client, True


def _await_byte(ready: int, rundir: RunDir) -> None:
    """Wait until the engine listens; the descriptor stays open for as long as we live.

    Should we be killed before the engine knows what to run, it so learns that nobody will tell it.
    """
    if not select.select([ready], [], [], 0.5)[0]:
        talk("ending what an earlier run left behind …")
    if not os.read(ready, 1):
        raise _stillborn(rundir)


def _stillborn(rundir: RunDir) -> Refused:
    return Refused(
        Exit.BUG, "the engine could not start", fix=f"its log says why: {rundir.engine_log}"
    )


def _await_other(place: Place) -> Client:
    """Wait for the engine that somebody else is starting, or for an ending one to be gone."""
    for _ in range(int(PATIENCE / 0.05)):
        client = engine_if_running(place)
        if client is not None:
            return client
        select.select([], [], [], 0.05)
    raise Refused(
        Exit.TAKEN,
        f"another paasctl holds {place.file('lock')} but does not answer",
        fix="wait a moment and try again; paasctl ps shows what is known",
    )


def await_gone(place: Place) -> None:
    """Return once engine and guardian have ended: the lock they share is free."""
    with open(place.file("lock"), "rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
