"""docs/problems.md: every code has a heading, and every example does what it says."""

import ast
import json
import re
from pathlib import Path

import pytest

from paasctl.manifest.load import load

ROOT = Path(__file__).parents[2]
SPEAKERS = {"error", "warning", "Problem", "refuse", "_fault", "_problem"}
WITHOUT_EXAMPLE = {  # see test_manifest_load.py and test_manifest_rules.py
    *("too-large", "unreadable", "targets-unchecked", "too-many-routes", "unserved-mount"),
}
SECTION = re.compile(r"^## (\S+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```yaml\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTIONS = dict(SECTION.findall((ROOT / "docs/problems.md").read_text("utf-8")))


def codes_in_source():
    codes = set()
    for path in (ROOT / "paasctl/manifest").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                first = node.args[0]
                if name in SPEAKERS and isinstance(first, ast.Constant) and first.value:
                    codes.add(first.value)
    return codes | set(re.findall(r'"x-code": "(\S+)"', schemas()))


def schemas():
    texts = [path.read_text("utf-8") for path in (ROOT / "schemas").glob("*.json")]
    return "".join(json.dumps(json.loads(text)) for text in texts)


def test_every_code_is_documented_and_every_documented_code_exists():
    assert codes_in_source() == set(SECTIONS)


def write(directory, files):
    for name, text in files:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.mark.parametrize("code", sorted(set(SECTIONS) - WITHOUT_EXAMPLE))
def test_examples_do_what_they_say(code, tmp_path):
    bad, good = re.split(r"^Accepted:$", SECTIONS[code], flags=re.MULTILINE)
    write(tmp_path / "bad", FENCE.findall(bad))
    write(tmp_path / "good", FENCE.findall(good))
    refused = load(str(tmp_path / "bad"))
    assert [problem for problem in refused.problems if problem.code == code]
    said = {"error"} if "\nRefused:" in bad else {"warning"}
    assert said <= {problem.severity.value for problem in refused.problems}
    assert (refused.project is None) == ("\nRefused:" in bad)
    accepted = load(str(tmp_path / "good"))
    assert accepted.problems == ()
    assert accepted.project is not None
