"""Memcached: `memcached:*`.

The platform gives it no login, and its clients know none: it listens on the loopback address only.
"""

from paasctl.model.service import (
    Endpoint,
    Missing,
    Provider,
    ServiceRequest,
    ServiceRun,
    ServiceType,
)
from paasctl.services.probing import PATH, probe

STANDARD = "memcached"
MEMORY = 64
"""MB of data; what does not fit pushes out what was not asked for longest."""
PLACES = ("/opt/homebrew/opt/memcached/bin", "/usr/local/opt/memcached/bin")
SCRIPT = """
server=$1 data=$2 port=$3
shift 3
umask 077
cd "$data"
exec "$server" --listen=127.0.0.1 --port="$port" --udp-port=0 "$@"
"""


def find(version: str) -> Provider | Missing:
    """Return a Memcached of the asked version or the newest one."""
    from paasctl.services.programs import directories, natives, nearest, printed_by, version_in

    def version_of(program: str) -> str:
        return version_in(printed_by(program, "-V"), r"memcached ([0-9.]+)")

    found = natives("memcached", directories(*PLACES), version_of, lambda _: {})
    return nearest(found, version) or Missing(
        (
            "Debian, Ubuntu: sudo apt-get install memcached",
            "Fedora: sudo dnf install memcached",
            "macOS: brew install memcached",
        )
    )


def run(request: ServiceRequest) -> ServiceRun:
    """Return how to run it; it keeps nothing on disk."""
    check, file = probe(request.python, request.data, "memcached", {"port": request.ports[0]})
    return ServiceRun(
        command=(
            *("/bin/sh", "-eu", "-c", SCRIPT, request.service.name),
            *(request.provider.programs["server"], request.data, str(request.ports[0])),
            *(f"--memory-limit={MEMORY}", "--conn-limit=512"),
            *(("--user=root",) if request.root else ()),
        ),
        probe=check,
        env={"PATH": PATH, "TZ": "UTC"},
        directories=(request.data, f"{request.data}/settings"),
        files=(file,),
    )


SERVICES = (
    ServiceType(
        types=("memcached",),
        find=find,
        run=run,
        endpoint=lambda request, name: Endpoint(
            rel=name, scheme="memcached", port=request.ports[0], short=True
        ),
        endpoints=lambda _: (STANDARD,),
        default=lambda _: STANDARD,
        persistent=False,
    ),
)
