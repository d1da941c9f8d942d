"""RabbitMQ: `rabbitmq:*`."""

import hashlib
import json
import os
from collections.abc import Mapping

from paasctl.model.plan import File
from paasctl.model.project import Service
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
from paasctl.services.probing import PATH, probe, settings

STANDARD = "rabbitmq"
USER = "guest"
SALT = 4
PLACES = (
    "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin",  # Debian; the wrapper in /usr/sbin changes user
    "/opt/homebrew/opt/rabbitmq*/sbin",
    "/usr/local/opt/rabbitmq*/sbin",
    "/home/linuxbrew/.linuxbrew/opt/rabbitmq*/sbin",
)

# epmd is started here, in the foreground of this session: left to itself the node would leave
# a daemon behind. RUNNING_UNDER_SYSTEMD makes rabbitmq-server exec the virtual machine, so that
# the process that was started is the server and gets the signal to stop.
# The server goes by a link in the short directory: its disk monitor hands its path to a shell
# and waits for ever where the path has a quote in it.
SCRIPT = """
server=$1 epmd=$2 data=$3 scratch=$4 name=$5 mark=$6
umask 077
# A node whose first start was cut off waits for its own tables for ever. Nothing of a
# project's can be in it before the first login worked, which the probe has put on record.
[ -e "$data/$mark" ] || rm -rf "$data/server"
mkdir -p "$data/server" "$data/home" "$scratch"
ln -sfn "$data" "$scratch/data"
data=$scratch/data
cd "$data/settings"
"$epmd" -port "$ERL_EPMD_PORT" -address 127.0.0.1 &
export HOME="$data/home" RABBITMQ_NODENAME="$name@localhost" RUNNING_UNDER_SYSTEMD=true \\
    RABBITMQ_CONFIG_FILE="$data/settings/rabbitmq.conf" RABBITMQ_CONFIG_FILES=/dev/null \\
    RABBITMQ_ADVANCED_CONFIG_FILE="$data/settings/advanced.config" \\
    RABBITMQ_CONF_ENV_FILE="$data/settings/rabbitmq-env.conf" \\
    RABBITMQ_ENABLED_PLUGINS_FILE="$data/settings/enabled_plugins" \\
    RABBITMQ_MNESIA_BASE="$data/server" RABBITMQ_LOG_BASE="$data/server" RABBITMQ_LOGS=-
exec "$server"
"""
MARK = "complete"
"""A file beside the data: the first start was brought to its end (see the script)."""
QUIET = (
    "+sbwt none +sbwtdcpu none +sbwtdio none +S 2:2"  # no busy waiting, no thread per core
    " -kernel inet_dist_use_interface {127,0,0,1}"
)


def find(version: str) -> Provider | Missing:
    """Return RabbitMQ of the asked version or the newest one, with its Erlang."""
    from paasctl.services.programs import directories, executables, first, nearest

    places = directories()
    epmd = first(("epmd",), (*places, "/usr/lib/erlang/bin", "/usr/lib64/erlang/bin"))
    erl = first(("erl",), (*places, "/usr/lib/erlang/bin", "/usr/lib64/erlang/bin"))
    found = []
    for program in executables("rabbitmq-server", directories(*PLACES)):
        told = release(os.path.realpath(program))
        if told and epmd is not None and erl is not None:
            programs = {"server": os.path.realpath(program), "epmd": epmd, "erl": erl}
            found.append(Provider(Grade.NATIVE, told, programs))
    return nearest(found, version) or Missing(
        (
            "Debian, Ubuntu: sudo apt-get install rabbitmq-server",
            "Fedora: sudo dnf install rabbitmq-server",
            "macOS: brew install rabbitmq",
        )
    )


def release(program: str) -> str:
    """Return the version of a server, "" where the program is a distribution's wrapper.

    Asking the server itself takes a second of Erlang; its plug-ins are named by the version.
    """
    from glob import glob

    plugins = os.path.join(os.path.dirname(os.path.dirname(program)), "plugins")
    for path in glob(os.path.join(plugins, "rabbit-[0-9]*")):
        return os.path.basename(path).removeprefix("rabbit-").removesuffix(".ez")
    return ""


