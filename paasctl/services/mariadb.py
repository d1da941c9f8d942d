"""MariaDB: `mariadb:*`, `mysql:*` (the same on the platform), and `oracle-mysql:*` in its place."""

import os
from collections.abc import Callable, Mapping

from paasctl.model.json import Json
from paasctl.model.plan import File
from paasctl.model.service import (
    Credential,
    Endpoint,
    Missing,
    Provider,
    ServiceRequest,
    ServiceRun,
    ServiceType,
)
from paasctl.services import configuration
from paasctl.services.mariadb_grants import (
    STANDARD,
    default_schema,
    flags,
    offered,
    statements,
    username,
)
from paasctl.services.probing import ADMINISTRATOR_CREDENTIAL, PATH, probe, settings

PLACES = (
    "/usr/libexec",  # Fedora
    "/opt/homebrew/opt/mariadb*/bin",
    "/usr/local/opt/mariadb*/bin",
    "/home/linuxbrew/.linuxbrew/opt/mariadb*/bin",
)

# `--auth-root-authentication-method=socket` because the other one leaves root@127.0.0.1 without
# a password on disk. The accounts come from the init file, which the server runs before it
# listens: there is no moment in which somebody could get in without a password.
SCRIPT = """
install=$1 server=$2 data=$3 scratch=$4 port=$5
shift 5
umask 077
mkdir -p "$data" "$scratch"
cd "$data"
if [ ! -d server ]; then
    rm -rf server.new
    "$install" --no-defaults --datadir=./server.new --skip-test-db --skip-name-resolve \\
        --auth-root-authentication-method=socket --auth-root-socket-user=root \\
        --innodb-log-file-size=16M --innodb-buffer-pool-size=32M "$@" >install.log 2>&1 ||
        { cat install.log >&2; exit 1; }
    mv server.new server
fi
exec "$server" --no-defaults --datadir="$data/server" --socket="$scratch/mysql.sock" \\
    --pid-file="$scratch/mysql.pid" --bind-address=127.0.0.1 --port="$port" \\
    --init-file="$data/settings/accounts.sql" "$@"
"""
SMALL = (
    "--skip-name-resolve",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=16M",
    "--performance-schema=OFF",
    "--max-connections=60",
)


def find(version: str) -> Provider | Missing:
    """Return MariaDB of the asked version or the newest one."""
    from paasctl.services.programs import directories, first, natives, nearest, printed_by
    from paasctl.services.programs import version_in as read

    places = directories(*PLACES)

    def version_of(program: str) -> str:
        return read(printed_by(program, "--version"), r"Ver ([0-9.]+)-MariaDB")

    def beside(program: str) -> Mapping[str, str] | None:
        near = os.path.dirname(program)
        prefix = os.path.dirname(near)
        around = (near, os.path.join(prefix, "bin"), os.path.join(prefix, "scripts"), *places)
        install = first(("mariadb-install-db", "mysql_install_db"), around)
        return {"install": install} if install is not None else None

    # `mysqld` is the old name: where the new one exists it leads to the same program.
    found = natives("mariadbd", places, version_of, beside)
    found = found or natives("mysqld", places, version_of, beside)
    chosen = nearest(found, version)
    if chosen is not None:
        return chosen
    return Missing(
        (
            "Debian, Ubuntu: sudo apt-get install mariadb-server",
            "Fedora: sudo dnf install mariadb-server",
            "macOS: brew install mariadb",
        )
    )


def run(request: ServiceRequest) -> ServiceRun:
    """Return how to run it; accounts and schemas are brought up to date at each start."""
    service, data = request.service, request.data
    administrator = request.secrets(ADMINISTRATOR_CREDENTIAL, "root")
    names = offered(service)
    credentials = {name: _credential(request, name) for name in names}
    parameters: dict[str, Json] = {}
    if names:
        chosen = configuration.default_endpoint(names, STANDARD) or names[0]
        parameters |= {"port": request.ports[0], "database": default_schema(service, chosen)}
        login = credentials[chosen]
    else:
        parameters |= {"socket": f"{request.scratch}/mysql.sock"}
        login = administrator
    parameters |= {"username": login.username, "password": login.password}
    check, file = probe(request.python, data, "mysql", parameters)
    text = "".join(f"{line};\n" for line in statements(service, administrator, credentials))
    programs = request.provider.programs
    return ServiceRun(
        command=(
            *("/bin/sh", "-eu", "-c", SCRIPT, service.name),
            *(programs["install"], programs["server"], data, request.scratch),
            *(str(request.ports[0]), *SMALL, *flags(service)),
            *(("--user=root",) if request.root else ()),
        ),
        probe=check,
        env={"PATH": PATH, "TZ": "UTC"},
        directories=(data, f"{data}/settings", request.scratch),
        files=(file, File(settings(data, "accounts.sql"), text)),
    )


def endpoint(request: ServiceRequest, name: str) -> Endpoint:
    """Return an endpoint: user `user` and database `main` unless the service defines its own."""
    credential = _credential(request, name)
    return Endpoint(
        rel=name,
        scheme="mysql",
        port=request.ports[0],
        username=credential.username,
        password=credential.password,
        path=default_schema(request.service, name),
        query={"is_master": True},
    )


def _credential(request: ServiceRequest, name: str) -> Credential:
    return request.secrets(name, username(request.service, name))


def find_for_oracle(version: str) -> Provider | Missing:
    """Return MariaDB in the place of MySQL, and let its version say so."""
    found = find(version)
    return (
        found if isinstance(found, Missing) else found._replace(version=f"{found.version}-MariaDB")
    )


def _service(types: tuple[str, ...], finder: Callable[[str], Provider | Missing]) -> ServiceType:
    return ServiceType(
        types=types,
        find=finder,
        run=run,
        endpoint=endpoint,
        endpoints=offered,
        default=lambda service: configuration.default_endpoint(offered(service), STANDARD),
    )


SERVICES = (_service(("mariadb", "mysql"), find), _service(("oracle-mysql",), find_for_oracle))
