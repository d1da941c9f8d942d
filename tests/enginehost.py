"""Starts guardian and engine for a directory, as `paasctl up -d` does, and leaves."""

import itertools
import os
import sys
import time

import paasctl.supervise.engine
import paasctl.supervise.guardian
from paasctl.control.client import connect
from paasctl.model.plan import Plan, plan_text
from paasctl.supervise.launch import launch
from paasctl.supervise.rundir import claim, prepare, run_dir

for option in sys.argv[2:]:
    if option == "posix":  # what runs on other Unixes, as far as it runs here
        from paasctl.supervise.posix import PosixKernel

        paasctl.supervise.engine.new_kernel = PosixKernel
    elif option == "jumping":  # the wall clock jumps an hour forth or back at every look
        real, jumps = time.time, itertools.cycle((3600.0, -3600.0, 0.0))
        time.time = lambda real=real, jumps=jumps: real() + next(jumps)
    else:  # a user's id
        os.setgroups([])
        os.setgid(int(option))
        os.setuid(int(option))
rundir = run_dir(sys.argv[1])
prepare(rundir)
lock = claim(rundir)
if lock is None:
    sys.exit(6)
ready = launch(rundir, lock)
os.close(lock)
if not os.read(ready, 1):
    sys.exit(1)
client = connect(rundir.path)
assert client is not None
path = rundir.next_plan()
with open(path, "w", encoding="utf-8") as file:  # an engine that is told nothing would end
    file.write(plan_text(Plan("test", rundir.path, ())))
client.ask("apply", plan=os.path.basename(path))
