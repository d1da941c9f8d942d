"""The contract of a service type: one file in `paasctl/services/` with one `SERVICE` constant."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from paasctl.model.json import Json
from paasctl.model.plan import File
from paasctl.model.project import Service


class Grade(StrEnum):
    """Where a server comes from."""

    NATIVE = "native"
    EMBEDDED = "embedded"
    EXTERNAL = "external"


class Provider(NamedTuple):
    """A server found on this machine; `programs` maps a program's role to its absolute path."""

    grade: Grade
    version: str
    programs: Mapping[str, str]


class External(NamedTuple):
    """A server that runs elsewhere, taken from the URL that the user gave for it.

    `scheme` is already the platform's (`pgsql`, not `postgres`), `port` never absent. `address`
    is the URL for showing: without user, password and query.
    """

    address: str
    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = None
    path: str | None = None
    query: Mapping[str, str] = {}


class Missing(NamedTuple):
    """No server was found; each hint is one complete way to get one, a command where possible."""

    hints: tuple[str, ...]


class Credential(NamedTuple):
    """User and password of one endpoint; kept for the project's life."""

    username: str
    password: str


class ServiceRequest(NamedTuple):
    """What a service type is asked to run.

    `ports` are as many free loopback ports as the type asked for. `data` is a directory that
    is kept, `scratch` one for sockets and pid files: short, private, emptied at will.
    `secrets` gives the stored credential of a name (an endpoint, or an administrator "admin"),
    made once with the user name given and a generated password. `root` is true for uid 0.
    `behind` maps the service's own relationships to the ports of the applications meant.
    """

    service: Service
    provider: Provider
    ports: tuple[int, ...]
    data: str
    scratch: str
    secrets: Callable[[str, str], Credential]
    root: bool
    python: str
    behind: Mapping[str, int] = {}


class ServiceRun(NamedTuple):
    """How to run it: `command` ends in exec-ing the server and may initialise `data` first.

    `probe` exits 0 as soon as a login with the endpoint's own credential works, and only then.
    No secret may stand in `command`, `env` or `probe`: they belong into `files` (mode 0600).
    """

    command: tuple[str, ...]
    probe: tuple[str, ...]
    env: Mapping[str, str] = {}
    directories: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    stop_signal: int = 15
    grace: float = 15.0


class Endpoint(NamedTuple):
    """One endpoint as PLATFORM_RELATIONSHIPS shows it (spec 05.1).

    `short` leaves out username, password, path, query and fragment (memcached, kafka, apps).
    """

    rel: str
    scheme: str
    port: int
    username: str | None = None
    password: str | None = None
    path: str | None = None
    query: Mapping[str, Json] = {}
    short: bool = False
    host: str = "127.0.0.1"


class ServiceType(NamedTuple):
    """One kind of server.

    `types` are the names in `type: name:version` that it answers to; `endpoints(service)` the
    names it offers; `default(service)` the one taken when a relationship names none, or None.
    `find` looks for a server, given the asked version: it is the only function that may look
    at the machine. The others are pure.
    """

    types: tuple[str, ...]
    find: Callable[[str], "Provider | Missing"]
    run: Callable[[ServiceRequest], ServiceRun]
    endpoint: Callable[[ServiceRequest, str], Endpoint]
    endpoints: Callable[[Service], tuple[str, ...]]
    default: Callable[[Service], str | None]
    ports: int = 1
    persistent: bool = True
    """Whether the type has a disk (spec 04.2)."""
