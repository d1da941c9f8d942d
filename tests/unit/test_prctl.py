"""What Linux is asked for by prctl(2), with and without the half of ctypes that Python hides."""

import subprocess
import sys

import pytest

ASKED = """
import sys
{before}
from paasctl.supervise.linux import become_subreaper, name_process
name_process("paasctl-longer-than-that")
become_subreaper()
print(open("/proc/self/comm").read().strip(), "ctypes" in sys.modules)
import ctypes
found = ctypes.c_int(0)
ctypes.CDLL(None).prctl(37, ctypes.byref(found), 0, 0, 0)
print(found.value)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
@pytest.mark.parametrize(
    ("before", "loaded"),
    [("", False), ("import _ctypes; del _ctypes.call_function", True)],
    ids=["lean", "without the hidden names"],
)
def test_the_name_is_set_and_orphans_come_to_us(before: str, loaded: bool) -> None:
    program = ASKED.format(before=before)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["paasctl-longer-", str(loaded), "1"], done.stderr
