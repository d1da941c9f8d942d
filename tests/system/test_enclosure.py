"""Mounts of an instance's own, tried with real processes as root and as an ordinary user."""

import os
import signal
import subprocess
import sys

import pytest

from paasctl.host.machinecache import MachineCache
from paasctl.host.namespaces import namespaces
from paasctl.host.programs import find, tools
from paasctl.model.host import Namespaces
from paasctl.plan.enclosure import CANNOT, enclosure
from paasctl.plan.mounts import Binding

pytestmark = pytest.mark.system

NOBODY = 65534
WRITE = 'echo "$1" > "up loads/it\'s" && cat "up loads/it\'s"'


@pytest.fixture(params=[Namespaces.ROOT, Namespaces.USER])
def able(request, tmp_path_factory):
    """The capability to test, where this machine has it; a prefix that drops root for USER."""
    state = tmp_path_factory.mktemp("state")
    have = namespaces(str(state), tools(), MachineCache(str(state)))
    if request.param is Namespaces.ROOT:
        if have is not Namespaces.ROOT:
            pytest.skip("needs root and mount namespaces")
        return Namespaces.ROOT, ()
    if have is Namespaces.NONE:
        pytest.skip("this machine refuses mount namespaces")
    setpriv = find("setpriv", os.defpath)
    drop = (setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
    return Namespaces.USER, (drop if os.getuid() == 0 else ())


@pytest.fixture
def project(tmp_path, able):
    """An app root and two stores, in directories whose names need care."""
    base = tmp_path / 'it\'s a "project" $HOME'
    for name in ("app", "app/up loads", "app/src", "stores/one", "stores/two"):
        (base / name).mkdir(parents=True)
    if able[1]:
        for path in (base, *base.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        for path in (tmp_path, *tmp_path.parents[:2]):
            path.chmod(0o755)
    return base


def prefix(able, project, store, read_only=False):
    kind, drop = able
    app = str(project / "app")
    bound = (Binding(str(project / "stores" / store), f"{app}/up loads"),) if store else ()
    return (*drop, *enclosure(tools(), kind, app, bound, read_only))


def run(*argv, **options):
    return subprocess.run(
        argv, cwd="/", capture_output=True, text=True, check=False, timeout=30, **options
    )


def test_two_instances_with_the_same_mount_see_their_own_files(able, project):
    first = run(*prefix(able, project, "one"), "sh", "-c", WRITE, "sh", "first")
    second = run(*prefix(able, project, "two"), "sh", "-c", WRITE, "sh", "second")
    assert (first.stdout, second.stdout) == ("first\n", "second\n"), first.stderr + second.stderr
    assert (project / "stores/one/it's").read_text() == "first\n"
    assert (project / "stores/two/it's").read_text() == "second\n"
    assert list((project / "app/up loads").iterdir()) == []


@pytest.mark.parametrize("store", ["one", ""])
def test_a_read_only_app_can_still_write_its_mount(able, project, store):
    prefixed = prefix(able, project, store, read_only=True)
    done = run(*prefixed, "sh", "-c", "echo x > src/new || echo refused")
    assert done.stdout == "refused\n", done.stderr
    assert list((project / "app/src").iterdir()) == []
    if store:
        assert run(*prefixed, "sh", "-c", WRITE, "sh", "kept").stdout == "kept\n"


def test_state_below_a_read_only_app_root_can_be_mounted_writable(able, project):
    store = project / "app" / ".paasctl" / "mounts"
    store.mkdir(parents=True)
    if able[1]:
        for path in (store, store.parent):
            os.chown(path, NOBODY, NOBODY)
    app = str(project / "app")
    inside = enclosure(tools(), able[0], app, (Binding(str(store), f"{app}/src"),), True)
    done = run(*able[1], *inside, "sh", "-c", "echo ok > src/f && cat src/f; echo x > .paasctl/y")
    assert done.stdout == "ok\n", done.stderr
    assert (store / "f").read_text() == "ok\n"
    assert not (project / "app/.paasctl/y").exists()


@pytest.mark.parametrize("status", [0, 7, 255])
def test_the_exit_status_is_the_programs_own(able, project, status):
    assert run(*prefix(able, project, "one"), "sh", "-c", f"exit {status}").returncode == status


def test_a_mount_that_cannot_be_made_is_said_and_nothing_runs(able, project):
    done = run(*prefix(able, project, "nowhere"), "echo", "ran")
    assert (done.returncode, done.stdout) == (CANNOT, "")
    assert "nowhere" in done.stderr


TRAP = """
import os, signal, sys
def stop(number, frame):
    print("stopped", flush=True)
    sys.exit(3)
signal.signal(signal.SIGTERM, stop)
print(os.getpid(), os.getuid(), open("/proc/self/status").read().split("CapEff:")[1].split()[0],
      os.getcwd(), flush=True)
signal.pause()
"""


def test_the_spawned_pid_becomes_the_program_and_gets_its_signals(able, project):
    interpreter = find("python3", "/usr/bin:/bin") if able[1] else sys.executable
    if not interpreter:
        pytest.skip("no interpreter that an ordinary user may run")
    argv = (*prefix(able, project, "one"), interpreter, "-c", TRAP)
    with subprocess.Popen(argv, cwd="/", stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid, uid, capabilities, cwd = process.stdout.readline().rstrip("\n").split(" ", 3)
        assert int(pid) == process.pid
        assert cwd == str(project / "app")
        if able[0] is Namespaces.USER:
            assert int(capabilities, 16) == 0, "a capability is left"
            assert int(uid) == (NOBODY if able[1] else os.getuid())
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "stopped\n"
        assert process.wait(10) == 3


def test_the_answer_is_remembered_for_this_boot(tmp_path):
    cache = MachineCache(str(tmp_path))
    first = namespaces(str(tmp_path), tools(), cache)
    cache.save()
    again = namespaces(str(tmp_path), tools()._replace(mount="/gone"), MachineCache(str(tmp_path)))
    assert again is first


def test_without_the_programs_there_are_no_namespaces(tmp_path):
    assert namespaces(str(tmp_path), tools()._replace(unshare=""), MachineCache(str(tmp_path))) is (
        Namespaces.NONE
    )
