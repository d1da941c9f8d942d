"""The long example of seed 004, running: what each command says about it and does to it."""

import json
import os
import signal

import pytest

from tests.running import eventually
from tests.scenario.checkout import LONG, until
from tests.scenario.conftest import Example

pytestmark = pytest.mark.scenario
LONG_LIVED = ("app", "app--queue", "app--mail", "db", "rabbitqueue")


def test_ps_is_the_contract(example: Example) -> None:
    listed = json.loads(example.here("ps", "--format", "json").well().out)
    assert listed["schema"] == 1
    assert listed["project"]
    fields = {"id", "name", "kind", "app", "state", "want", "ready", "pid", "restarts", "since"}
    assert all(fields | {"exit", "port", "log"} <= row.keys() for row in listed["instances"])
    rows = {row["id"]: row for row in listed["instances"]}
    assert set(rows) >= set(LONG_LIVED)
    assert [rows[name]["kind"] for name in LONG_LIVED] == [
        *("web", "worker", "worker", "service", "service")
    ]
    assert [rows[name]["name"] for name in LONG_LIVED[:3]] == ["app", "queue", "mail"]
    for name in LONG_LIVED:
        assert (rows[name]["state"], rows[name]["want"], rows[name]["ready"]) == (
            *("running", "up", True),
        )
        os.kill(rows[name]["pid"], 0)
        assert os.path.isfile(rows[name]["log"])


def test_config_has_everything_inherited(example: Example) -> None:
    found = json.loads(example.here("config", "--format", "json").well().out)
    assert found["schema"] == 1
    app = found["applications"]["app"]
    both = {"database", "messages"}
    assert app["web"]["relationships"].keys() == both
    assert app["workers"]["queue"]["relationships"].keys() == both
    assert app["workers"]["mail"]["relationships"].keys() == {"emails"}
    assert app["workers"]["mail"]["mounts"] == {}
    assert app["workers"]["queue"]["mounts"].keys() == {"scratch"}
    assert (app["web"]["disk"], app["workers"]["queue"]["disk"]) == (2048, 512)
    assert found["services"].keys() == {"db", "rabbitqueue"}
    assert list(found["routes"]) == ["https://{default}/"]


def test_events_are_numbered_without_a_gap(example: Example) -> None:
    notices = example.here.notices()
    assert all({"seq", "at", "id", "event", "old", "new", "exit"} <= n.keys() for n in notices)
    assert [n["seq"] for n in notices] == list(range(1, len(notices) + 1))
    assert json.loads(example.here("events", "--format", "json").well().out.splitlines()[0])


def test_logs_shows_the_last_lines(example: Example) -> None:
    example.here.get("/enqueue/jobs?id=shown")
    until(lambda: "done shown\n" in example.here.log("app--queue"), "the job is done")
    two = example.here("logs", "-n", "2", "queue").well().out.splitlines()
    told = [tuple(part.strip() for part in line.split("|", 1)) for line in two]
    assert told == [("queue", 'got {"id": "shown", "sleep": 0.0}'), ("queue", "done shown")]
    bare = example.here("logs", "-n", "1", "--no-prefix", "queue").well().out
    assert bare == "done shown\n"
    everything = example.here("logs", "-n", "1").well().out
    assert {line.split("|")[0].strip() for line in everything.splitlines()} >= {"queue", "mail"}


def test_logs_follows(example: Example) -> None:
    with example.here.begun("logs", "-f", "-n", "0", "queue", "mail") as logs:

        def shown() -> bool:
            example.here.get("/enqueue/jobs?id=followed")
            return "queue  | done followed" in logs.text()

        eventually(shown, "a line that came while following", LONG)
        example.here.get("/enqueue/mails?id=followed-too")
        logs.until_said("mail   | done followed-too")
        logs.process.send_signal(signal.SIGINT)
        assert logs.code() == 130


def test_stop_and_start(example: Example) -> None:
    here = example.here
    before = here.pids()
    assert "stopped" in here("stop", "queue").well().text
    row = here.rows()["app--queue"]
    assert (row["state"], row["pid"], row["want"]) == ("stopped", None, "down")
    assert here.tree("app--queue") == []
    assert "ready" in here("start", "queue").well().text
    after = here.pids()
    assert {name for name in after if after[name] != before[name]} == {"app--queue"}


def test_sv_in_the_worker_s_shell(example: Example) -> None:
    here = example.here
    before = here.pids()
    script = "sv status app\nsv stop app\nsv status app\nsv start app; echo code $?\nenv\n"
    said = here("ssh", "--worker=queue", stdin=script).well().out.splitlines()
    assert said[0].startswith(f"run: app: (pid {before['app--queue']}) ")
    assert said[1].startswith("ok: down: app: ")
    assert said[2].startswith("down: app: ")
    assert said[3].startswith("ok: run: app: (pid ")
    assert said[4] == "code 0"
    assert "TYPE=worker" in said
    assert "PLATFORM_APPLICATION_NAME=app" in said
    after = here.pids()
    assert {name for name in after if after[name] != before[name]} == {"app--queue"}


def test_ssh_runs_a_command_in_the_worker_s_environment(example: Example) -> None:
    here = example.here
    lines = here("ssh", "--worker=queue", "--", "env").well().out.splitlines()
    assert "TYPE=worker" in lines
    assert [line for line in lines if line.startswith("DATABASE_PASSWORD=")]
    assert here("ssh", "--worker=queue", "--", "exit 17").code == 17
    wrote = here("ssh", "--worker=queue", "--", "ls scratch").well().out
    assert "queue.log" in wrote
    assert "queue.log" not in here("ssh", "--worker=mail", "--", "ls scratch; true").out


def test_a_second_up_joins(example: Example) -> None:
    until(example.here.ready, "what an earlier test started has settled")
    before, seq = example.here.pids(), example.here.seq()
    joined = example.here("up").well()
    assert "already running" in joined.text
    running = {name: pid for name, pid in before.items() if pid}
    assert {name: pid for name, pid in example.here.pids().items() if pid} == running
    assert [n["id"] for n in example.here.notices(seq) if n["id"]] == []


def test_restart_without_a_name_leaves_the_services(example: Example) -> None:
    here = example.here
    before = here.pids()
    here("restart").well()
    after = here.pids()
    assert {name for name in after if after[name] != before[name]} == set(LONG_LIVED[:3])
    assert here.get("/whoami")["type"] == "web"
