"""The rules that tests/conftest.py puts on all tests, seen from outside."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
REPOSITORY = CONFTEST.parents[1]
LEAK = """
import os, subprocess
def test_leak(tmp_path):
    marker = f"{tmp_path}/.paasctl|worker|queue"
    script = "sleep 300 & exec sleep 0"
    env = {**os.environ, "PAASCTL_INSTANCE": marker}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["sh", "-c", script], env=env, check=True, **quiet)
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a test module under our conftest: its exit code and output."""

    def run(text, **environ):
        (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
        (tmp_path / "test_it.py").write_text(text)
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        ours = ("PAASCTL", "PYTEST")
        base = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider",
             f"--basetemp={tmp_path / 'base'}", str(tmp_path)],
            cwd=tmp_path, env={**base, "PYTHONPATH": str(REPOSITORY), **environ},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    return run


SKIPS = {
    "in a test": "import pytest\ndef test(): pytest.skip('why')",
    "by a mark": "import pytest\n@pytest.mark.skipif(True, reason='why')\ndef test(): pass",
    "of a module": "import pytest\npytest.skip('why', allow_module_level=True)",
}


@pytest.mark.parametrize("text", SKIPS.values(), ids=SKIPS)
def test_a_skip_is_said_and_can_be_forbidden(run, text):
    code, said = run(text)
    assert code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    assert "1 skipped" in said
    assert "why" in said
    code, said = run(text, PAASCTL_TESTS_NO_SKIP="1")
    assert code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert "why" in said
    assert "skipped" not in said.splitlines()[-1]


def test_an_optional_test_and_an_expected_failure_stay_what_they_are(run):
    optional = "@pytest.mark.optional\ndef test_a(): pytest.skip('another system')\n"
    expected = "@pytest.mark.xfail\ndef test_b(): assert False"
    code, said = run(f"import pytest\n{optional}{expected}", PAASCTL_TESTS_NO_SKIP="1")
    assert code == pytest.ExitCode.OK
    assert "1 skipped, 1 xfailed" in said


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.optional
def test_a_process_left_behind_fails_the_session_and_is_named(run):
    code, said = run(LEAK)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "1 passed" in said
    assert "worker queue of " in said


def test_sockets_go_to_a_short_directory_that_is_gone_afterwards(run):
    text = "import os\ndef test(): print('at', os.environ['XDG_RUNTIME_DIR']); assert False"
    _, said = run(text)
    place = said.partition("at /")[2].split()[0]
    assert len(place) < 30
    assert not os.path.exists(f"/{place}")
