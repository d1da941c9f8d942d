"""The text that the project came from: its twins, its long example, each of its claims."""

import re
from pathlib import Path

import pytest

from paasctl.manifest.load import load
from paasctl.manifest.loaded import ADVICE
from paasctl.model.problem import Severity
from paasctl.model.project import Mount, MountSource, Relationship

SHARED = Path(__file__).parents[2] / ".." / "shared"
SERVICES = 'mysqldb: {type: "mariadb:10.4", disk: 256}\n'


@pytest.fixture(scope="module")
def blocks():
    seeds = sorted((SHARED / "seeds").glob("004_*.txt"))
    if not seeds:
        pytest.skip("the shared folder with the seed documents is absent")
    text = seeds[0].read_text("utf-8")
    return re.findall(r"^```yaml[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def project_of(root, app, services):
    (root / ".platform").mkdir(parents=True)
    (root / ".platform/services.yaml").write_text(services)
    (root / ".platform.app.yaml").write_text(app)
    return load(str(root))


def test_the_twins_have_identical_workers(blocks, tmp_path):
    inherited = project_of(tmp_path / "one", blocks[0], SERVICES).project
    repeated = project_of(tmp_path / "two", blocks[1], SERVICES).project
    assert inherited is not None
    assert repeated is not None
    assert inherited.apps[0].workers == repeated.apps[0].workers
    queue, mail = inherited.apps[0].workers
    assert queue.settings == mail.settings
    assert queue.settings.disk == 256
    assert queue.settings.mounts == (Mount("test", MountSource.LOCAL, "test"),)
    assert queue.settings.relationships == (Relationship("database", "mysqldb", "mysql"),)
    assert repeated.apps[0].web.settings.mounts == ()


def test_the_long_example_as_printed_is_refused_with_place_and_remedy(blocks, tmp_path):
    loaded = project_of(tmp_path / "p", blocks[3], blocks[2])
    errors = [p for p in loaded.problems if p.severity is Severity.ERROR]
    assert [(p.code, *p.position) for p in errors] == [
        ("unknown-service", ".platform.app.yaml", line_of(blocks[3], "mysqldb"), 15)
    ]
    assert "mysqldb" in errors[0].message
    assert errors[0].hint == 'did you mean "db"?'
    assert {p.code for p in loaded.problems} == {
        "unknown-service",
        "gunicorn-bind",
        "old-version",
        "hook-goes-on",
    }


def line_of(text, word):
    return text[: text.index(word)].count("\n") + 1


def test_the_long_example_says_what_its_bullets_say(blocks, tmp_path):
    services = re.sub(r"^db:", "mysqldb:", blocks[2], flags=re.MULTILINE)
    project = project_of(tmp_path / "p", blocks[3], services).project
    assert project is not None
    app = project.apps[0]
    web, (queue, mail) = app.web, app.workers
    assert (app.runtime.name, app.runtime.version) == ("python", "3.7")
    assert [worker.name for worker in app.workers] == ["queue", "mail"]
    assert web.commands.start == "gunicorn -b $PORT project.wsgi:application"
    assert (web.settings.disk, queue.settings.disk, mail.settings.disk) == (2048, 512, 256)
    assert [m.path for m in web.settings.mounts] == ["uploads"]
    assert [m.path for m in queue.settings.mounts] == ["scratch"]
    assert mail.settings.mounts == ()
    both = ["database", "messages"]
    assert [r.name for r in web.settings.relationships] == both
    assert [r.name for r in queue.settings.relationships] == both
    assert mail.settings.relationships == (Relationship("emails", "rabbitqueue", "rabbitmq"),)
    assert (web.settings.size, queue.settings.size, mail.settings.size) == ("AUTO", "M", "S")
    types = [i.settings.variables["env"]["type"] for i in (web, queue, mail)]
    assert types == ["web", "worker", "worker"]
    assert app.variables["env"]["type"] == "none"
    assert queue.commands.start == "python queue-worker.py\n"


@pytest.mark.parametrize("name", ["workers-example", "bullmq-mail", "medusa-mini", "sercha-like"])
def test_the_scenarios_load_without_a_word_but_advice(name):
    root = SHARED / "scenarios" / name
    if not root.is_dir():
        pytest.skip("the shared folder with the scenarios is absent")
    loaded = load(str(root))
    assert loaded.here == ()
    assert {p.code for p in loaded.problems} <= ADVICE
    assert loaded.project is not None
