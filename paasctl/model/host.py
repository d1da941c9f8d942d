"""What a plan needs to know of this machine, as values: `paasctl.host` finds it out."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from paasctl.model.plan import InstanceSpec, Layout, LogLimits, Plan
from paasctl.model.service import Credential, External, Missing, Provider, ServiceType


class Namespaces(StrEnum):
    """How an instance can get mounts of its own (decisions 4, "mounts")."""

    ROOT = "root"  # mount namespace, as uid 0
    USER = "user"  # mount namespace inside a user namespace
    NONE = "none"  # refused, or not Linux: links stand in


class BuildWish(StrEnum):
    """Whether the build runs: when it is due, always (`--build`), never (`--no-build`)."""

    WHEN_DUE = "when-due"
    ALWAYS = "always"
    NEVER = "never"


class Toolchain(NamedTuple):
    """The interpreter chosen for an app's `type`; `program` is "" where none was found.

    `program` is an absolute path, `warning` says what differs from the manifest, in one sentence.
    """

    program: str = ""
    version: str = ""
    warning: str = ""


class Tools(NamedTuple):
    """Absolute paths of programs that paasctl itself puts in front of or around a command."""

    shell: str = "/bin/sh"
    python: str = "python3"
    unshare: str = ""
    mount: str = ""
    setpriv: str = ""


class Git(NamedTuple):
    """HEAD of the project's repository; empty texts where there is none."""

    branch: str = ""
    commit: str = ""
    tree: str = ""


class Identity(NamedTuple):
    """What stays for the project's life; `secret` keys the generated passwords."""

    project: str
    entropy: str


class AppFacts(NamedTuple):
    """What lies in an app's directory and what earlier runs recorded about it.

    `sources` maps the path of each dependency file to a digest of its content. The records are
    the texts of the stamps that the build and deploy hooks left, None where they never ended well.
    `prepared` says that the private virtual environment is still in place. `environment_file`
    says that the app root has a `.environment`, `package_json` that it has a package.json.
    """

    toolchain: Toolchain = Toolchain()
    sources: Mapping[str, str] = {}
    build_record: str | None = None
    deploy_record: str | None = None
    prepared: bool = True
    environment_file: bool = False
    package_json: bool = False


class ServiceFacts(NamedTuple):
    """The server for a service: `type` is None where no service type answers to the name.

    With an External nothing is started, whatever the type.
    """

    type: ServiceType | None
    provider: Provider | External | Missing


class HostFacts(NamedTuple):
    """This machine and this project's state on it.

    `state_dir` is the absolute path of `.paasctl`, `scratch` a short private directory for
    sockets. `ports` holds a port for every name that `plan.ports.wanted` lists. `secret(service,
    endpoint, username)` gives a credential that stays for the project's life. `path` is the
    PATH behind the toolchain's own directories. `network` holds what a build needs to reach
    package registries (proxies, certificates, mirrors). `scale` maps worker ids to replicas.
    `terminals` are ids of those that get a terminal.
    """

    state_dir: str
    scratch: str
    tools: Tools
    identity: Identity
    secret: Callable[[str, str, str], Credential]
    git: Git = Git()
    apps: Mapping[str, AppFacts] = {}
    services: Mapping[str, ServiceFacts] = {}
    ports: Mapping[str, int] = {}
    namespaces: Namespaces = Namespaces.NONE
    isolate: bool = False
    scale: Mapping[str, int] = {}
    build: BuildWish = BuildWish.WHEN_DUE
    uid: int = 0
    user: str = "web"
    lang: str = "C.UTF-8"
    path: str = "/usr/local/bin:/usr/bin:/bin"
    network: Mapping[str, str] = {}
    environment_type: str = "development"
    service_variables: bool = True
    warnings: tuple[str, ...] = ()
    logs: LogLimits = LogLimits()
    terminals: frozenset[str] = frozenset()


class Options(NamedTuple):
    """What the user asked for on the command line, as far as the plan depends on it.

    `port` is for the first web app. `held` are ports that our own running engine's instances
    listen on: they count as free. `scale` maps a worker's name or id to a number of replicas;
    `kept_scale` is what an earlier command line said of workers that may be gone by now.
    `logs` says how much of each log is kept, `terminals` names who is to have one.
    `services` maps a service to the URL of a server that runs elsewhere.
    """

    port: int | None = None
    held: frozenset[int] = frozenset()
    isolate: bool = False
    scale: Mapping[str, int] = {}
    kept_scale: Mapping[str, int] = {}
    build: BuildWish = BuildWish.WHEN_DUE
    environment_type: str = "development"
    service_variables: bool = True
    logs: LogLimits = LogLimits()
    terminals: tuple[str, ...] = ()
    services: Mapping[str, str] = {}


class MissingService(NamedTuple):
    """A service that nothing here can run; each hint is one complete way to get a server."""

    name: str
    type: str
    hints: tuple[str, ...]


class Due(NamedTuple):
    """A build or deploy hook that will run, and why, in words for people."""

    id: str
    reason: str


class Built(NamedTuple):
    """The outcome of planning; with a non-empty `missing` the plan leaves those services out."""

    plan: Plan
    layout: Layout
    missing: tuple[MissingService, ...] = ()
    due: tuple[Due, ...] = ()

    def spec(self, instance: str) -> InstanceSpec:
        """Return the spec of an instance id; KeyError if there is none."""
        for spec in self.plan.instances:
            if spec.id == instance:
                return spec
        raise KeyError(instance)
