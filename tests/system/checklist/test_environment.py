"""Line 22: a child gets the documented environment and nothing else of ours."""

import base64
import json
import os
import resource
from pathlib import Path

import pytest

from tests.scenario.checkout import environ_of
from tests.system.checklist.conftest import Shop

pytestmark = pytest.mark.system

PYTHON = "exec python3 -S -E -u -c 'import os, time; print(oct(os.umask(0))); time.sleep(1000)'"
GOLDEN = """\
HOME=<root>
LANG=C.UTF-8
LOGNAME=alice
PAASCTL_INSTANCE=<root>/.paasctl|worker|app--<worker>
PATH=<path>
PLATFORM_APPLICATION=<application>
PLATFORM_APPLICATION_NAME=app
PLATFORM_APP_COMMAND=exec sleep 1000
PLATFORM_APP_DIR=<root>
PLATFORM_BRANCH=main
PLATFORM_DIR=<root>
PLATFORM_DOCUMENT_ROOT=<root>
PLATFORM_ENVIRONMENT=main-<hash>
PLATFORM_ENVIRONMENT_TYPE=development
PLATFORM_PROJECT=<project>
PLATFORM_PROJECT_ENTROPY=<entropy>
PLATFORM_RELATIONSHIPS=e30=
PLATFORM_ROUTES=e30=
PLATFORM_SMTP_HOST=
PLATFORM_TREE_ID=<tree>
PLATFORM_VARIABLES=<variables>
PORT=<port>
PWD=<root>
TZ=UTC
USER=alice
"""
"""One line a variable; what differs from machine to machine and worker to worker in brackets."""
OWN = {
    "queue": "COLOUR=blue\nLIST=[1, 2]\n",
    "mail": "MAIL=yes\n",
}
MORE = "variables: {env: {COLOUR: blue, list: [1, 2]}, php: {memory_limit: 1G}}\n"


@pytest.mark.checklist(22, "environment")
def test_two_workers_have_exactly_the_documented_environment(shop: Shop) -> None:
    here = shop(queue="exec sleep 1000", mail="exec sleep 1000", more=MORE)
    manifest = here.root / ".platform.app.yaml"
    own = "  mail:\n    variables: {env: {MAIL: 'yes'}}\n"
    manifest.write_text(manifest.read_text().replace("  mail:\n", own))
    here.environ.update(SECRET_OF_THE_CALLER="1", LANG="C.UTF-8", USER="alice", GIT_DIR="/nowhere")
    here("up", "-d", "--wait").well()
    identity = json.loads((Path(here.state) / "project.json").read_text())
    for worker, more in OWN.items():
        found = environ_of(here.pid(f"app--{worker}"))
        application = json.loads(base64.b64decode(found["PLATFORM_APPLICATION"]))
        variables = json.loads(base64.b64decode(found["PLATFORM_VARIABLES"]))
        assert application["name"] == f"app--{worker}"
        assert variables == ({"php:memory_limit": "1G"} if worker == "queue" else {})
        meant = {
            "<root>": str(here.root),
            "<worker>": worker,
            "<path>": here.environ["PATH"],
            "<application>": found["PLATFORM_APPLICATION"],
            "<variables>": found["PLATFORM_VARIABLES"],
            "<hash>": found["PLATFORM_ENVIRONMENT"].rpartition("-")[2],
            "<project>": identity["project"],
            "<entropy>": identity["entropy"],
            "<tree>": application["tree_id"],
            "<port>": str(here.rows()[f"app--{worker}"]["port"]),
        }
        wanted = GOLDEN + more
        for sign, value in meant.items():
            wanted = wanted.replace(sign, value)
        path = found["PATH"].split(":")
        assert set(path) <= set(here.environ["PATH"].split(":")), path
        found["PATH"] = here.environ["PATH"]
        lines = sorted(f"{name}={value}" for name, value in found.items())
        assert lines == sorted(wanted.splitlines())


@pytest.mark.checklist(22, "directory")
@pytest.mark.checklist(22, "umask")
@pytest.mark.checklist(22, "limits")
def test_directory_umask_and_limits(shop: Shop) -> None:
    here = shop(queue=PYTHON)
    before = os.umask(0o077)
    try:
        here("up", "-d", "--wait").well()
        assert here("ssh", "--worker=queue", "--", "umask").out == "0022\n"
    finally:
        os.umask(before)
    pid = here.pid("app--queue")
    assert here.log("app--queue") == "0o22\n"
    assert os.readlink(f"/proc/{pid}/cwd") == str(here.root)
    kinds = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    numbers = {name: getattr(resource, name) for name in kinds}
    theirs = {name: resource.prlimit(pid, number) for name, number in numbers.items()}
    assert theirs == {name: resource.getrlimit(number) for name, number in numbers.items()}
