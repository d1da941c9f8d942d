"""`paasctl doctor`: what it finds, and that no secret is in its bundle."""

import base64
import json
import os
import re
import signal
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from paasctl.cli import doctor_machine
from paasctl.cli.finding import Grade
from tests.running import eventually
from tests.scenario.checkout import Checkout, needing, written

pytestmark = pytest.mark.system

MANIFEST = """\
name: app
type: 'python:3.11'
hooks: {build: echo built}
relationships: {database: 'db:mysql'}
variables: {env: {API_TOKEN: nobody-may-see-this}}
workers:
  leaky: {commands: {start: 'env; echo "at $DATABASE_URL"; exec sleep 1000'}}
  mail: {commands: {start: 'echo boom; exit 3'}}
"""
SERVICES = "db: {type: 'mariadb:10.11', disk: 256}\n"


def findings(here: Checkout, code: int) -> dict[str, dict[str, str]]:
    answer = here("doctor", "--format", "json")
    assert answer.code == code, answer.text
    found = json.loads(answer.out)
    assert found["schema"] == 1
    assert found["ok"] is (code == 0)
    return {item["subject"]: item for item in found["findings"]}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    needing("mariadbd")
    root = tmp_path_factory.mktemp("ill") / "shop"
    files = {".platform.app.yaml": MANIFEST, ".platform/services.yaml": SERVICES}
    found = Checkout(written(root, files))
    try:
        found("up", "-d").well()
        found("wait", "leaky", "db", "--timeout", "120").well()
        yield found
    finally:
        found.clear()


def members(bundle: Path) -> dict[str, str]:
    with tarfile.open(bundle) as archive:
        return {
            entry.name.removeprefix("paasctl/"): archive.extractfile(entry).read().decode()  # type: ignore[union-attr]
            for entry in archive.getmembers()
        }


def made_up(here: Checkout) -> set[str]:
    """Every password that paasctl has made for this project, and what they come from."""
    state = Path(here.state)
    found = {json.loads((state / "credentials.json").read_text())["secret"]}
    found.add(json.loads((state / "project.json").read_text())["entropy"])
    for spec in json.loads((state / "plan.json").read_text())["instances"]:
        document = spec["env"].get("PLATFORM_RELATIONSHIPS")
        for items in json.loads(base64.b64decode(document)).values() if document else ():
            found |= {item["password"] for item in items}
    for path in state.glob("data/*/settings/**/*"):
        if path.is_file():
            found |= set(re.findall(r"\b[0-9a-f]{32}\b", path.read_text(errors="replace")))
    return found


def test_no_secret_is_in_the_bundle_though_a_worker_has_logged_them(here: Checkout) -> None:
    passwords = made_up(here)
    assert len(passwords) >= 3, "what passwords derive from, the entropy, a password"
    eventually(lambda: "at mysql://" in here.log("app--leaky"), "it has logged its environment")
    assert any(text in here.log("app--leaky") for text in passwords)
    bundle = here.root.parent / "bundle.tgz"
    told = here("doctor", "--bundle", str(bundle))
    assert told.code == 1, "one worker crashes"
    assert "secrets hidden" in told.err
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    found = members(bundle)
    assert {"doctor.json", "plan.json", "journal.jsonl", "log/app--leaky.log"} <= set(found)
    assert "log/supervisor.log" in found
    for name, text in found.items():
        for secret in {*passwords, "nobody-may-see-this"}:
            assert secret not in text, f"{secret} in {name}"
            assert base64.b64encode(secret.encode()).decode() not in text
        for document in re.findall(r"[A-Za-z0-9+/]{40,}={0,2}", text):
            decoded = base64.b64decode(document + "=" * (-len(document) % 4)).decode(
                errors="replace"
            )
            assert not any(secret in decoded for secret in passwords), f"encoded in {name}"
    assert "at mysql://user:***@127.0.0.1" in found["log/app--leaky.log"]
    plan = json.loads(found["plan.json"])
    worker = next(spec for spec in plan["instances"] if spec["id"] == "app--leaky")
    assert worker["env"]["PLATFORM_RELATIONSHIPS"] == "***"
    assert json.loads(found["journal.jsonl"].splitlines()[-1])["seq"] > 1


