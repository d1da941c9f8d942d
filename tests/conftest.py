"""Rules for all tests: what is skipped is said, or forbidden; nothing is left behind."""

import os
import shutil
import signal
import sys
import tempfile

import pytest

NO_SKIP = "PAASCTL_TESTS_NO_SKIP"
"""With this variable a skipped test is a failed one, unless it is marked `optional`."""
SOCKETS = pytest.StashKey[str]()
LEAKED = pytest.StashKey[list[str]]()


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "optional: may be skipped even where nothing else may: another system's, say"
    )
    # Sockets need short paths, so they cannot lie below pytest's own directory.
    directory = tempfile.mkdtemp(prefix="pc-", dir="/tmp")
    config.stash[SOCKETS] = os.environ["XDG_RUNTIME_DIR"] = directory


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    may_skip = item.get_closest_marker("optional") or hasattr(report, "wasxfail")
    return report if may_skip else _strict(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    return _strict(report)


def _strict(report):
    """Return the report, with a skip made a failure where skips are forbidden."""
    if report.skipped and os.environ.get(NO_SKIP):
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"{reason}\n{NO_SKIP} is set: nothing may be skipped on this machine"
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Fail the session if a process of a project that a test made is still alive; end it."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    leaked = session.config.stash[LEAKED] = []
    if factory is not None and sys.platform == "linux":
        for pid, name in _living(os.path.realpath(factory.getbasetemp())):
            leaked.append(name)
            os.kill(pid, signal.SIGKILL)
    if leaked:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    leaked = config.stash.get(LEAKED, [])
    if leaked:
        terminalreporter.section("processes that tests left behind", red=True)
        for name in leaked:
            terminalreporter.line(name)


def pytest_unconfigure(config):
    shutil.rmtree(config.stash[SOCKETS], ignore_errors=True)


def _living(below):
    """Yield (pid, description) of the processes of projects below a directory."""
    from paasctl.supervise.linux import is_zombie, marker_of

    for name in os.listdir("/proc"):
        mark = marker_of(int(name)) if name.isdigit() else None
        if mark and mark[0].startswith(below + os.sep) and not is_zombie(int(name)):
            yield int(name), f"pid {name}: {mark[1]} {mark[2]} of {mark[0]}"
