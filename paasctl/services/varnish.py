"""Varnish: `varnish:*`, in front of the applications that it has relationships to (spec 04.3)."""

from paasctl.model.plan import File
from paasctl.model.service import (
    Endpoint,
    Missing,
    Provider,
    ServiceRequest,
    ServiceRun,
    ServiceType,
)
from paasctl.services.configuration import text
from paasctl.services.probing import PATH, probe, settings

STANDARD = "http"
MEMORY = 64
"""MB of cached objects."""
PLACES = ("/opt/homebrew/opt/varnish/sbin", "/usr/local/opt/varnish/sbin")
READY = "PAASCTLREADY"
"""A request method that is answered before the project's VCL: no application sees the probe."""

# `-j none`: the jail would change the user, and everything runs as the caller here. `-T none`:
# nobody administers it while it runs. Its work directory is a short path, and private.
SCRIPT = """
server=$1 data=$2 scratch=$3 port=$4
umask 077
mkdir -p "$scratch/work"
cd "$data/settings"
exec "$server" -F -j none -T none -n "$scratch/work" -a "127.0.0.1:$port" \\
    -f "$data/settings/start.vcl" -s "malloc,$5" \\
    -p thread_pools=1 -p thread_pool_min=5 -p vsl_space=4M
"""


def find(version: str) -> Provider | Missing:
    """Return a Varnish of the asked version or the newest one; it compiles VCL with C."""
    from paasctl.services.programs import directories, natives, nearest, printed_by, version_in

    def version_of(program: str) -> str:
        return version_in(printed_by(program, "-V"), r"varnish-([0-9.]+)")

    found = natives("varnishd", directories(*PLACES), version_of, lambda _: {})
    return nearest(found, version) or Missing(
        (
            "Debian, Ubuntu: sudo apt-get install varnish",
            "Fedora: sudo dnf install varnish",
            "macOS: brew install varnish",
        )
    )


def start_vcl(request: ServiceRequest) -> str:
    """Return what stands before the project's VCL: version, imports and a director per backend.

    The project's file has its own name, so that the compiler's complaints point into it. The
    backend `default` refuses: as on the platform `vcl_recv` has to choose one.
    """
    lines = ["vcl 4.1;", "import std;", "import directors;", "backend default none;"]
    made = []
    for number, (name, port) in enumerate(request.behind.items()):
        lines.append(f'backend paasctl_{number} {{ .host = "127.0.0.1"; .port = "{port}"; }}')
        made.append(f"    new {name} = directors.round_robin();")
        made.append(f"    {name}.add_backend(paasctl_{number});")
    lines += ["sub vcl_init {", *made, "}"]
    lines += ["sub vcl_recv {", f'    if (req.method == "{READY}") {{ return (synth(200)); }}', "}"]
    return "".join(f"{line}\n" for line in (*lines, 'include "./config.vcl";'))


def run(request: ServiceRequest) -> ServiceRun:
    """Return how to run it; what it has cached is gone when it stops."""
    data, port = request.data, request.ports[0]
    check, file = probe(
        request.python, data, "http", {"port": port, "method": READY, "status": 200}
    )
    vcl = text(request.service.configuration.get("vcl")) or ""
    return ServiceRun(
        command=(
            *("/bin/sh", "-eu", "-c", SCRIPT, request.service.name),
            *(request.provider.programs["server"], data, request.scratch),
            *(str(port), f"{MEMORY}m"),
        ),
        probe=check,
        env={"PATH": PATH, "TZ": "UTC"},
        directories=(data, f"{data}/settings", request.scratch),
        files=(
            file,
            File(settings(data, "start.vcl"), start_vcl(request)),
            File(settings(data, "config.vcl"), vcl),
        ),
    )


SERVICES = (
    ServiceType(
        types=("varnish",),
        find=find,
        run=run,
        endpoint=lambda request, name: Endpoint(
            rel=name, scheme="http", port=request.ports[0], short=True
        ),
        endpoints=lambda _: (STANDARD,),
        default=lambda _: STANDARD,
        persistent=False,
    ),
)
