"""A stable block of loopback ports for each project (decisions 4, "ports")."""

from collections.abc import Iterator, Mapping, Sequence
from os.path import join
from typing import NamedTuple

from paasctl.host.obstacle import Cause, Obstacle
from paasctl.host.portowner import UNKNOWN, find_owner
from paasctl.host.statefile import read, write
from paasctl.plan.digest import digest

# Below the range from which kernels take ports for outgoing connections (32768 on Linux), so
# that a browser tab does not take ours while the project is down.
FIRST, END = 20000, 32700
BLOCK = 100


class Assigned(NamedTuple):
    """A port for every name asked for, and a sentence for each one that had to move."""

    ports: Mapping[str, int]
    warnings: tuple[str, ...]


def assign(
    state_dir: str, names: Sequence[str], asked: Mapping[str, int], held: frozenset[int]
) -> Assigned:
    """Return a port for each name: the one it had, else the next free one of the project's block.

    `asked` are ports that the user wants for names. `held` are ports on which our own engine's
    instances listen: they count as free. Obstacle (PORT_TAKEN) if a port in `asked` is taken.
    """
    path = join(state_dir, "ports.json")
    kept = _kept(path)
    for name, port in asked.items():
        _demand(state_dir, name, port, held)
    wanted = {name: port for name, port in kept.items() if port not in asked.values()}
    ports: dict[str, int] = dict(asked)
    warnings: list[str] = []
    free = _free_ports(state_dir, {*wanted.values(), *asked.values()})
    for name in names:
        if name in ports:
            continue
        had = wanted.get(name)
        owner = "" if had is None or had in held else _stranger(state_dir, had)
        if had is not None and not owner:
            ports[name] = had
            continue
        ports[name] = next(free)
        if owner:
            warnings.append(
                f'port {had} of "{name}" is taken by {owner}: {ports[name]} is used instead'
            )
    if ports.items() - kept.items():
        write(path, {"ports": {**kept, **ports}})
    return Assigned({name: ports[name] for name in names}, tuple(warnings))


def is_free(port: int) -> bool:
    """Tell whether a server can listen on `port` of 127.0.0.1."""
    import _socket  # socket itself loads selectors and enum: 3 ms at every start

    probe = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    try:
        # As servers do: connections that linger after a stop are no obstacle.
        probe.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    finally:
        probe.close()
    return True


def _kept(path: str) -> dict[str, int]:
    document = read(path)
    ports = document.get("ports") if document else None
    if not isinstance(ports, dict):
        return {}
    return {str(name): port for name, port in ports.items() if isinstance(port, int)}


def _demand(state_dir: str, name: str, port: int, held: frozenset[int]) -> None:
    """Raise the Obstacle if the user's own choice cannot be had."""
    owner = "" if port in held else _stranger(state_dir, port)
    if owner:
        raise Obstacle(
            Cause.PORT_TAKEN,
            f"port {port} is taken by {owner}",
            f'choose another --port for "{name}", or stop that program',
        )


def _stranger(state_dir: str, port: int) -> str:
    """Return who holds `port`; "" if it is free, or held by a process of this very project."""
    if is_free(port):
        return ""
    owner = find_owner(port) or UNKNOWN
    return "" if owner.marker.startswith(f"{state_dir}|") else owner.text


def _free_ports(state_dir: str, taken: set[int]) -> Iterator[int]:
    """Yield free ports that nobody in this project has: its block first, then all behind it."""
    blocks = (END - FIRST) // BLOCK
    start = FIRST + BLOCK * (int(digest(state_dir, 12), 16) % blocks)
    for port in (*range(start, END), *range(FIRST, start)):
        if port not in taken and is_free(port):
            taken.add(port)
            yield port
    raise Obstacle(
        Cause.PORT_TAKEN,
        f"no port between {FIRST} and {END} is free",
        "stop programs that are no longer needed",
    )
