"""`paasctl daemon upgrade`: the engine goes on as the program that this command is."""

import sys

from paasctl.cli.command import Call
from paasctl.cli.engine import asked, engine_of, number
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.outcome import notices_for
from paasctl.cli.running import Place, place_of
from paasctl.cli.talk import talk
from paasctl.control.client import Client, Declined
from paasctl.supervise.program import own

PATIENCE = 60.0
"""Seconds that the new program may need to say that it could take over."""
ENDINGS = ("upgraded", "upgrade-failed", "guardian-upgraded", "guardian-upgrade-failed")


def run(call: Call) -> int:
    """Replace the engine's and the guardian's program; nothing that they run is touched.

    Raises Refused: 3 where no engine runs, 1 where the program cannot take over (everything
    goes on as before), 5 where nothing has been heard in time.
    """
    place = place_of(call)
    client = engine_of(place)
    program = own()
    try:
        reply = client.ask("upgrade", python=program.python, root=program.root)
    except Declined as declined:
        raise _declined(declined) from declined
    asked(client, "watch", since=number(reply, "seq"))
    try:
        _follow(client, place, call)
    except TimeoutError:
        raise Refused(
            Exit.TIMED_OUT,
            "the new program has not answered in time; everything goes on as before",
            fix="paasctl daemon status; paasctl daemon log",
        ) from None
    return Exit.DONE


def _declined(declined: Declined) -> Refused:
    if declined.code == "unknown-op":
        return Refused(
            Exit.FAILED,
            "this engine is of a version that cannot be replaced in place",
            fix="paasctl down && paasctl up -d",
        )
    return Refused(Exit.FAILED, declined.message, fix="everything goes on as before")


def _follow(client: Client, place: Place, call: Call) -> None:
    for notice in notices_for(client, call.number("timeout", PATIENCE)):
        match notice["event"]:
            case "upgraded":
                if not call.quiet:
                    sys.stdout.write(
                        f"the engine goes on as version {notice['version']} "
                        f"(was {notice['before']}), pid {notice['pid']}; nothing was restarted\n"
                    )
            case "upgrade-failed":
                raise Refused(
                    Exit.FAILED,
                    f"the new program cannot take over: {notice['reason']}",
                    fix="everything goes on as before; paasctl daemon log says more",
                )
            case "guardian-upgraded":
                return
            case "guardian-upgrade-failed":
                talk(f"paasctl: the guardian goes on as it was; {place.file('log')} says why")
                return
            case _:
                pass
    raise Refused(
        Exit.FAILED, "the engine ended meanwhile", fix="paasctl ps shows what became of it"
    )
