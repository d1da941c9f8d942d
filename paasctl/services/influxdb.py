"""InfluxDB 1: `influxdb:1.*`. Of 2 and 3 there is no server that distributions carry."""

from paasctl.model.plan import File
from paasctl.model.service import (
    Endpoint,
    Missing,
    Provider,
    ServiceRequest,
    ServiceRun,
    ServiceType,
)
from paasctl.services.probing import PATH, probe, settings

STANDARD = "influxdb"
USER = "admin"
PLACES = ("/opt/homebrew/opt/influxdb@1/bin", "/usr/local/opt/influxdb@1/bin")
SCRIPT = """
server=$1 data=$2
umask 077
mkdir -p "$data/server"
cd "$data/server"
exec "$server" run -config ../settings/server.conf
"""


def find(version: str) -> Provider | Missing:
    """Return an InfluxDB 1 where 1 is asked for: 2 and 3 are spoken to in another way."""
    from paasctl.services.programs import directories, natives, nearest, numbers, printed_by
    from paasctl.services.programs import version_in as read

    if numbers(version)[:1] not in ((), (1,)):
        return Missing(())

    def version_of(program: str) -> str:
        return read(printed_by(program, "version"), r"InfluxDB v(1\.[0-9.]+)")

    found = natives("influxd", directories(*PLACES), version_of, lambda _: {})
    return nearest(found, version) or Missing(
        (
            "Debian, Ubuntu: sudo apt-get install influxdb",
            "Fedora: sudo dnf install influxdb, from the package source of InfluxData",
            "macOS: brew install influxdb@1",
        )
    )


def server_configuration(port: int, other: int) -> str:
    """Return the server's configuration; `other` is the port for its own backups.

    Paths are relative to the data: TOML would have to quote the project's.
    """
    lines = (
        "reporting-disabled = true",
        f'bind-address = "127.0.0.1:{other}"',
        "[meta]",
        'dir = "meta"',
        "[data]",
        'dir = "data"',
        'wal-dir = "wal"',
        "query-log-enabled = false",
        "[monitor]",
        "store-enabled = false",
        "[http]",
        f'bind-address = "127.0.0.1:{port}"',
        "auth-enabled = true",
        "log-enabled = false",
        "[logging]",
        'level = "warn"',
    )
    return "".join(f"{line}\n" for line in lines)


def run(request: ServiceRequest) -> ServiceRun:
    """Return how to run it; the probe makes the administrator before it says ready."""
    data = request.data
    port, other = request.ports
    credential = request.secrets(STANDARD, USER)
    login = {"username": credential.username, "password": credential.password}
    check, file = probe(request.python, data, "influxdb", {"port": port, **login})
    return ServiceRun(
        command=(
            *("/bin/sh", "-eu", "-c", SCRIPT, request.service.name),
            *(request.provider.programs["server"], data),
        ),
        probe=check,
        env={"PATH": PATH, "TZ": "UTC", "HOME": data},
        directories=(data, f"{data}/settings"),
        files=(file, File(settings(data, "server.conf"), server_configuration(port, other))),
    )


def endpoint(request: ServiceRequest, name: str) -> Endpoint:
    """Return the endpoint: user `admin` with a generated password, no path (spec 04.2)."""
    credential = request.secrets(STANDARD, USER)
    return Endpoint(
        rel=name,
        scheme="http",
        port=request.ports[0],
        username=credential.username,
        password=credential.password,
    )


SERVICES = (
    ServiceType(
        types=("influxdb",),
        find=find,
        run=run,
        endpoint=endpoint,
        endpoints=lambda _: (STANDARD,),
        default=lambda _: STANDARD,
        ports=2,
    ),
)
