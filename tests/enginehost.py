"""Starts guardian and engine for a directory, as `paasctl up -d` does, and leaves."""

import os
import sys

from paasctl.supervise.launch import launch
from paasctl.supervise.rundir import claim, prepare, run_dir

rundir = run_dir(sys.argv[1])
prepare(rundir)
lock = claim(rundir)
if lock is None:
    sys.exit(6)
ready = launch(rundir, lock)
os.close(lock)
sys.exit(0 if os.read(ready, 1) else 1)
