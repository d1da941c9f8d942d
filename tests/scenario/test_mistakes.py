"""What people do wrong: every mistake gets a sentence and its exit code, and leaves nothing behind.

No servers and no virtual environments: the projects are of a type that needs no toolchain here.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running import eventually, gone, marked
from tests.scenario.checkout import (
    EXIT_CODES,
    LONG,
    PROGRAM,
    Answer,
    Checkout,
    calm,
    copied,
    needing,
    written,
)

pytestmark = pytest.mark.scenario
BROKEN_PIPE = 141
"""As a shell sees a program that SIGPIPE has ended: who closes the pipe is told nothing."""
APP = "name: app\ntype: 'golang:1.26'\n"
WORKER = "workers:\n    queue:\n        commands:\n            start: 'exec sleep 1000'\n"
WEB = "web:\n    commands:\n        start: 'exec python3 -m http.server -b 127.0.0.1 $PORT'\n"
MOUNT = "disk: 512\nmounts:\n    '/var': {source: local, source_path: var}\n"
BUILDS = "hooks:\n    build: |\n        {}\n"
MANIFEST = ".platform.app.yaml"
SERVICES = ".platform/services.yaml"
Make = Callable[..., Checkout]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Write projects; at last each of them has to be ended, with nothing left."""
    made: list[Checkout] = []

    def project(
        *parts: str, name: str = "shop", root: Path | None = None, **files: str
    ) -> Checkout:
        place = root or tmp_path / name
        text = {MANIFEST: "".join(parts)} if parts else {}
        place.mkdir(parents=True, exist_ok=True)
        made.append(Checkout(written(place, {**text, **files})))
        return made[-1]

    yield project
    for here in made:
        if here.root.is_dir() and os.access(here.root, os.W_OK):
            here.clear()
        assert not marked(here.state)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A project with a worker, running, that no test may change."""
    here = Checkout(written(tmp_path_factory.mktemp("running"), {MANIFEST: APP + WORKER}))
    try:
        here("up", "-d", "--wait").well()
        yield here
        here.down()
    finally:
        here.clear()


def refused(answer: Answer, code: int, *said: str) -> None:
    """Assert the exit code and what stands on standard error: a sentence, not a silence."""
    assert answer.code in EXIT_CODES, answer.text
    assert answer.code == code, answer.text
    missing = [text for text in said if text not in answer.err]
    assert not missing, f"{missing} not in: {answer.text}"
    assert answer.err.strip()


@pytest.mark.parametrize(
    "words",
    [
        ("restart", "nosuch"),
        ("stop", "nosuch"),
        ("start", "nosuch"),
        ("kill", "nosuch"),
        ("ps", "nosuch"),
        ("logs", "nosuch"),
        ("logs", "-f", "nosuch"),
        ("ssh", "--worker=nosuch"),
        ("ssh", "--worker=nosuch", "--", "true"),
        ("exec", "nosuch", "true"),
    ],
    ids=" ".join,
)
def test_a_name_that_nothing_has(running: Checkout, words: tuple[str, ...]) -> None:
    before = running.pids()
    refused(running(*words), 4, "nosuch", "there are:", "app--queue")
    assert running.pids() == before


def test_a_worker_to_scale_that_nothing_has(make: Make) -> None:
    here = make(APP, WORKER)
    refused(here("up", "-d", "--scale", "nosuch=2"), 4, "nosuch", "app--queue")
    assert here("ps").code == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("frobnicate",), "frobnicate"),
        (("up", "--frobnicate"), "--frobnicate"),
        (("up", "--port", "many"), "many"),
        (("up", "--scale", "queue"), "queue"),
        (("up", "--scale", "queue=-1"), "queue=-1"),
        (("stop",), "NAMES"),
        (("-C", "no-such-folder", "ps"), "no-such-folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage(make: Make, words: tuple[str, ...], said: str) -> None:
    here = make(APP, WORKER)
    refused(here(*words), 2, said)
    assert here("ps").code == 3


@pytest.mark.parametrize(
    "words",
    [
        ("stop", "queue"),
        ("start", "queue"),
        ("restart", "queue"),
        ("restart",),
        ("kill", "queue"),
        ("ps",),
        ("logs", "-f"),
        ("events", "-f"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("ran_before", [False, True], ids=["never ran", "ran before"])
def test_nothing_is_running(make: Make, words: tuple[str, ...], ran_before: bool) -> None:
    here = make(APP, WORKER)
    if ran_before:
        here("up", "-d", "--wait").well()
        here.down()
    refused(here(*words), 3, "paasctl up")


def test_down_where_nothing_is_running(make: Make) -> None:
    here = make(APP, WORKER)
    assert here("down").well().err == "nothing is running here\n"
    here("up", "-d").well()
    here.down()
    assert here("down").well().err == "nothing is running here\n"


def test_a_port_that_another_program_has(make: Make) -> None:
    here = make(APP, WEB, WORKER)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for words in (("up",), ("up", "-d"), ("up", "-d", "--wait")):
            answer = here(*words, "--port", str(port))
            refused(answer, 6, f"port {port} is taken by", f"(pid {os.getpid()}", "--port")
            assert os.path.basename(sys.executable) in answer.err or "pytest" in answer.err
            assert not marked(here.state)


@pytest.mark.parametrize("verb", ["up", "validate"])
def test_no_manifest(make: Make, verb: str) -> None:
    here = make(**{"README.md": "nothing here\n"})
    answer = here(verb)
    assert answer.code == 1, answer.text
    assert ".platform.app.yaml" in answer.text
    assert ".upsun" in answer.text
    assert not Path(here.state).exists()


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (APP + "workers:\n    queue: [a, b\n", f"{MANIFEST}:5:1", ""),
        (APP + "workers: {queue: 'unfinished\n", f"{MANIFEST}:", ""),
        (APP + "workers:\n\tqueue: 1\n", f"{MANIFEST}:4:1", "spaces"),
        (APP + "workers:\n    queue:\n        commands: {strat: x}\n", f"{MANIFEST}:5:", "start"),
        (APP + "name: again\n", f"{MANIFEST}:3:1", "name"),
        ("- a\n- b\n", f"{MANIFEST}:1:1", ""),
        ("", MANIFEST, ""),
        ("\0\1\2", MANIFEST, ""),
    ],
    ids=["bracket", "quote", "tab", "typing error", "twice", "a list", "empty", "binary"],
)
def test_broken_yaml(make: Make, text: str, place: str, said: str) -> None:
    here = make(**{MANIFEST: text})
    for words in (("up",), ("up", "-d", "--wait")):
        refused(here(*words), 1, place, said)
        assert not marked(here.state)


def test_a_relationship_to_a_service_that_is_not_there(tmp_path: Path, make: Make) -> None:
    here = make(root=copied("workers-example-as-printed", tmp_path / "printed"))
    answer = here("up", "-d")
    refused(answer, 1, f"{MANIFEST}:14:15: ", 'no service "mysqldb"', 'mean "db"?')
    assert "services defined here: db, rabbitqueue" in answer.err
    assert not marked(here.state)


def test_a_service_without_a_server_here(make: Make) -> None:
    search = {SERVICES: "search:\n    type: 'elasticsearch:7.10'\n    disk: 256\n"}
    here = make(APP, WORKER, "relationships:\n    es: 'search:elasticsearch'\n", **search)
    answer = here("up", "-d")
    refused(answer, 7, "search (elasticsearch:7.10)", "--service search=http://HOST:9200")
    assert "comment it out" in answer.err
    assert not marked(here.state)
    assert here("ps").code == 3


@pytest.mark.optional
def test_a_service_whose_server_is_not_installed(make: Make, tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    queue = {SERVICES: "messages:\n    type: 'rabbitmq:4.1'\n    disk: 256\n"}
    here = make(APP, WORKER, "relationships:\n    mq: 'messages:rabbitmq'\n", **queue)
    answer = here("up", "-d", PATH=str(empty))
    if answer.code == 0:
        pytest.skip("this server is found without PATH, so it cannot be missing here")
    refused(answer, 7, "messages (rabbitmq:4.1) needs a server; any of these gives one:\n      ")
    assert not marked(here.state)


def odd_names() -> dict[str, str]:
    return {
        "quotes": """it's "my" $HOME `shop` & co; \\ * 100%""",
        "unicode": "Käse 日本語 🧀",
        "newline": "two\nlines",
        "leading dash": "-rf",
        "pipe": "a|b",
        "long": "x" * 200,
    }