def test_a_running_project(here: Checkout) -> None:
    found = findings(here, 1)
    assert found["paasctl"]["grade"] == "ok"
    assert found["engine"]["text"].startswith("version ")
    assert found["service db"]["grade"] in ("ok", "warn")
    assert found["app app"]["text"].startswith("python:3.11: 3.11")
    assert (found["mail"]["grade"], found["mail"]["text"]) == ("bad", "crashes: exited 3")
    assert found["mail"]["fix"] == "paasctl show mail"
    page = here("doctor", "-q").out
    assert "crashes: exited 3" in page
    assert "Python" not in page, "-q says what is not well only"


def test_a_project_that_was_never_started_is_left_alone(tmp_path: Path) -> None:
    files = {".platform.app.yaml": "name: app\ntype: 7\n"}
    other = Checkout(written(tmp_path / "p", files))
    found = findings(other, 1)
    assert found["manifests"]["grade"] == "bad"
    assert found["manifests"]["fix"] == "paasctl validate"
    assert not Path(other.state).exists()
    (other.root / ".platform.app.yaml").write_text("name: app\ntype: 'python:3.11'\n")
    assert findings(other, 0)["manifests"]["grade"] != "bad"
    assert not Path(other.state).exists()


def test_a_server_that_nobody_has(tmp_path: Path) -> None:
    files = {
        ".platform.app.yaml": "name: app\ntype: 'python:3.11'\n",
        ".platform/services.yaml": "search: {type: 'elasticsearch:8.5', disk: 256}\n",
    }
    other = Checkout(written(tmp_path / "p", files))
    assert findings(other, 1)["service search"]["grade"] == "bad"


def test_services_for_which_nothing_has_to_run_here(tmp_path: Path) -> None:
    services = (
        "search: {type: 'elasticsearch:8.5', disk: 256}\n"
        "files: {type: 'network-storage:2.0', disk: 256}\n"
    )
    files = {
        ".platform.app.yaml": "name: app\ntype: 'python:3.11'\n",
        ".platform/services.yaml": services,
        ".paasctl/options.json": json.dumps(
            {
                "port": None, "isolate": False, "scale": [],
                "services": [["search", "http://u:hidden-word@127.0.0.1:9200"]],
            }
        ),
        ".paasctl/log/.keep": "",
    }  # fmt: skip
    other = Checkout(written(tmp_path / "p", files))
    found = findings(other, 0)
    assert "runs elsewhere" in found["service search"]["text"]
    assert found["service files"]["grade"] == "ok"
    bundle = tmp_path / "bundle.tgz"
    other("doctor", "--bundle", str(bundle)).well()
    assert not any("hidden-word" in text for text in members(bundle).values())


def test_without_a_project_the_machine_is_looked_at(tmp_path: Path) -> None:
    nowhere = Checkout(tmp_path)
    assert "paasctl" in findings(nowhere, 0)
    bundle = tmp_path / "bundle.tgz"
    nowhere("doctor", "--bundle", str(bundle)).well()
    assert set(members(bundle)) == {"doctor.json"}
    refused = nowhere("doctor", "--bundle", str(tmp_path / "no" / "such" / "place"))
    assert refused.code == 1
    assert "No such file" in refused.err


def test_processes_left_behind_are_named(tmp_path: Path) -> None:
    files = {".platform.app.yaml": (
        "name: app\ntype: 'python:3.11'\nworkers:\n  w: {commands: {start: 'exec sleep 1000'}}\n"
    )}  # fmt: skip
    other = Checkout(written(tmp_path / "p", files))
    other("up", "-d").well()
    other("wait", "w", "--timeout", "60").well()
    status = json.loads(other("daemon", "status", "--format", "json").well().out)
    for name in ("guardian", "pid"):
        os.kill(status[name], signal.SIGSTOP)
    for name in ("guardian", "pid"):
        os.kill(status[name], signal.SIGKILL)
    eventually(lambda: other("ps").code == 3, "nobody answers")
    found = findings(other, 1)
    assert "app--w (" in found["engine"]["text"]
    assert found["engine"]["fix"] == "paasctl down ends them"
    other.clear()


def test_a_full_disk_and_few_files_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor_machine, "SPACE_OUT", 2**80)
    monkeypatch.setattr(doctor_machine, "FILES_WANTED", 2**60)
    found = {item.subject: item for item in doctor_machine.findings(str(tmp_path / "not" / "yet"))}
    assert found["disk"].grade is Grade.BAD
    assert str(tmp_path) in found["disk"].text
    assert found["open files"].grade is Grade.WARN
    assert found["open files"].fix.startswith("ulimit -n")
