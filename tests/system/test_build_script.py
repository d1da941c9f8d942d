"""The build script, run for real: environments, dependencies, hooks, and what it leaves behind."""

import os
import subprocess
import sys

import pytest

from paasctl.host.gather import gather
from paasctl.model.host import Options
from paasctl.model.plan import InstanceSpec
from paasctl.model.project import App, Commands, Hooks, Project, Runtime, Settings, Web
from paasctl.plan.build import build

pytestmark = pytest.mark.system


@pytest.fixture(autouse=True)
def runtime_directory(tmp_path_factory, monkeypatch):
    """Keep the scratch directories of these projects out of /tmp."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))


HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def app(**changes):
    web = Web(Settings(), Commands(start="python app.py"))
    return App("app", Runtime("python", HERE), "", web)._replace(**changes)


def planned(root, of):
    project = Project(str(root), "platformsh", (of,))
    return build(project, gather(project, str(root), Options()))


def make(built):
    """Do what the command line and the engine do: lay out, run, stamp."""
    for directory in built.layout.directories:
        os.makedirs(directory, exist_ok=True)
    spec = built.spec("app.build")
    done = run(spec, spec.command)
    if done.returncode == 0:
        with open(spec.stamp.path, "w", encoding="utf-8") as file:
            file.write(spec.stamp.text)
    return done


def run(spec: InstanceSpec, command):
    return subprocess.run(
        command, cwd=spec.cwd, env=dict(spec.env), capture_output=True, text=True, check=False,
        timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_python_app_runs_in_an_environment_of_its_own(tmp_path):
    root = tmp_path / "it's a shop"
    root.mkdir()
    done = make(planned(root, app()))
    assert done.returncode == 0, done.stdout + done.stderr
    built = planned(root, app())
    assert built.due == ()
    where = run(built.spec("app"), ("python", "-c", "import sys; print(sys.prefix)"))
    assert where.stdout == f"{root}/.paasctl/env/app\n"
    # nobody can fall through to the machine's own pip, which would write to its site-packages
    for name in ("pip", "pip3"):
        found = run(built.spec("app"), ("sh", "-c", f"command -v {name}"))
        assert found.stdout == f"{root}/.paasctl/env/app/bin/{name}\n"


def test_pip_appears_when_it_is_first_called(tmp_path):
    make(planned(tmp_path, app()))
    spec = planned(tmp_path, app()).spec("app")
    done = run(spec, ("pip", "--version"))
    assert f"{tmp_path}/.paasctl/env/app/" in done.stdout, done.stderr
    assert run(spec, ("pip3", "--version")).stdout == done.stdout


HOOK = """
echo "$PWD" > where
command -v python > which
env > seen
false
echo "after a failure that nobody asked about"
"""


def test_the_hook_runs_in_the_app_root_with_the_environment_first(tmp_path):
    done = make(planned(tmp_path, app(hooks=Hooks(build=HOOK))))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "where").read_text() == f"{tmp_path}\n"
    assert (tmp_path / "which").read_text() == f"{tmp_path}/.paasctl/env/app/bin/python\n"
    seen = (tmp_path / "seen").read_text().splitlines()
    assert "CI=true" in seen
    assert not any(line.startswith(("PLATFORM_ENVIRONMENT=", "PORT=")) for line in seen)
    assert "after a failure" in done.stdout


@pytest.mark.parametrize("hook", ["set -e\nfalse\ntrue", "exit 3", "if then"])
def test_a_hook_that_fails_leaves_the_build_due(tmp_path, hook):
    of = app(runtime=Runtime("composable", "1"), hooks=Hooks(build=hook))
    assert make(planned(tmp_path, of)).returncode != 0
    assert dict(planned(tmp_path, of).due) == {"app.build": "first build"}


def test_a_change_of_a_dependency_file_makes_the_build_due(tmp_path):
    of = app(runtime=Runtime("composable", "1"), hooks=Hooks(build="true"))
    make(planned(tmp_path, of))
    assert planned(tmp_path, of).due == ()
    (tmp_path / "requirements.txt").write_text("x\n")
    assert dict(planned(tmp_path, of).due) == {"app.build": "requirements.txt changed"}
    make(planned(tmp_path, of))
    assert planned(tmp_path, of).due == ()


def test_an_environment_is_made_anew_for_another_interpreter_only(tmp_path):
    make(planned(tmp_path, app()))
    environment = tmp_path / ".paasctl/env/app"
    (environment / "kept").touch()
    (tmp_path / "requirements.txt").touch()
    make(planned(tmp_path, app()))
    assert (environment / "kept").exists()
    (environment / ".made-with").write_text("python 1.0\n")
    (tmp_path / "setup.py").touch()
    make(planned(tmp_path, app()))
    assert not (environment / "kept").exists()


def test_dependencies_are_there_for_the_hook_and_at_run_time(tmp_path):
    """A package made on the spot stands for one from a registry."""
    package = tmp_path / "greeting"
    package.mkdir()
    (package / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
        "[project]\nname = 'greeting'\nversion = '1'\n"
    )
    (package / "backend.py").write_text(BACKEND)
    dependencies = {"python3": {"greeting": f"@ file://{package}"}}
    of = app(dependencies=dependencies, hooks=Hooks(build="python -m greeting > said"))
    done = make(planned(tmp_path, of))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "said").read_text() == "hello\n"


BACKEND = """
import zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "greeting-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{directory}/{name}", "w") as wheel:
        wheel.writestr("greeting.py", "print('hello')")
        base = "greeting-1.dist-info"
        wheel.writestr(f"{base}/METADATA", "Metadata-Version: 2.1\\nName: greeting\\nVersion: 1\\n")
        wheel.writestr(f"{base}/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\n"
                       "Root-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{base}/RECORD", "")
    return name
"""
