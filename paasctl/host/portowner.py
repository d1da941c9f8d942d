"""Who listens on a port: psutil is loaded only when a port is found taken."""

from typing import NamedTuple


class PortOwner(NamedTuple):
    """The process that listens; `marker` is its PAASCTL_INSTANCE, "" if it has none."""

    text: str
    marker: str = ""


UNKNOWN = PortOwner("a program that this user may not see")


def port_owner(port: int) -> str | None:
    """Return program, pid, start and directory of the listener on `port`; None if it is free.

    In: 8888  Out: '"node server.js" (pid 912, started 14:02, /srv/blog)'
    """
    owner = find_owner(port)
    return None if owner is None else owner.text


def find_owner(port: int) -> PortOwner | None:
    """Return the process that listens on `port` of any address; None if there is none."""
    import psutil

    for connection in psutil.net_connections(kind="tcp"):
        listens = connection.status == psutil.CONN_LISTEN
        if listens and connection.laddr and connection.laddr.port == port:
            if connection.pid is None:
                return UNKNOWN
            return _described(connection.pid)
    return None


def _described(pid: int) -> PortOwner:
    import time

    import psutil

    try:
        process = psutil.Process(pid)
        command = " ".join(process.cmdline()) or process.name()
        started = time.strftime("%H:%M", time.localtime(process.create_time()))
        where = f", {process.cwd()}"
        marker = process.environ().get("PAASCTL_INSTANCE", "")
    except psutil.NoSuchProcess:
        return PortOwner(f"pid {pid}, which has just ended")
    except psutil.AccessDenied:
        return PortOwner(f"pid {pid} of another user")
    short = command if len(command) <= 60 else f"{command[:59]}…"
    return PortOwner(f'"{short}" (pid {pid}, started {started}{where})', marker)
