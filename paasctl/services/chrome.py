"""Headless Chrome: `chrome-headless:*`, spoken to by its debugging protocol."""

from glob import glob

from paasctl.model.json import Json
from paasctl.model.service import (
    Endpoint,
    Missing,
    Provider,
    ServiceRequest,
    ServiceRun,
    ServiceType,
)
from paasctl.services.probing import PATH, probe

STANDARD = "http"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "chrome", "Google Chrome")
PLACES = (
    "/usr/lib/chromium",  # Debian
    "/usr/lib64/chromium-browser",  # Fedora
    "/usr/lib/chromium-browser",
    "/opt/google/chrome",
    "/Applications/*Chrom*.app/Contents/MacOS",
)
"""Where the program itself lies. What is on PATH is a shell script around it, whose end leaves
the browser's processes behind."""

SCRIPT = """
server=$1 data=$2 scratch=$3 port=$4
shift 4
umask 077
# The platform keeps nothing; and the lock of a browser that was killed stops the next one.
rm -rf "$scratch/profile"
mkdir -p "$scratch/profile"
cd "$data"
exec "$server" --headless --disable-gpu --no-first-run --disable-dev-shm-usage \\
    --remote-debugging-address=127.0.0.1 --remote-debugging-port="$port" \\
    --remote-allow-origins="http://127.0.0.1:$port,http://localhost:$port" \\
    --user-data-dir="$scratch/profile" "$@"
"""


def find(version: str) -> Provider | Missing:
    """Return a Chrome or Chromium of the asked version or the newest one."""
    from paasctl.services.programs import natives, nearest, printed_by, version_in

    places = [place for pattern in PLACES for place in sorted(glob(pattern))]

    def version_of(program: str) -> str:
        return version_in(printed_by(program, "--version"), r"Chrom\w* ([0-9.]+)")

    found = [one for name in NAMES for one in natives(name, places, version_of, lambda _: {})]
    return nearest(found, version) or Missing(
        (
            "Debian, Ubuntu: sudo apt-get install chromium-headless-shell",
            "Fedora: sudo dnf install chromium-headless",
            "macOS: brew install --cask google-chrome",
        )
    )


def run(request: ServiceRequest) -> ServiceRun:
    """Return how to run it. As root it has no sandbox of its own: Chrome refuses that."""
    data, port = request.data, request.ports[0]
    asked: dict[str, Json] = {"port": port, "path": "/json/version", "status": 200}
    check, file = probe(request.python, data, "http", asked)
    return ServiceRun(
        command=(
            *("/bin/sh", "-eu", "-c", SCRIPT, request.service.name),
            *(request.provider.programs["server"], data, request.scratch, str(port)),
            *(("--no-sandbox",) if request.root else ()),
        ),
        probe=check,
        env={"PATH": PATH, "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": request.scratch},
        directories=(data, f"{data}/settings", request.scratch),
        files=(file,),
    )


SERVICES = (
    ServiceType(
        types=("chrome-headless",),
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
