"""The systemd unit that `paasctl daemon install` writes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from paasctl.cli.unit import STOP, Facts, name_of, quoted, text

PLAIN = Facts("/srv/shop", "/opt/venv/bin/python", "/opt/venv/bin:/usr/bin:/bin", None)
ODD = Facts('/srv/100 % "my" $HOME\\ü', "/opt/a b/python", "/usr/bin:/odd %h:$X", "www-data")


def settings(unit: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in unit.splitlines() if "=" in line)


def test_it_stops_by_the_stop_rule_and_restarts_what_was_killed() -> None:
    found = settings(text(PLAIN))
    assert found["Type"] == "notify"
    assert found["KillMode"] == "mixed", "SIGTERM is for the guardian, which passes it on"
    assert int(found["TimeoutStopSec"]) == STOP > 2 * 15
    assert found["Restart"] == "on-failure"
    assert found["OOMPolicy"] == "continue", "one process out of memory is ours to restart"
    assert found["WorkingDirectory"] == "/srv/shop"
    assert found["ExecStart"].startswith('"/opt/venv/bin/python" -P -m paasctl ')
    assert "User" not in found
    assert found["WantedBy"] == "default.target"


def test_a_unit_of_the_system_runs_as_the_owner_and_starts_at_boot() -> None:
    found = settings(text(PLAIN._replace(user="ovh")))
    assert found["User"] == "ovh"
    assert found["WantedBy"] == "multi-user.target"


def test_what_systemd_would_expand_is_escaped() -> None:
    found = settings(text(ODD))
    assert found["WorkingDirectory"] == '/srv/100 %% "my" $HOME\\ü'
    assert found["ExecStart"] == (
        '"/opt/a b/python" -P -m paasctl -C "/srv/100 %% \\"my\\" $$HOME\\\\ü" up --detach'
    )
    assert found["Environment"] == '"PATH=/usr/bin:/odd %%h:$X"'
    assert quoted("a$b") == '"a$$b"'


def test_names_are_readable_legal_and_differ_between_directories() -> None:
    assert name_of("/srv/shop") == name_of("/srv/shop")
    assert name_of("/srv/shop") != name_of("/var/shop")
    assert name_of("/srv/mein Läden!").startswith("paasctl-mein-L-den-")
    assert name_of("/").startswith("paasctl-project-")


@pytest.mark.optional
@pytest.mark.parametrize("kind", ["system", "user"])
def test_systemd_accepts_it(tmp_path: Path, kind: str) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze")
    root = tmp_path / "a 100 % $HOME"
    root.mkdir()
    user = "root" if kind == "system" else None
    file = tmp_path / name_of(str(root))
    file.write_text(text(Facts(str(root), sys.executable, "/usr/bin:/bin", user)))
    said = subprocess.run(
        [analyze, f"--{kind}", "verify", "--man=no", str(file)],
        capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    assert file.name not in said.stderr, said.stderr
    assert said.returncode == 0, said.stderr
