"""How a process ended and whose doing it was, in words: the same ones in every view."""

from collections.abc import Mapping
from signal import Signals

from paasctl.model.status import By, ExitStatus

Found = Mapping[str, object]
"""The "exit" object of the JSON contracts; fields may be missing in what an older engine wrote."""

WHY = {
    "stop": "asked to stop",
    "restart": "restarted",
    "redeploy": "replaced by a changed manifest",
    "remove": "removed from the manifest",
    "scale": "one copy too many",
    "down": "everything was stopped",
    "kill": "paasctl killed it",
    "signal": "paasctl kill",
}
"""What we did, by `why` of our own doing."""


def found_of(holder: Mapping[str, object]) -> Found | None:
    """Return the "exit" object of a row or a notice, if it has ended."""
    found = holder.get("exit")
    return found if isinstance(found, Mapping) and found else None


def how(found: Found | None) -> str:
    """Return how it ended; nothing if it has not. In: {"signal": "SIGKILL"}  Out: killed by …"""
    if not found:
        return ""
    code, number, error = found.get("code"), found.get("signal"), found.get("error")
    status = ExitStatus(
        code if isinstance(code, int) else None,
        None if number is None else str(number),
        None if error is None else str(error),
    )
    return str(status)


def whose(found: Found | None) -> str:
    """Return whose doing it was, where the exit status alone does not say; else nothing."""
    if not found:
        return ""
    match found.get("by"):
        case By.KERNEL:
            return _memory(found)
        case By.OTHER:
            return _somebody(found)
        case By.ITSELF:
            return _itself(found)
        case By.PAASCTL:
            return _ours(found)
        case _:
            return ""


def told(found: Found | None) -> str:
    """Return both in one sentence. Out: killed by SIGKILL: not by paasctl; out of memory."""
    first, second = how(found), whose(found)
    return f"{first}: {second}" if second else first


def memory_of(found: Found | None) -> str:
    """Return the peak memory in words; nothing where it is not known."""
    peak = (found or {}).get("peak")
    if not isinstance(peak, int):
        return ""
    most = "at most " if (found or {}).get("peak_of") == "at-most" else ""
    return most + size(peak)


def size(count: float) -> str:
    """Return bytes for people. In: 61234567  Out: 58M."""
    for unit in ("B", "K", "M", "G"):
        if count < 1024:
            return f"{count:.0f}{unit}" if count >= 10 or unit == "B" else f"{count:.1f}{unit}"
        count /= 1024
    return f"{count:.1f}T"


def _memory(found: Found) -> str:
    evidence = str(found.get("evidence") or "")
    if found.get("code") is not None:
        return f"perhaps a program in it was killed, out of memory ({evidence})"
    if not found.get("certain"):
        return f"not by paasctl; perhaps out of memory ({evidence})"
    if evidence.startswith("kernel log: "):
        return "not by paasctl; kernel log says out of memory"
    return f"not by paasctl; out of memory ({evidence})"


def _somebody(found: Found) -> str:
    if found.get("signal") == "SIGKILL":
        memory = ", nor out of memory" if found.get("certain") else ""
        return f"not by paasctl{memory}"
    return "not by paasctl"


def _itself(found: Found) -> str:
    code = found.get("code")
    if found.get("signal"):
        return "the program's own fault" if found["signal"] != "SIGPIPE" else "its reader had gone"
    if isinstance(code, int) and 128 < code < 128 + 65:
        try:
            return f"as a shell does when {Signals(code - 128).name} ends its program"
        except ValueError:  # a real-time signal has no name
            return ""
    return ""


def _ours(found: Found) -> str:
    if not found.get("certain"):
        return str(found.get("evidence") or "")
    what = WHY.get(str(found.get("why")), "")
    if found.get("why") == "kill" or not found.get("forced"):
        return what
    return f"{what}, and it did not end on SIGTERM" if what else "it did not end on SIGTERM"
