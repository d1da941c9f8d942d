"""Real programs with work in hand are restarted: it is finished, once, and nobody is killed."""

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.running import marked
from tests.scenario.checkout import LONG, Checkout, needing, until, written
from tests.scenario.tools import tools

pytestmark = pytest.mark.scenario

MANIFEST = """\
name: app
type: 'python:3.11'
disk: 256
relationships:
    broker: 'broker:redis'
hooks:
    build: |
        set -e
        pip install 'celery[redis]' gunicorn
web:
    commands:
        start: 'gunicorn -b 127.0.0.1:$PORT --workers 2 site_page:application'
    locations:
        '/': {root: '', passthru: true}
workers:
    celery:
        commands:
            start: 'celery -A tasks worker --pool prefork --concurrency 2 --loglevel INFO'
    npm:
        commands:
            start: sh -c 'npm run work'
    script:
        commands:
            start: npm run work
    pair:
        commands:
            start: sh -c 'python job.py first 1; python job.py second 1'
    later:
        commands:
            start: python -c pass; python job.py middle 1; python job.py last 1
    pipe:
        commands:
            start: python producer.py | python consumer.py
    layers:
        commands:
            start: sh -c 'sh -c "python job.py bottom 1; true"; true'
    supervisor:
        commands:
            start: SUPERVISORD -n -c supervisord.conf
    entry:
        commands:
            start: sh entry.sh python job.py entered 1
    trap:
        commands:
            start: sh trap.sh
    daemon:
        commands:
            start: python daemon.py
    long:
        commands:
            start: python job.py long 14
"""
WITH_TOOLS = """\
    pipenv:
        commands:
            start: cd pipenv && TOOLS/pipenv run python ../job.py pipenv 1
    poetry:
        commands:
            start: cd poetry && TOOLS/poetry run python ../job.py poetry 1
"""
BROKER = """\
import base64, json, os
import redis

item = json.loads(base64.b64decode(os.environ["PLATFORM_RELATIONSHIPS"]))["broker"][0]
url = f"redis://{item['host']}:{item['port']}"
client = redis.Redis.from_url(url, decode_responses=True)
"""
TASKS = """\
import time
import celery
import broker

app = celery.Celery("tasks", broker=broker.url)

@app.task
def work(name, seconds):
    broker.client.incr(f"begun {name}")
    time.sleep(seconds)
    broker.client.incr(f"finished {name}")
"""
PAGE = """\
import json, os, time
from urllib.parse import parse_qsl
import broker, tasks

def slowly(seconds):
    print("request in hand", flush=True)
    yield b'{"pid": %d' % os.getpid()
    time.sleep(seconds)
    yield b', "complete": true}'

def application(environ, start_response):
    query = dict(parse_qsl(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", "application/json")])
    if environ["PATH_INFO"] == "/slow":
        return slowly(float(query["seconds"]))
    if environ["PATH_INFO"] == "/enqueue":
        tasks.work.delay(query["name"], float(query["seconds"]))
        return [b"{}"]
    counts = {key: int(broker.client.get(key)) for key in broker.client.keys("* *")}
    return [json.dumps(counts).encode()]
"""
JOB = """\
import os, signal, sys, time

def say(word):
    print(sys.argv[1], os.getpid(), word, flush=True)

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
say("in hand")
signal.sigwait([signal.SIGTERM])
time.sleep(float(sys.argv[2]))
say("asked twice" if signal.SIGTERM in signal.sigpending() else "finished")
"""
PRODUCER = """\
import os, signal, sys

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
produced, left = 0, -1
while left:
    produced, left = produced + 1, left - 1
    print(produced, flush=True)
    if signal.sigtimedwait([signal.SIGTERM], 0.1):
        left = 5
print("producer", os.getpid(), "finished", produced, file=sys.stderr, flush=True)
"""
CONSUMER = """\
import os, signal, sys

def say(word):
    os.write(1, f"consumer {os.getpid()} {word}\\n".encode())

signal.signal(signal.SIGTERM, lambda number, frame: say("asked"))
consumed = 0
for line in sys.stdin:
    consumed += 1
    assert int(line) == consumed
    if consumed == 1:
        say("in hand")
say(f"finished {consumed}")
"""
SUPERVISOR = """\
[supervisord]
logfile=/dev/null
logfile_maxbytes=0
pidfile=supervisord.pid
[program:job]
command=python job.py inside 1
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0
redirect_stderr=true
"""
ENTRY = """\
trap 'echo interrupted while preparing; exit 143' TERM
true preparing
exec "$@"
"""
TRAP = """\
python job.py trapped 1 &
child=$!
trap 'kill -TERM $child' TERM
wait $child
trap - TERM
wait $child
echo "the script has seen the end of its child: $?"
"""
DAEMON = """\
import os, signal, sys

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("python", ["python", "job.py", "daemon", "1"])
    os._exit(0)
os.wait()
signal.sigwait([signal.SIGTERM])
"""
NODE = """\
const say = (word) => console.log(`node ${process.pid} ${word}`);
const job = setInterval(() => {}, 1000);
let asked = 0;
process.on("SIGTERM", () => {
  asked += 1;
  if (asked > 1) return;
  setTimeout(() => {
    say(asked === 1 ? "finished" : "asked twice");
    clearInterval(job);
  }, 1000);
});
say("in hand");
"""
FILES = {
    ".platform.app.yaml": MANIFEST,
    ".platform/services.yaml": "broker: {type: 'redis:7.0'}\n",
    ".platform/routes.yaml": "'https://{default}/': {type: upstream, upstream: 'app:http'}\n",
    "broker.py": BROKER,
    "tasks.py": TASKS,
    "site_page.py": PAGE,
    "job.py": JOB,
    "producer.py": PRODUCER,
    "consumer.py": CONSUMER,
    "supervisord.conf": SUPERVISOR,
    "entry.sh": ENTRY,
    "trap.sh": TRAP,
    "daemon.py": DAEMON,
    "pipenv/Pipfile": "",
    "poetry/pyproject.toml": "[tool.poetry]\npackage-mode = false\n",
    "work.js": NODE,
    "package.json": '{"name": "work", "private": true, "scripts": {"work": "node work.js"}}\n',
}


