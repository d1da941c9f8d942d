"""The long example of seed 004 with real MariaDB, RabbitMQ and gunicorn: what it does."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import gone, marked
from tests.scenario.checkout import Checkout, copied, environ_of, listens, needing, until
from tests.scenario.conftest import Example

pytestmark = pytest.mark.scenario
CONNECT = """\
import pymysql, sys
try:
    pymysql.connect(host='127.0.0.1', port=int(sys.argv[1]), user='user', database='main')
except pymysql.err.OperationalError as error:
    print(error)
"""


def handled(here: Checkout) -> Counter[str]:
    """Return how often each job was handled."""
    done = here.get("/done")["done"]
    assert isinstance(done, list)
    assert {(row["handled_by"], row["type"]) for row in done} <= {("queue", "worker")}
    return Counter(row["id"] for row in done)


def test_web_is_what_the_manifest_says(example: Example) -> None:
    found = example.here.get("/whoami")
    assert found == {"type": "web", "relationships": ["database", "messages"]}


def test_job_is_handled_by_the_worker(example: Example) -> None:
    here = example.here
    here.get("/enqueue/jobs?id=first")
    until(lambda: handled(here)["first"] == 1, "the job is handled")
    written = [path.relative_to(here.root) for path in here.root.rglob("queue.log")]
    assert written == [Path(".paasctl/mounts/app--queue/scratch/queue.log")]
    assert "first" in (here.root / written[0]).read_text().split()


def test_job_in_hand_survives_a_restart(example: Example) -> None:
    here = example.here
    before, seq = here.pids(), here.seq()
    here.get("/enqueue/jobs?id=slow&sleep=6")
    until(lambda: 'got {"id": "slow"' in here.log("app--queue"), "the job is in hand")
    here("restart", "queue").well()
    assert handled(here)["slow"] == 1
    after = here.pids()
    assert after.pop("app--queue") != before.pop("app--queue")
    assert after == before
    changed = {notice["id"] for notice in here.notices(seq)}
    assert changed - {""} == {"app--queue"}
    stopped = next(n for n in here.notices(seq) if n["event"] == "exited")
    assert stopped["exit"]["code"] == 0
    here.get("/enqueue/jobs?id=after")
    until(lambda: handled(here)["after"] == 1, "the new process handles jobs")
    assert handled(here)["slow"] == 1


def test_mail_sees_the_one_relationship_and_works(example: Example) -> None:
    here = example.here
    assert here.log("app--mail").startswith("relationships ['emails'] TYPE worker\n")
    assert here.rows()["app--mail"]["restarts"] == 0
    here.get("/enqueue/mails?id=letter")
    until(lambda: "done letter\n" in here.log("app--mail"), "the mail is handled")
    assert "mail disabled, would send letter\n" in here.log("app--mail")


def test_each_process_has_its_own_environment(example: Example) -> None:
    here = example.here
    web, queue, mail = (environ_of(here.pid(name)) for name in ("app", "app--queue", "app--mail"))
    assert [env["TYPE"] for env in (web, queue, mail)] == ["web", "worker", "worker"]
    assert example.build_environ["TYPE"] == "none"
    assert "PLATFORM_RELATIONSHIPS" not in example.build_environ
    assert len({env["PORT"] for env in (web, queue, mail)}) == 3
    assert web["DATABASE_PASSWORD"] == queue["DATABASE_PASSWORD"]
    secret = web["DATABASE_PASSWORD"]
    assert not [name for name, value in mail.items() if secret in value]
    assert not [name for name in mail if name.startswith(("DATABASE_", "MESSAGES_"))]
    assert {"EMAILS_HOST", "EMAILS_PASSWORD"} <= mail.keys()
    assert not [name for env in (web, queue, mail) for name in env if name.startswith("PYTEST")]


def test_the_database_refuses_the_mail_worker(example: Example) -> None:
    here = example.here
    port = str(here.rows()["db"]["port"])
    tried = here("ssh", "--worker=mail", "--", "python", "-", port, stdin=CONNECT).well()
    assert "1045" in tried.out
    assert "Access denied" in tried.out


def test_deploy_hook_ran_once_and_before_the_web_process(example: Example) -> None:
    events = [
        (notice["id"], notice["new"])
        for notice in example.here.notices()
        if notice["id"] in ("app", "app.build", "app.deploy")
    ]
    assert events.count(("app.build", "exited")) == events.count(("app.build", "starting")) == 1
    assert events.count(("app.deploy", "exited")) == events.count(("app.deploy", "starting")) == 1
    assert events.index(("app.build", "exited")) < events.index(("app.deploy", "starting"))
    assert events.index(("app.deploy", "exited")) < events.index(("app", "starting"))
    assert example.here.log("app.deploy") == "migrated\n"


def test_an_edited_manifest_reaches_the_restarted_process_only(example: Example) -> None:
    here = example.here
    manifest = here.root / ".platform.app.yaml"
    original = manifest.read_text()
    before = here.pids()
    key = "type: 'worker'\n"
    changed = original.replace(key, key + 16 * " " + "news: 'x'\n", 1)
    try:
        manifest.write_text(changed)
        here("restart", "queue").well()
        after = here.pids()
        assert environ_of(here.pid("app--queue"))["NEWS"] == "x"
        assert {name for name in after if after[name] != before[name]} == {"app--queue"}

        manifest.write_text(changed.replace("'db:mysql'", "'dbs:mysql'"))
        refused = here("restart", "queue")
        assert refused.code == 1
        line = original.split("'db:mysql'")[0].count("\n") + 1
        assert f".platform.app.yaml:{line}:15: " in refused.text
        assert 'no service "dbs"' in refused.text
        manifest.write_text(changed.replace("workers:", "wrokers:"))
        refused = here("restart", "queue")
        assert refused.code == 1
        assert "app--queue" in refused.text
        assert here.pids() == after
    finally:
        manifest.write_text(original)
    here("restart", "queue").well()
    assert "NEWS" not in environ_of(here.pid("app--queue"))


def test_down_ends_everything_and_the_next_up_has_the_data(example: Example) -> None:
    here = example.here
    here.get("/enqueue/jobs?id=kept")
    until(lambda: handled(here)["kept"] == 1, "the job is handled")
    before = handled(here)
    ports = [int(str(row["port"])) for row in here.rows().values() if row["port"]]
    processes = marked(here.state)
    assert len(processes) > 5
    assert all(listens(int(str(here.rows()[name]["port"]))) for name in ("app", "db"))

    here.down()
    if example.attached.process.poll() is None:
        assert example.attached.code() == 0
    assert all(gone(pid) for pid in processes)
    assert [port for port in ports if listens(port)] == []
    assert here("ps").code == 3
    assert all(row["pid"] is None for row in here.rows().values())

    seq = here.seq()
    again = here("up", "-d", "--wait").well()
    assert "build" not in again.text
    assert handled(here) == before
    begun = {notice["id"] for notice in here.notices(seq) if notice["new"] == "starting"}
    assert begun == {"app", "app--queue", "app--mail", "db", "rabbitqueue"}


@pytest.fixture(scope="module")
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """The same project a second time, with `--isolate`."""
    needing("mariadbd", "rabbitmq-server")
    here = Checkout(copied("workers-example", tmp_path_factory.mktemp("isolated") / "shop"))
    try:
        here("up", "-d", "--wait", "--isolate").well()
        yield here
        here.down()
    finally:
        here.clear()


def test_isolated_processes_write_to_their_mounts_only(
    isolated: Checkout, example: Example
) -> None:
    def tried(worker: str, path: str) -> int:
        return isolated("ssh", f"--worker={worker}", "--", f"echo x > {path}").code

    assert tried("mail", "nope") != 0
    assert tried("mail", "static/nope") != 0
    assert tried("mail", "scratch/nope") != 0
    assert tried("mail", ".paasctl/nope") != 0
    assert tried("queue", "nope") != 0
    assert tried("queue", "scratch/yes") == 0
    assert [str(path.relative_to(isolated.root)) for path in isolated.root.rglob("yes")] == [
        ".paasctl/mounts/app--queue/scratch/yes"
    ]
    assert list(isolated.root.rglob("nope")) == []
    isolated.get("/enqueue/jobs?id=here")
    until(lambda: handled(isolated)["here"] == 1, "an isolated worker handles jobs")
    assert handled(example.here)["here"] == 0, "two projects at a time are two projects"
    assert set(isolated.pids().values()) & set(example.here.pids().values()) <= {None}