def vhosts(service: Service) -> tuple[str, ...]:
    """Return the virtual hosts: "/" and those of `configuration.vhosts` (spec 04.3)."""
    return tuple(dict.fromkeys(("/", *(configuration.names(service, "vhosts") or ()))))


def hashed(password: str) -> str:
    """Return the password as RabbitMQ stores it: base64 of a salt and SHA-256 of both.

    The salt comes from the password, which is random itself: the same plan is the same text.
    """
    import binascii

    salt = hashlib.sha256(b"salt" + password.encode()).digest()[:SALT]
    digest = hashlib.sha256(salt + password.encode()).digest()
    return binascii.b2a_base64(salt + digest, newline=False).decode()


def definitions(service: Service, credential: Credential) -> str:
    """Return the definitions that the server imports at each start."""
    user = credential.username
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    return json.dumps(
        {
            "users": [
                {
                    "name": user,
                    "password_hash": hashed(credential.password),
                    "hashing_algorithm": "rabbit_password_hashing_sha256",
                    "tags": "administrator",
                }
            ],
            "vhosts": [{"name": name} for name in vhosts(service)],
            "permissions": [
                {"user": user, "vhost": name, **everything} for name in vhosts(service)
            ],
        },
        indent=1,
    )


def run(request: ServiceRequest) -> ServiceRun:
    """Return how to run it; ports are those of AMQP, of the node and of its name server."""
    data = request.data
    amqp, node, names = request.ports
    credential = request.secrets(STANDARD, USER)
    check, file = probe(
        request.python,
        data,
        "amqp",
        {
            "port": amqp,
            "username": credential.username,
            "password": credential.password,
            "mark": f"{data}/{MARK}",
        },
    )
    programs = request.provider.programs
    return ServiceRun(
        command=(
            *("/bin/sh", "-eu", "-c", SCRIPT, request.service.name),
            *(programs["server"], programs["epmd"], data, request.scratch),
            *(node_name(request.service.name), MARK),
        ),
        probe=check,
        env=_environment(node, names, os.path.dirname(programs["erl"])),
        directories=(data, f"{data}/settings", request.scratch),
        files=(
            file,
            File(settings(data, "definitions.json"), definitions(request.service, credential)),
            File(settings(data, "rabbitmq.conf"), server_configuration(amqp)),
            File(settings(data, "enabled_plugins"), "[].\n"),
            File(settings(data, "rabbitmq-env.conf"), ""),
        ),
    )


def node_name(service: str) -> str:
    """Return the first half of the node's name: letters, digits, `-` and `_` only."""
    return "".join(sign if sign.isalnum() and sign.isascii() else "_" for sign in service)


def server_configuration(port: int) -> str:
    """Return the server's configuration file.

    The alarm for a full disk stops every publisher at 50 MB free by default; here it only
    guards the last megabyte.
    """
    lines = (
        f"listeners.tcp.1 = 127.0.0.1:{port}",
        "load_definitions = definitions.json",
        "disk_free_limit.absolute = 1MB",
        "vm_memory_high_watermark.relative = 0.8",
        "log.console.level = info",
    )
    return "".join(f"{line}\n" for line in lines)


def _environment(node: int, names: int, erlang: str) -> Mapping[str, str]:
    return {
        "PATH": f"{erlang}:{PATH}",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(names),
        "RABBITMQ_DIST_PORT": str(node),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": QUIET,
    }


def endpoint(request: ServiceRequest, name: str) -> Endpoint:
    """Return the endpoint: user `guest` with a generated password, no path (spec 05.1)."""
    credential = request.secrets(STANDARD, USER)
    return Endpoint(
        rel=name,
        scheme="amqp",
        port=request.ports[0],
        username=credential.username,
        password=credential.password,
    )


SERVICE = ServiceType(
    types=("rabbitmq",),
    find=find,
    run=run,
    endpoint=endpoint,
    endpoints=lambda _: (STANDARD,),
    default=lambda _: STANDARD,
    ports=3,
)
SERVICES = (SERVICE,)
