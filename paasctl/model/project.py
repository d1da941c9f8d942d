"""A project after inheritance: every value is effective, nothing is left to default.

Rules: spec 02 (keys and inheritance), 04 (services), 06 (web), 07 (routes), 09 (crons).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from paasctl.model.json import Json


class MountSource(StrEnum):
    """Where the files of a mount live (spec 11.3)."""

    LOCAL = "local"
    SERVICE = "service"
    TMP = "tmp"
    STORAGE = "storage"
    INSTANCE = "instance"


class Mount(NamedTuple):
    """A writable directory; `path` is relative to the app root, without slashes at its ends."""

    path: str
    source: MountSource
    source_path: str
    service: str | None = None


class Relationship(NamedTuple):
    """A named link to `service` (a service or another app) and one of its endpoints.

    `endpoint` is resolved: a default endpoint has been filled in (spec 04.4).
    """

    name: str
    service: str
    endpoint: str


class Commands(NamedTuple):
    """The shell lines of an instance; `start` is None when nothing is to run."""

    start: str | None = None
    pre_start: str | None = None
    post_start: str | None = None


class Settings(NamedTuple):
    """The instance keys of spec 02.4 after inheritance, for web or for one worker."""

    size: str = "AUTO"
    disk: int | None = None
    relationships: tuple[Relationship, ...] = ()
    mounts: tuple[Mount, ...] = ()
    variables: Mapping[str, Mapping[str, Json]] = {}
    access: Mapping[str, str] = {"ssh": "contributor"}
    timezone: str | None = None
    container_profile: str | None = None
    resources: Json = None
    firewall: Json = None
    additional_hosts: Mapping[str, str] = {}


class Rule(NamedTuple):
    """What a regular expression under `locations.*.rules` changes (spec 06)."""

    pattern: str
    settings: Mapping[str, Json]


class Location(NamedTuple):
    """One entry of `web.locations` (spec 06).

    Durations are text such as "300s". `indexes` is the key `index`, a word that tuples use.
    """

    path: str
    root: str | None = None
    passthru: bool | str = False
    indexes: tuple[str, ...] = ()
    expires: str = "-1s"
    allow: bool = True
    scripts: bool = True
    headers: Mapping[str, str] = {}
    rules: tuple[Rule, ...] = ()
    request_buffering: Json = None


class Upstream(NamedTuple):
    """How the router reaches the web process."""

    socket_family: str = "tcp"
    protocol: str = "http"


class Web(NamedTuple):
    """The web instance; it exists in every app, also where it runs no command."""

    settings: Settings
    commands: Commands = Commands()
    upstream: Upstream = Upstream()
    locations: tuple[Location, ...] = ()


class Worker(NamedTuple):
    """A worker instance; its id is `<app>--<name>`."""

    name: str
    settings: Settings
    commands: Commands


class Cron(NamedTuple):
    """A scheduled command of the web instance (spec 09); `timeout` in seconds."""

    name: str
    spec: str
    start: str
    stop: str | None = None
    timeout: int = 86400
    shutdown_timeout: int | None = None


class Hooks(NamedTuple):
    """The scripts of spec 10.1."""

    build: str | None = None
    deploy: str | None = None
    post_deploy: str | None = None


class Runtime(NamedTuple):
    """`type: name:version`."""

    name: str
    version: str


class App(NamedTuple):
    """One application.

    `root` is its directory relative to the project root ("" is the project root itself).
    `variables` and `mounts` are the top-level values, which the build sees (spec 02.4).
    """

    name: str
    runtime: Runtime
    root: str
    web: Web
    workers: tuple[Worker, ...] = ()
    hooks: Hooks = Hooks()
    crons: tuple[Cron, ...] = ()
    variables: Mapping[str, Mapping[str, Json]] = {}
    mounts: tuple[Mount, ...] = ()
    build_flavor: str | None = None
    dependencies: Mapping[str, Json] = {}
    timezone: str | None = None
    stack: Json = None
    operations: Mapping[str, Json] = {}
    source_operations: Mapping[str, Json] = {}
    php: Json = None
    preflight: Json = None


class Service(NamedTuple):
    """One entry of services.yaml; `disk` in MB."""

    name: str
    type: str
    version: str
    disk: int | None = None
    size: str = "AUTO"
    configuration: Mapping[str, Json] = {}
    relationships: tuple[Relationship, ...] = ()


class Route(NamedTuple):
    """One entry of routes.yaml; `settings` holds the keys that only the router reads."""

    url: str
    type: str
    upstream: str | None = None
    to: str | None = None
    id: str | None = None
    primary: bool | None = None
    attributes: Mapping[str, str] = {}
    settings: Mapping[str, Json] = {}


class Project(NamedTuple):
    """Everything that the manifests say, after inheritance and defaults.

    `root` is the absolute project directory; `files` are the manifests read, relative to it.
    """

    root: str
    flavour: str
    apps: tuple[App, ...]
    services: tuple[Service, ...] = ()
    routes: tuple[Route, ...] = ()
    files: tuple[str, ...] = ()
