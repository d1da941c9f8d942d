"""Waiting for the engine to get something done, for verbs that return when it is."""

import select
import time

from paasctl.cli.endings import found_of, told
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.story import Notice
from paasctl.control.client import Client


def await_deployment(client: Client, seconds: float) -> None:
    """Return when everything is ready; Refused (1) if it fails, (5) after `seconds` if not 0.

    The client must be watching since before the deployment was handed over.
    """
    deadline = time.monotonic() + seconds if seconds else None
    waiting: dict[str, str] = {}
    while True:
        for notice in client.pending():
            if _concluded(notice):
                return
            if notice["id"]:
                _follow(waiting, notice)
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise _too_late(seconds, waiting)
        if select.select([client], [], [], left)[0] and not client.receive():
            raise Refused(Exit.FAILED, "everything was stopped while waiting")


def _concluded(notice: Notice) -> bool:
    if notice["event"] == "deployment-failed":
        failed = notice.get("failed")
        names = ", ".join(map(str, failed)) if isinstance(failed, list) else "a hook"
        raise Refused(Exit.FAILED, f"the deployment failed: {names}", fix=f"paasctl logs {names}")
    return notice["event"] == "deployed"


def _follow(waiting: dict[str, str], notice: Notice) -> None:
    name = str(notice["name"])
    if notice["ready"] or notice["new"] in ("exited", "stopped"):
        waiting.pop(name, None)
    elif notice["new"] == "backing-off":
        waiting[name] = f"{name}: {told(found_of(notice))}"
    else:
        waiting[name] = f"{name}: {notice['new']}"


def _too_late(seconds: float, waiting: dict[str, str]) -> Refused:
    return Refused(
        Exit.TIMED_OUT,
        f"not everything is ready after {seconds:g} s; it goes on in the background",
        fix="paasctl ps; paasctl logs NAME",
        lines=tuple(waiting.values()),
    )
