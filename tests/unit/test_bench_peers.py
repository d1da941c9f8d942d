"""What each peer of the benchmark is told: its configuration, with and without a shell before."""

import configparser
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.bench.conditions import conditions
from tests.bench.figures import Figure
from tests.bench.peers import PEERS
from tests.bench.peers.floor import SOURCE
from tests.bench.sidebyside import side_by_side


class Ground:
    """A trial of two programs without anything that runs."""

    main = 0

    def __init__(self, directory: Path, before: str = "", grace: float | None = None) -> None:
        self.directory = str(directory)
        self.before, self.grace = before, grace
        self.programs: Mapping[str, str] = {"p0000": "/b/p0000", "p0001": "/b/p0001"}

    def script(self, name: str) -> str:
        return f"/c/{name}"

    def aside(self, argv: list[str]) -> None:
        raise AssertionError("nothing is started here")


def text(*parts: str) -> str:
    return Path(*parts).read_text(encoding="utf-8")


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_says_what_it_is_and_where_to_get_it(name: str, ground: Ground) -> None:
    peer = PEERS[name]
    peer.prepare(ground)
    assert peer.source
    assert peer.needs
    assert all(word for word in peer.argv(ground))
    assert peer.largest == 1000 or peer.why_not_more
    for what, words in peer.commands(ground):
        assert ("NAME" in what) is any("NAME" in word for word in words)


def test_circus_has_a_watcher_a_program_and_waits_as_long_as_asked(tmp_path: Path) -> None:
    peer, ground = PEERS["circus"], Ground(tmp_path, grace=2.0)
    peer.prepare(ground)
    written = configparser.ConfigParser(interpolation=None)
    written.read(tmp_path / "c.ini")
    assert written.sections() == ["circus", "watcher:p0000", "watcher:p0001"]
    watcher = written["watcher:p0001"]
    assert watcher["cmd"] == "/b/p0001 100000"
    assert watcher["graceful_timeout"] == "2"
    assert watcher["stdout_stream.filename"] == peer.log(ground, "p0001")
    assert written["circus"]["endpoint"] in peer.commands(ground)[0][1]


def test_supervisord_writes_what_it_reads(ground: Ground) -> None:
    PEERS["supervisord"].prepare(ground)
    written = configparser.ConfigParser(interpolation=None)
    written.read(os.path.join(ground.directory, "s.conf"))
    assert written["program:p0000"]["command"] == "/b/p0000 100000"
    assert written["program:p0000"]["stopwaitsecs"] == "15"


def test_a_service_of_runit_is_two_scripts_and_no_rotation(ground: Ground) -> None:
    peer = PEERS["runit"]
    peer.prepare(ground)
    service = os.path.join(ground.directory, "services", "p0001")
    assert text(service, "run") == "#!/bin/sh\nexec 2>&1\nexec /b/p0001 100000\n"
    logs = os.path.dirname(peer.log(ground, "p0001"))
    assert text(service, "log", "run") == f"#!/bin/sh\nexec /c/svlogd {logs}\n"
    assert text(logs, "config") == "s0\n"
    assert os.access(os.path.join(service, "run"), os.X_OK)
    assert os.access(os.path.join(service, "log", "run"), os.X_OK)


def test_a_service_of_s6_has_its_milliseconds_to_the_kill(tmp_path: Path) -> None:
    peer, ground = PEERS["s6"], Ground(tmp_path, grace=2.0)
    peer.prepare(ground)
    service = os.path.join(ground.directory, "services", "p0000")
    assert text(service, "timeout-kill") == "2000\n"
    assert "/c/s6-log s268435455 " in text(service, "log", "run")
    assert os.path.isdir(os.path.dirname(os.path.dirname(peer.log(ground, "p0000"))))
    assert peer.argv(ground)[:3] == ["/c/s6-svscan", "-c", "20"]


def test_pm2_starts_the_program_itself_with_one_log(tmp_path: Path) -> None:
    peer, ground = PEERS["pm2"], Ground(tmp_path, grace=2.0)
    peer.prepare(ground)
    first, second = json.loads(text(ground.directory, "ecosystem.json"))["apps"]
    assert (first["script"], first["args"]) == ("/b/p0000", ["100000"])
    assert (second["name"], second["interpreter"]) == ("p0001", "none")
    assert second["out_file"] == second["error_file"] == peer.log(ground, "p0001")
    assert second["kill_timeout"] == 2000
    assert peer.environ(ground)["PM2_HOME"].startswith(ground.directory)


def test_the_floor_has_a_line_a_program(ground: Ground) -> None:
    PEERS["C floor"].prepare(ground)
    lines = text(ground.directory, "list").splitlines()
    assert lines[1] == f"{ground.directory}/p0001.log /b/p0001 100000"


@pytest.mark.parametrize("name", ["circus", "pm2", "C floor"])
def test_what_comes_before_a_program_is_in_a_script_of_its_name(name: str, tmp_path: Path) -> None:
    ground = Ground(tmp_path, before="trap '' TERM; ")
    PEERS[name].prepare(ground)
    script = tmp_path / "starts" / "p0000"
    assert script.read_text() == "#!/bin/sh\ntrap '' TERM; exec /b/p0000 100000\n"
    assert os.access(script, os.X_OK)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_the_floor_compiles_without_a_warning_and_says_how_it_is_used(tmp_path: Path) -> None:
    floor = str(tmp_path / "floor")
    strict = ["-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["cc", *strict, "-o", floor, SOURCE], check=True)
    told = subprocess.run([floor], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (2, "floor LIST GRACE\n")
    missing = subprocess.run([floor, str(tmp_path / "none"), "100"], check=False)
    assert missing.returncode == 1


def test_all_peers_stand_side_by_side() -> None:
    def one(what: str, peer: str, median: float, must: float | None) -> Figure:
        return Figure("stop", what, peer, "ms", median, median, median, 1, must)

    rows = side_by_side(
        [
            one("unit", "", 1.0, None),
            one("N=1", "paasctl", 3.0, 2.0),
            one("N=1", "runit", 1.5, None),
            one("N=10", "runit", 2.5, None),
        ]
    ).splitlines()
    assert rows[0].split(" | ") == ["| figure        ", "must", "paasctl", "runit |"]
    assert [cell.strip() for cell in rows[2].split("|")] == [
        "", "stop: N=1, ms", "2", "3 *", "1.5", "",
    ]  # fmt: skip
    assert [cell.strip() for cell in rows[3].split("|")][2:5] == ["", "", "2.5"]


def test_the_conditions_name_machine_versions_and_who_stops_early() -> None:
    said = conditions([PEERS["honcho"], PEERS["C floor"]], (1, 1000))
    assert "cores" in said
    assert "load" in said
    assert "C floor." in said
    assert "honcho stops at N=100: 3 MB and 1013 descriptors for each program." in said
    assert "stops at" not in conditions([PEERS["honcho"]], (1, 100))
