"""The project of the README, as a new user has it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.running import REPOSITORY, eventually, marked

pytestmark = pytest.mark.scenario
PROGRAM = str(Path(sys.executable).parent / "paasctl")
LONG = 120.0
"""Seconds that anything may take on a small machine with other work."""


class Here:
    """A copy of the quickstart; `environ` is that of a shell in which nothing of ours is set."""

    def __init__(self, root):
        self.root = root
        self.state = str(root / ".paasctl")
        self.said = root.parent / "said"
        ours = ("PAASCTL", "PLATFORM")
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith(ours)}

    def text(self):
        return self.said.read_text()

    def until_said(self, text):
        eventually(lambda: text in self.text(), f"it says {text!r}", LONG)

    @contextmanager
    def up(self, *words):
        """An attached `up`; at last it is ended if the test has not, and nothing may be left."""
        with self.said.open("wb") as file:
            process = subprocess.Popen(
                [PROGRAM, "up", *words], cwd=self.root, env=self.environ,
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(LONG)
        assert not marked(self.state)


@pytest.fixture
def here(tmp_path):
    root = tmp_path / "quickstart"
    ignored = shutil.ignore_patterns(".paasctl", "__pycache__", "outbox")
    shutil.copytree(REPOSITORY / "examples" / "quickstart", root, ignore=ignored)
    return Here(root)


def page(url):
    with urllib.request.urlopen(url, timeout=LONG) as reply:
        return reply.read().decode()


def test_a_job_goes_all_the_way_and_another_one_from_the_page(here):
    with here.up() as up:
        here.until_said("mailed the result of job 1 (1 so far)")
        here.until_said("  → http://")
        url = re.search(r"http://127.0.0.1:\d+/", here.text())[0]
        assert "tratskciuq" in page(url)
        assert "<h1>Jobs</h1>" in page(f"{url}enqueue?word=kayak2")
        here.until_said("mailed the result of job 2 (2 so far)")
        assert "2kayak" in page(url)
        up.send_signal(signal.SIGINT)
        assert up.wait(LONG) == 130
    letters = list((here.root / ".paasctl" / "mounts").rglob("job-2.txt"))
    assert [letter.read_text().split()[-1] for letter in letters] == ["2kayak."]
    assert documented() >= {entry.name for entry in (here.root / ".paasctl").iterdir()}


def documented():
    """What may lie in the state directory, by its page."""
    text = (REPOSITORY / "docs/concepts/runtime-directory.md").read_text()
    names = re.findall(r"`([^`]+)`", "\n".join(re.findall(r"^\|([^|]*)\|", text, re.MULTILINE)))
    return {name.split("/")[0] for name in names}


def test_the_way_of_the_readme_ends_by_itself_and_can_be_gone_again(here):
    for number in (1, 2):
        with here.up("--until=mailed") as up:
            assert up.wait(LONG) == 0, here.text()
        assert f"queue             | job {number} done: " in here.text()
        assert f"mailed the result of job {number} " in here.text()