class Line(NamedTuple):
    """A worker whose program announces its work."""

    worker: str
    program: str
    processes: int
    """How many there are at least while the work is in hand; some shells make one more."""
    later: str | None = None
    """What the start line has behind that program, and a stop must never come to."""


LINES = (
    Line("npm", "node", 2),
    Line("script", "node", 2),
    Line("pair", "first", 2, later="second"),
    Line("later", "middle", 2, later="last"),
    Line("pipe", "consumer", 3),
    Line("layers", "bottom", 3),
    Line("supervisor", "inside", 2),
    Line("entry", "entered", 1),
    Line("trap", "trapped", 2),
    Line("daemon", "daemon", 2),
    Line("pipenv", "pipenv", 2),
    Line("poetry", "poetry", 2),
)
LONGEST = Line("long", "long", 1)
"""Needs 14 of the 15 seconds of grace (spec 08)."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    needing("redis-server", "node", "npm")
    checkout = Checkout(written(tmp_path_factory.mktemp("graceful") / "shop", FILES))
    manifest = checkout.root / ".platform.app.yaml"
    text = MANIFEST.replace("SUPERVISORD", str(Path(sys.executable).parent / "supervisord"))
    manifest.write_text(text)
    with ThreadPoolExecutor(1) as aside:
        installed = aside.submit(tools)
        try:
            checkout("up", "-d", "--wait").well()
            manifest.write_text(text + WITH_TOOLS.replace("TOOLS", str(installed.result())))
            checkout("reload").well()
            yield checkout
        finally:
            checkout.clear()


def in_hand(here: Checkout, line: Line) -> int:
    """Wait until a worker's program has its work in hand; return the program's process."""
    instance = f"app--{line.worker}"

    def found() -> list[int]:
        said = re.findall(rf"^{line.program} (\d+) in hand$", here.log(instance), re.M)
        return [int(pid) for pid in said if int(pid) in here.tree(instance)]

    until(found, f"{line.program} of {line.worker} has work in hand")
    (pid,) = found()
    return pid


def finished(here: Checkout, line: Line, pid: int) -> bool:
    """Return whether a program has done its work, asked once; nothing may have come after it."""
    log = here.log(f"app--{line.worker}")
    said = re.findall(rf"^{line.program} {pid} (\w+ *\w*)$", log, re.M)
    assert line.later is None or f"{line.later} " not in log
    return said.count("in hand") == 1 and said[-1].startswith("finished")


def exits(here: Checkout, instance: str, since: int) -> list[object]:
    """Return how the instance's first processes ended; fail if anything had to be killed."""
    found: list[object] = []
    for notice in here.notices(since):
        if notice["id"] != instance:
            continue
        overdue = notice["event"] == "deadline" and notice["old"] == "stopping"
        assert not overdue, f"killed: {notice}"
        if notice["event"] == "exited":
            end = notice["exit"]
            assert isinstance(end, dict)
            found.append(end["signal"] or end["code"])
    return found


