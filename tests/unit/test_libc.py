"""Calls of the C library, with and without the half of ctypes that Python hides."""

import subprocess
import sys

import pytest

ASKED = """
import sys
{before}
from paasctl.supervise.bell import InotifyBell
from paasctl.supervise.libc import function, trouble
from paasctl.supervise.linux import become_subreaper, name_process
name_process("paasctl-longer-than-that")
become_subreaper()
bell = InotifyBell("/nowhere/at/all")
try:
    bell.arm()
except FileNotFoundError as error:
    print(error.filename)
try:
    function("no_such_function")
except AttributeError as error:
    print("no_such_function" in str(error))
print(open("/proc/self/comm").read().strip(), "ctypes" in sys.modules)
import ctypes
found = ctypes.c_int(0)
ctypes.CDLL(None).prctl(37, ctypes.byref(found), 0, 0, 0)
print(found.value)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl and inotify are Linux's")
@pytest.mark.parametrize(
    ("before", "loaded"),
    [("", False), ("import _ctypes; del _ctypes.dlsym", True)],
    ids=["lean", "without the hidden names"],
)
def test_functions_are_called_and_their_errors_are_told(before: str, loaded: bool) -> None:
    program = ASKED.format(before=before)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    said = done.stdout.split()
    assert said == ["/nowhere/at/all", "True", "paasctl-longer-", str(loaded), "1"], done.stderr
