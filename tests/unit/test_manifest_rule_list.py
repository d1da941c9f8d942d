"""Each rule of the list of the platform's rules: its code and severity, and that none is left out.

With the list at hand (chapter 13, section 3 of the specification), its rows are compared with
those of tests/rulebreakers.py; where a severity differs, `SOFTER` there says why.
"""

import re
from pathlib import Path

import pytest

from paasctl.manifest.load import load
from paasctl.manifest.pages import problem_pages
from tests.rulebreakers import RULES, SOFTER

LIST = Path(__file__).parents[3] / "shared/spec/13-validation.md"
CASES = [(rule, number) for rule, cases in RULES.items() for number in range(len(cases))]


@pytest.mark.parametrize(("rule", "number"), CASES)
def test_what_breaks_a_rule_is_said_with_its_code_and_severity(rule, number, tmp_path):
    files, wanted = RULES[rule][number]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    said = {f"{p.code} {p.severity.value[0].upper()}" for p in load(str(tmp_path)).problems}
    assert wanted in said
    assert wanted.split()[0] in problem_pages()


def listed():
    if not LIST.is_file():
        pytest.skip("the shared folder with the list of rules is absent")
    rows = re.findall(r"^\| ([MASR]\d\d) \| (\S+) \|", LIST.read_text("utf-8"), re.MULTILINE)
    return dict(rows)


def test_every_rule_of_the_list_is_here_and_none_is_invented():
    assert listed().keys() == RULES.keys()


def test_severities_are_those_of_the_list_or_have_a_reason():
    softer = set()
    for rule, severity in listed().items():
        here = {wanted[-1] for _, wanted in RULES[rule]}
        if severity == "E" and "W" in here:
            softer.add(rule)
        assert severity != "W" or here == {"W"}, rule
    assert softer == set(SOFTER)