@pytest.mark.checklist(21, "spaces")
@pytest.mark.checklist(21, "unicode")
@pytest.mark.checklist(21, "long path")
@pytest.mark.parametrize("name", odd_names().values(), ids=odd_names())
def test_an_odd_project_path(make: Make, name: str) -> None:
    here = make(APP, WORKER, WEB, BUILDS.format("pwd > built"), name=name)
    here("up", "-d", "--wait").well()
    before = here.pids()
    assert {row["state"] for row in here.rows().values() if row["want"] == "up"} == {"running"}
    here("ps").well()
    here("restart", "queue").well()
    after = here.pids()
    assert after.pop("app--queue") != before.pop("app--queue")
    assert after == before
    where = os.readlink(f"/proc/{here.pid('app--queue')}/cwd")
    assert where == str(here.root.resolve())
    assert (here.root / "built").read_text() == f"{where}\n"
    assert len(marked(here.state)) == 2
    here("ssh", "--worker=queue", "--", "pwd").well()
    here.down()
    assert here("ps").code == 3


def as_nobody(here: Checkout, *words: str) -> Answer:
    """Run a command as a user who may look everywhere, so that it finds Python, and write nowhere.

    That takes root. Anybody else is himself, whose own read-only directory is as good.
    """
    drop = (
        *("setpriv", "--reuid=nobody", "--clear-groups", "--inh-caps=-all,+dac_read_search"),
        *("--ambient-caps=+dac_read_search", "--bounding-set=-all,+dac_read_search"),
    )
    ended = subprocess.run(
        [*(drop if os.getuid() == 0 else ()), str(PROGRAM), *words],
        cwd=here.root, env={**here.environ, "HOME": "/"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=LONG, check=False,
    )  # fmt: skip
    calm(ended.stdout + ended.stderr)
    return Answer(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.checklist(21, "read-only")
def test_a_project_that_its_user_cannot_write(make: Make) -> None:
    needing("setpriv")
    here = make(APP, WORKER)
    here.root.chmod(0o555)
    for words in (("up", "-d"), ("up",)):
        refused(as_nobody(here, *words), 1, "cannot keep state in", "writable")
    as_nobody(here, "validate").well()
    as_nobody(here, "config").well()
    refused(as_nobody(here, "ps"), 3, "nothing has been started here yet")
    refused(as_nobody(here, "restart", "queue"), 3, "nothing is running")
    as_nobody(here, "down").well()
    assert not Path(here.state).exists()
    here.root.chmod(0o755)


def test_state_that_its_user_cannot_write(make: Make) -> None:
    needing("setpriv")
    here = make(APP, WORKER)
    here("up", "-d", "--wait").well()
    here.down()
    for path in (Path(here.state), *Path(here.state).rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for words in (("up", "-d"), ("up",)):
        refused(as_nobody(here, *words), 1, ".paasctl", "writable")
    for path in (Path(here.state), *Path(here.state).rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


@pytest.mark.optional
@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize(
    "words",
    [("ps",), ("down",), ("restart", "queue"), ("stop", "queue"), ("up", "-d"), ("up",)],
    ids=" ".join,
)
def test_the_running_project_of_another_user(running: Checkout, words: tuple[str, ...]) -> None:
    needing("setpriv")
    before = running.pids()
    refused(as_nobody(running, *words), 6, "belongs to another user")
    assert running.pids() == before


STATE = (
    *("plan.json", "plan.inputs", "ports.json", "journal.jsonl", "options.json", "project.json"),
    *("project.cache", "machine.json", "credentials.json"),
)
GARBAGE = {
    "empty": b"",
    "binary": bytes(range(256)),
    "an object": b"{}",
    "a list": b"[1, [2]]\n",
    "null": b"null\n",
    "torn": b"{",
    "headless": b'{"format": 1, "version": "0.1.0"}',
    "wrong types": b'{"format": 1, "ports": [], "answers": [], "project": 1, "secret": []}',
}


@pytest.fixture
def ended(make: Make) -> Checkout:
    """A project that ran twice, so that it has every file, and was ended."""
    here = make(APP, WORKER, MOUNT)
    here("up", "-d", "--wait").well()
    here.down()
    return here


@pytest.mark.parametrize("name", STATE)
def test_garbage_in_one_state_file(ended: Checkout, name: str) -> None:
    path = Path(ended.state) / name
    intact = path.read_bytes() if path.exists() else b"{}"
    for garbage in (b"\0\xff", intact[: len(intact) // 2]):
        path.write_bytes(garbage)
        ended("ps")
        ended("up", "-d").well()
        assert ended.rows()["app--queue"]["want"] == "up"
        ended.down()


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_in_every_state_file(ended: Checkout, garbage: bytes) -> None:
    for name in STATE:
        (Path(ended.state) / name).write_bytes(garbage)
    look(ended)
    ended("up", "-d", "--wait").well()
    ended.down()


def look(here: Checkout) -> None:
    """Ask about everything; each answer is a list or a sentence."""
    for words in (("ps",), ("ps", "--format", "json"), ("logs",), ("events",), ("config",)):
        answer = here(*words)
        assert answer.code in EXIT_CODES, (words, answer)
        assert answer.text.strip() or answer.code == 0, words
    here("down").well()


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_in_the_state_of_a_running_project(make: Make, garbage: bytes) -> None:
    here = make(APP, WORKER)
    here("up", "-d", "--wait").well()
    for name in STATE:
        path = Path(here.state) / name
        if path.exists():
            path.write_bytes(garbage)
    before = here.pid("app--queue")
    here("restart", "queue").well()
    assert here.pid("app--queue") != before
    assert here("events").code in EXIT_CODES
    here.down()


def test_a_spoilt_plan_is_mended_by_up_while_it_runs(make: Make) -> None:
    here = make(APP, WORKER)
    here("up", "-d", "--wait").well()
    before = here.pid("app--queue")
    (Path(here.state) / "plan.json").write_bytes(b"garbage\n")
    here("up", "-d", "--wait").well()
    assert here.pid("app--queue") == before
    here("kill", "queue").well()
    eventually(lambda: here.rows()["app--queue"]["pid"] not in (before, None), "it runs again")
    here.down()


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (("up",), signal.SIGINT),
        (("up",), signal.SIGTERM),
        (("up", "-d", "--wait"), signal.SIGINT),
    ],
    ids=["attached", "attached, SIGTERM", "detached, waiting"],
)
def test_interrupted_in_the_middle_of_the_build(
    make: Make, words: tuple[str, ...], number: signal.Signals
) -> None:
    here = make(APP, WORKER, BUILDS.format("sleep 1000; echo never > built"))
    with here.begun(*words) as up:
        eventually(lambda: here.tree("app.build"), "the build runs", LONG)
        processes = marked(here.state)
        up.process.send_signal(number)
        assert up.code() == 128 + number
    assert not marked(here.state)
    assert all(gone(pid) for pid in processes)
    assert here("ps").code == 3
    assert not (here.root / "built").exists()


@pytest.mark.parametrize("words", [("up",), ("up", "-d", "--wait")], ids=" ".join)
def test_a_failing_build_hook(make: Make, words: tuple[str, ...]) -> None:
    here = make(APP, WORKER, BUILDS.format("echo no such compiler; exit 3"))
    answer = here(*words)
    assert answer.code == 1, answer.text
    assert "the deployment failed: app.build" in answer.text
    assert "app--queue" not in {n["id"] for n in here.notices() if n["new"] == "starting"}
    assert not marked(here.state)
    assert here("ps").code == 3
    assert "no such compiler" in here.log("app.build")


def test_what_is_not_ready_in_time_goes_on(make: Make) -> None:
    here = make(APP, WORKER, "web:\n    commands:\n        start: 'exec sleep 1000'\n")
    refused(here("up", "-d", "--wait", "--wait-timeout", "1"), 5, "goes on in the background")
    rows = here.rows()
    assert (rows["app"]["state"], rows["app"]["ready"]) == ("starting", False)
    assert rows["app--queue"]["want"] == "up"
    here.down()


def closed_pipe(here: Checkout, *words: str) -> tuple[int, str]:
    """Run a command whose reader goes away after the first line; return its code and errors."""
    with subprocess.Popen(
        [str(PROGRAM), *words], cwd=here.root, env=here.environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        return process.wait(LONG), calm(err)


def test_up_whose_output_nobody_reads_any_more(make: Make) -> None:
    here = make(APP, WORKER, BUILDS.format("echo building"))
    code, err = closed_pipe(here, "up")
    assert code == BROKEN_PIPE, err
    assert not marked(here.state)
    assert here("ps").code == 3


def test_a_detached_up_needs_no_reader(make: Make) -> None:
    here = make(APP, WORKER, BUILDS.format("echo building"))
    code, err = closed_pipe(here, "up", "-d", "--wait")
    assert code == 0, err
    assert here.rows()["app--queue"]["state"] == "running"
    here.down()


@pytest.mark.parametrize(
    "words",
    [("ps",), ("ps", "--format", "json"), ("config",), ("events",), ("logs",), ("logs", "-f")],
    ids=" ".join,
)
def test_a_list_whose_reader_goes_away(make: Make, words: tuple[str, ...]) -> None:
    many = "workers:\n" + "".join(
        f"    w{i}: {{commands: {{start: 'yes {i} | head -n 20000; exec sleep 1000'}}}}\n"
        for i in range(5)
    )
    here = make(APP, many)
    here("up", "-d", "--wait").well()
    code, err = closed_pipe(here, *words)
    assert code in (0, BROKEN_PIPE), err
    assert len(json.loads(here("ps", "--format", "json").out)["instances"]) == 5
    here.down()


def test_following_ends_with_its_reader_also_while_nothing_comes(make: Make) -> None:
    here = make(APP, "workers: {queue: {commands: {start: 'echo once; exec sleep 1000'}}}\n")
    here("up", "-d", "--wait").well()
    assert closed_pipe(here, "logs", "-f") == (BROKEN_PIPE, "")
    here.down()


@pytest.mark.parametrize("words", [("up",), ("up", "-d")], ids=" ".join)
def test_interrupted_before_there_is_a_plan(
    make: Make, tmp_path: Path, words: tuple[str, ...]
) -> None:
    here = make(APP, WORKER, **{"bin/go": '#!/bin/sh\necho > "$0.asked"\nexec sleep 1000\n'})
    (here.root / "bin" / "go").chmod(0o755)
    here.environ["PATH"] = f"{here.root / 'bin'}:{here.environ['PATH']}"
    with here.begun(*words) as up:
        eventually((here.root / "bin" / "go.asked").exists, "it plans", LONG)
        os.killpg(up.process.pid, signal.SIGINT)  # as a terminal does
        assert up.code() == 130, up.text()
    assert not marked(here.state)
    assert here("ps").code == 3
