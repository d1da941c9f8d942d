"""What the host room finds out, on this machine, in directories of its own."""

import os
import socket
import subprocess
import sys

import pytest

from paasctl.host.appfiles import dependency_digests
from paasctl.host.credentials import project_secret, secrets_of
from paasctl.host.gather import gather, network_settings, scale_by_id
from paasctl.host.identity import identity
from paasctl.host.interpreters import Installed, nearest, numbers
from paasctl.host.machinecache import MachineCache
from paasctl.host.obstacle import Cause, Obstacle
from paasctl.host.portowner import port_owner
from paasctl.host.ports import END, FIRST, assign, is_free
from paasctl.host.programs import find, search_path
from paasctl.host.repository import git_facts
from paasctl.host.scratch import scratch_directory
from paasctl.host.statefile import read, read_or_create, write
from paasctl.model.host import Options
from paasctl.model.project import App, Commands, Project, Runtime, Service, Settings, Web, Worker

pytestmark = pytest.mark.system


@pytest.fixture(autouse=True)
def runtime_directory(tmp_path_factory, monkeypatch):
    """Keep the scratch directories of these projects out of /tmp."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))


NONE: frozenset[int] = frozenset()


@pytest.fixture
def state(tmp_path):
    return str(tmp_path / ".paasctl")


def listening(port=0, address="127.0.0.1"):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen()
    return server


# --- files of our own -------------------------------------------------------------------------


def test_a_state_file_is_private_and_whole(state):
    path = os.path.join(state, "x.json")
    write(path, {"a": 1})
    assert read(path) == {"a": 1, "format": 1}
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(state).st_mode & 0o777 == 0o700
    assert os.listdir(state) == ["x.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}'])
def test_a_file_that_we_did_not_write_counts_as_none(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_text(content)
    assert read(str(path)) is None
    assert read_or_create(str(path), lambda: {"a": 1})["a"] == 1


def test_of_several_creators_one_wins(state):
    path = os.path.join(state, "x.json")
    first = read_or_create(path, lambda: {"by": "first"})
    assert read_or_create(path, lambda: {"by": "second"}) == first
    assert os.listdir(state) == ["x.json"]


def test_identity_and_secret_are_made_once(state):
    first = identity(state)
    assert identity(state) == first
    assert (len(first.project), len(first.entropy)) == (13, 56)
    assert project_secret(state) == project_secret(state)
    assert project_secret(state) != first.entropy


def test_passwords_differ_by_service_endpoint_and_project(state, tmp_path):
    secrets = secrets_of(project_secret(state))
    other = secrets_of(project_secret(str(tmp_path / "other")))
    asked = [("db", "mysql", "user"), ("db", "admin", "user"), ("db2", "mysql", "user")]
    passwords = {secrets(*question).password for question in asked}
    passwords.add(other(*asked[0]).password)
    assert len(passwords) == 4
    assert secrets(*asked[0]) == secrets(*asked[0])
    assert secrets(*asked[0]).username == "user"


def test_the_scratch_directory_is_short_private_and_stays(state, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    path = scratch_directory(state, "secret")
    assert scratch_directory(state, "secret") == path
    assert os.stat(path).st_mode & 0o777 == 0o700
    assert len(os.path.basename(path)) < 24
    os.chmod(path, 0o755)
    assert scratch_directory(state, "secret") == os.path.join(state, "run")


# --- ports ------------------------------------------------------------------------------------


def test_ports_stay_when_names_come_and_go(state):
    first = assign(state, ("app", "app--queue"), {}, NONE).ports
    more = assign(state, ("app", "db", "app--queue"), {}, NONE).ports
    assert {**more, **first} == more
    assert len(set(more.values())) == 3
    assert all(FIRST <= port < END for port in more.values())
    assert assign(state, ("db",), {}, NONE).ports == {"db": more["db"]}


def test_a_stable_port_that_somebody_took_is_replaced_and_its_owner_named(state):
    before = assign(state, ("app",), {}, NONE).ports["app"]
    with listening(before):
        after = assign(state, ("app",), {}, NONE)
    assert after.ports["app"] != before
    assert str(before) in after.warnings[0]
    assert f"pid {os.getpid()}" in after.warnings[0]


def test_a_port_that_our_own_engine_holds_counts_as_free(state):
    before = assign(state, ("app",), {}, NONE)
    with listening(before.ports["app"]):
        assert assign(state, ("app",), {}, frozenset(before.ports.values())) == before


LISTEN = "import socket,sys;s=socket.create_server(('127.0.0.1',int(sys.argv[1])));print();input()"


def test_a_process_of_this_project_is_known_by_its_marker(state):
    before = assign(state, ("app",), {}, NONE)
    with subprocess.Popen(
        (sys.executable, "-c", LISTEN, str(before.ports["app"])),
        env={**os.environ, "PAASCTL_INSTANCE": f"{state}|web|app"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert assign(state, ("app",), {}, NONE) == before
        process.communicate(b"\n")


def test_a_port_that_the_user_asked_for_is_kept_or_refused(state):
    with listening() as server:
        port = server.getsockname()[1]
        with pytest.raises(Obstacle) as refused:
            assign(state, ("app",), {"app": port}, NONE)
        assert refused.value.cause is Cause.PORT_TAKEN
        assert f"port {port} is taken by" in refused.value.message
        assert f"pid {os.getpid()}" in refused.value.message
    assert assign(state, ("app", "db"), {"app": port}, NONE).ports["app"] == port
    assert assign(state, ("app",), {}, NONE).ports["app"] == port


def test_asking_for_a_port_of_another_instance_moves_that_instance(state):
    before = assign(state, ("app", "db"), {}, NONE).ports
    after = assign(state, ("app", "db"), {"app": before["db"]}, NONE).ports
    assert after["app"] == before["db"]
    assert after["db"] not in before.values() or after["db"] == before["app"]
    assert after["db"] != after["app"]


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_listener_on_any_address_takes_the_port(address):
    with listening(address=address) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        text = port_owner(port)
        assert text is not None
        assert f"pid {os.getpid()}" in text
        assert os.getcwd() in text
    assert is_free(port)
    assert port_owner(port) is None


# --- interpreters -----------------------------------------------------------------------------

VERSIONS = ("2.7.18", "3.6.15", "3.8.18", "3.8.20", "3.11.7", "3.13.0")


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("3.8", "3.8.20"),
        ("3.7", "3.8.20"),
        ("3.5", "3.6.15"),
        ("3.12", "3.13.0"),
        ("3.14", "3.13.0"),
        ("2.7", "2.7.18"),
        ("2.6", "2.7.18"),
        ("3", "3.13.0"),
        ("4", "3.13.0"),
    ],
)
def test_the_nearest_version_same_or_newer(asked, chosen):
    installed = tuple(Installed(version, f"/{version}") for version in VERSIONS)
    found = nearest(numbers(asked), installed)
    assert found is not None
    assert found.version == chosen


def test_nothing_is_nearest_where_nothing_is_installed():
    assert nearest((3, 7), ()) is None


def test_virtual_environments_and_shims_are_no_part_of_the_path(monkeypatch, tmp_path):
    environment = tmp_path / "venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text("")
    entries = [str(environment / "bin"), "/x/shims", "relative", "/usr/bin", "/usr/bin", "/bin"]
    monkeypatch.setenv("PATH", ":".join(entries))
    assert search_path() == "/usr/bin:/bin"


def test_a_program_is_asked_for_its_version_once(tmp_path):
    asked = []
    for _ in range(2):
        cache = MachineCache(str(tmp_path))
        assert cache.answer("key", lambda: asked.append(1) or "answer") == "answer"
        cache.save()
    assert asked == [1]


# --- the repository ---------------------------------------------------------------------------


def git(root, *words):
    done = subprocess.run(
        ("git", "-C", root, "-c", "user.name=x", "-c", "user.email=x@x", *words),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    if not find("git", os.environ.get("PATH", os.defpath)):
        pytest.skip("needs git")
    root = str(tmp_path / "project")
    os.mkdir(root)
    git(root, "init", "-q", "-b", "feature/x")
    return root


def heads(root, tmp_path):
    return git_facts(root, MachineCache(str(tmp_path / "state")))


def test_a_repository_without_a_commit_has_a_branch(repository, tmp_path):
    assert heads(repository, tmp_path) == ("feature/x", "", "")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("detached", [False, True])
@pytest.mark.parametrize("worktree", [False, True])
def test_head_is_read_as_git_reads_it(repository, tmp_path, packed, detached, worktree):
    with open(os.path.join(repository, "f"), "w", encoding="utf-8") as file:
        file.write("x")
    git(repository, "add", "f")
    git(repository, "commit", "-q", "-m", "x")
    root, branch = repository, "feature/x"
    if worktree:
        root, branch = str(tmp_path / "tree"), "other"
        git(repository, "worktree", "add", "-q", "-b", branch, root)
    if detached:
        git(root, "checkout", "-q", "--detach")
    if packed:
        git(repository, "gc", "-q")
        git(repository, "pack-refs", "--all")
    facts = heads(root, tmp_path)
    assert facts.branch == ("" if detached else branch)
    assert facts.commit == git(root, "rev-parse", "HEAD")
    assert facts.tree == git(root, "rev-parse", "HEAD^{tree}")
    os.mkdir(os.path.join(root, "inner"))
    assert heads(os.path.join(root, "inner"), tmp_path) == facts


# --- all together -----------------------------------------------------------------------------


def an_app(**changes):
    web = Web(Settings(), Commands(start="sleep 1"))
    workers = (Worker("queue", Settings(), Commands(start="sleep 1")),)
    app = App("app", Runtime("python", "3.7"), "", web, workers)
    return app._replace(**changes)


def test_gathering_twice_finds_the_same(tmp_path):
    (tmp_path / "requirements.txt").write_text("x")
    (tmp_path / ".environment").write_text("A=1")
    project = Project(str(tmp_path), "platformsh", (an_app(),))
    first = gather(project, str(tmp_path), Options())
    second = gather(project, str(tmp_path), Options(held=frozenset(first.ports.values())))
    assert first._replace(secret=None) == second._replace(secret=None)
    known = first.apps["app"]
    assert set(known.sources) == {"requirements.txt"}
    assert known.environment_file
    assert not known.prepared
    assert set(first.ports) == {"app", "app--queue"}
    assert os.access(known.toolchain.program, os.X_OK)


def test_a_service_that_nobody_knows_has_no_type(tmp_path):
    services = (Service("x", "no-such-type", "1"), Service("n", "network-storage", "1.0"))
    project = Project(str(tmp_path), "platformsh", (an_app(),), services)
    facts = gather(project, str(tmp_path), Options())
    assert [known.type for known in facts.services.values()] == [None, None]


def test_a_runtime_that_is_not_installed_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    app = an_app(runtime=Runtime("elixir", "1.18"))
    facts = gather(Project(str(tmp_path), "platformsh", (app,)), str(tmp_path), Options())
    assert facts.apps["app"].toolchain.program == ""
    assert "elixir:1.18" in facts.apps["app"].toolchain.warning


def test_scaling_by_short_name_and_id():
    project = Project("/p", "platformsh", (an_app(), an_app(name="b")))
    assert scale_by_id(project, {"queue": 2, "b--queue": 3}) == {"app--queue": 2, "b--queue": 3}
    with pytest.raises(Obstacle) as refused:
        scale_by_id(project, {"mail": 2})
    assert refused.value.cause is Cause.UNKNOWN_WORKER
    assert "app--queue" in refused.value.fix


def test_only_settings_for_registries_reach_a_build(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".npmrc").write_text("")
    (tmp_path / ".rustup").mkdir()
    given = {"HTTPS_PROXY": "p", "https_proxy": "q", "AWS_SECRET": "s", "PIP_INDEX_URL": "i"}
    assert network_settings(given) == {
        "HTTPS_PROXY": "p",
        "https_proxy": "q",
        "PIP_INDEX_URL": "i",
        "npm_config_userconfig": str(tmp_path / ".npmrc"),
        "RUSTUP_HOME": str(tmp_path / ".rustup"),
    }


def test_digests_of_dependency_files(tmp_path):
    assert dependency_digests(str(tmp_path / "nowhere")) == {}
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text("x")
    (tmp_path / "package.json").write_bytes(b"\xff")
    (tmp_path / "uv.lock").mkdir()
    first = dependency_digests(str(tmp_path))
    assert set(first) == {"package.json", "requirements/base.txt"}
    (tmp_path / "package.json").write_bytes(b"\xfe")
    second = dependency_digests(str(tmp_path))
    assert second["package.json"] != first["package.json"]
    assert second["requirements/base.txt"] == first["requirements/base.txt"]
