"""PyYAML imported without its regular expressions is PyYAML: each is there when it is used."""

import re
import subprocess
import sys

import pytest

from paasctl.manifest.pyyaml import Later

TEXT = "a: [1, 0x1F, 2001-12-14, on, ~, 1.5e3, 'x']\nb: &x {c: 12:30:45}\nd: *x\n"
AFTER = f"""
import re
from paasctl.manifest.pyyaml import import_pyyaml
before = re.compile
import_pyyaml()
assert re.compile is before
import_pyyaml()
import yaml
for loader in (yaml.SafeLoader, yaml.FullLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    print(repr(yaml.load({TEXT!r}, Loader=loader)))
print(yaml.safe_dump({{"a": ["on", "1.5", "x y", "2001-12-14"]}}))
try:
    yaml.safe_load("a: \\x07")
except yaml.reader.ReaderError as error:
    print(error.position, error.reason)
"""


def said(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_loaders_dumper_and_errors_are_those_of_a_plain_import() -> None:
    plain = AFTER.replace("import_pyyaml()\n", "").replace("assert re.compile is before\n", "")
    lean = said(AFTER)
    assert "datetime.date(2001, 12, 14)" in lean
    assert "special characters are not allowed" in lean
    assert lean == said(plain)


def test_nothing_is_compiled_by_the_import() -> None:
    program = """
import re, sys
from paasctl.manifest.pyyaml import Later, import_pyyaml
import_pyyaml()
import yaml
pattern = yaml.reader.Reader.NON_PRINTABLE
assert type(pattern) is Later
print(pattern._pattern, bool(pattern.search("\\x07")), type(pattern._pattern) is re.Pattern)
"""
    assert said(program) == "None True True\n"


def test_re_is_itself_again_when_the_import_fails() -> None:
    program = """
import re, sys
from paasctl.manifest.pyyaml import import_pyyaml
before = re.compile
sys.path.insert(0, ".")
sys.meta_path.insert(0, type("No", (), {"find_spec": staticmethod(lambda name, *more: 1 / 0)}))
try:
    import_pyyaml()
except ZeroDivisionError:
    print(re.compile is before)
"""
    assert said(program) == "True\n"


def test_a_late_pattern_has_what_a_pattern_has() -> None:
    late = Later("(?P<a>X)", re.IGNORECASE)
    match = late.fullmatch("x")
    assert match["a"] == "x"
    assert late.flags & re.IGNORECASE
    with pytest.raises(AttributeError, match="nothing_such"):
        late.nothing_such  # noqa: B018
    with pytest.raises(re.error):
        Later("(").match("")