def restarted(here: Checkout, instance: str) -> list[object]:
    """Restart an instance, of which nothing may be left; return how its first process ended."""
    tree, pids, seq = here.tree(instance), here.pids(), here.seq()
    here("restart", instance).well()
    assert not set(tree) & set(marked(here.state)), "something of the old tree is left"
    after = here.pids()
    assert after.pop(instance) != pids.pop(instance)
    assert after == pids
    assert here.rows()[instance]["state"] == "running"
    return exits(here, instance, seq)


def begin_tasks(here: Checkout, *names: str) -> None:
    """Give Celery's two processes a task of four seconds each, and see both in hand."""
    for name in names:
        here.get(f"/enqueue?name={name}&seconds=4")
    until(
        lambda: all(here.get("/counts").get(f"begun {name}") for name in names),
        f"{names} are in hand",
    )


def test_celery_finishes_the_tasks_in_hand_once_and_leaves_the_others(here: Checkout) -> None:
    begin_tasks(here, "one", "two")
    for name in ("three", "four"):
        here.get(f"/enqueue?name={name}&seconds=0")
    assert len(here.tree("app--celery")) >= 3
    assert restarted(here, "app--celery") == [0]
    counts = here.get("/counts")
    assert counts["finished one"] == counts["finished two"] == 1
    here.get("/enqueue?name=five&seconds=0")
    names = ("one", "two", "three", "four", "five")
    each_once = {f"{word} {name}": 1 for word in ("begun", "finished") for name in names}
    until(lambda: each_once.keys() <= here.get("/counts").keys(), "the new process does the others")
    assert each_once.items() <= here.get("/counts").items()


def test_gunicorn_answers_the_request_in_hand(here: Checkout) -> None:
    tree, seen = here.tree("app"), here.log("app").count("request in hand")
    with ThreadPoolExecutor(1) as aside:
        answer = aside.submit(here.get, "/slow?seconds=3")
        until(lambda: here.log("app").count("request in hand") > seen, "the request is in hand")
        assert restarted(here, "app") == [0]
        reply = answer.result(LONG)
    assert reply["complete"] is True
    assert reply["pid"] in tree
    assert here.get("/slow?seconds=0")["pid"] in here.tree("app")


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.worker)
def test_program_behind_others_finishes_its_work(here: Checkout, line: Line) -> None:
    pid = in_hand(here, line)
    assert len(here.tree(f"app--{line.worker}")) >= line.processes
    # dash hands nothing on and ends by the signal; where a shell has made way, it is the program.
    assert restarted(here, f"app--{line.worker}") in ([0], ["SIGTERM"])
    assert finished(here, line, pid)
    assert in_hand(here, line) != pid


def test_nothing_that_was_produced_is_lost_in_a_pipeline(here: Checkout) -> None:
    (line,) = (line for line in LINES if line.worker == "pipe")
    pid = in_hand(here, line)
    restarted(here, "app--pipe")
    log = here.log("app--pipe")
    consumed = re.findall(rf"^consumer {pid} finished (\d+)$", log, re.M)
    assert consumed == re.findall(r"^producer \d+ finished (\d+)$", log, re.M)[-1:]
    assert int(consumed[0]) > 1


def test_down_waits_for_all_of_them_at_once(here: Checkout) -> None:
    lines = (*LINES, LONGEST)
    pids = {line: in_hand(here, line) for line in lines}
    begin_tasks(here, "six", "seven")
    done, seq = here.log("app--celery").count("succeeded in"), here.seq()
    here.down()
    for line, pid in pids.items():
        assert finished(here, line, pid), here.log(f"app--{line.worker}")
        assert exits(here, f"app--{line.worker}", seq) in ([0], ["SIGTERM"])
    assert exits(here, "app--long", seq) == exits(here, "app--celery", seq) == [0]
    assert here.log("app--celery").count("succeeded in") == done + 2
    here("up", "-d", "--wait").well()
