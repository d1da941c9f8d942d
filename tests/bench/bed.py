"""The test bed: clean trials, one at a time, with everything of theirs ended afterwards."""

import os
import re
import shutil
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.bench import proc
from tests.bench.interpreter import Interpreter
from tests.bench.meter import meter
from tests.bench.peers.peer import Peer
from tests.bench.peers.pm2 import PREFIX
from tests.bench.processes import Ended, Reaper, spawn
from tests.bench.starts import Starts, make_program

PROGRAM = re.compile(r"p\d{4}|run|sh|dash|bash|cat")
"""Names of the processes under test and of what comes before them; the others supervise."""
PATIENCE = 120.0
NOTHING: Mapping[str, str] = {}
UNITS = 5
DROPPED = ("PYTHON", "PAASCTL", "COVERAGE", "PLATFORM_", "VIRTUAL_ENV")


def pause(seconds: float) -> None:
    """Let things go on for a while: what is measured is what happens in it."""
    time.sleep(seconds)


class Failed(Exception):
    """A trial did not do what it must before anything can be measured."""


class Bed:
    """Everything that trials share; `base` is removed in the end."""

    def __init__(self, base: str, revision: str | None = None) -> None:
        self.base = base
        self.reaper = Reaper()
        self.interpreter = Interpreter(os.path.join(base, "venv"), revision)
        self.program = make_program(base)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(DROPPED)}
        self.environ = {**kept, "HOME": base, "XDG_CACHE_HOME": os.path.join(base, "cache")}
        self._trials = 0

    def find(self, name: str) -> str:
        """Return the path of a command, "" where it is not installed: ours first, then PATH."""
        own = (
            self.interpreter.commands,
            os.path.join(self.base, "bin"),
            os.path.join(PREFIX, "node_modules", ".bin"),
        )
        return shutil.which(name, path=os.pathsep.join((*own, os.environ["PATH"]))) or ""

    def lacking(self, peer: Peer) -> str | None:
        """Get what a peer needs; return why it cannot be measured, None where it can."""
        try:
            peer.obtain(self.base, self.find)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        missing = [name for name in peer.needs if not self.find(name)]
        return f"no {', '.join(missing)} ({peer.source})" if missing else None

    @contextmanager
    def trial(
        self, peer: Peer, count: int, before: str = "", grace: float | None = None
    ) -> Iterator["Trial"]:
        """A directory with `count` programs, prepared for a peer."""
        self._trials += 1
        trial = Trial(self, peer, os.path.join(self.base, f"t{self._trials}"))
        try:
            trial.furnish(count, before, grace)
            yield trial
        finally:
            trial.end()

    def run(self, argv: list[str], directory: str = "", more: Mapping[str, str] = NOTHING) -> Ended:
        """Run a command to its end and return what it cost; Failed if it does not succeed."""
        where = directory or self.base
        errors = os.path.join(where, "stderr")
        ended = self.reaper.wait(spawn(argv, {**self.environ, **more}, where), PATIENCE)
        if ended.code != 0:
            raise Failed(f"{' '.join(argv)}: exit {ended.code}\n{proc.text_of(errors)[-2000:]}")
        return ended

    def unit(self) -> float:
        """Return the CPU seconds of `python3 -c pass`, the measure of all things.

        The median of a few: on a shared machine they differ by half from second to second.
        """
        command = [self.interpreter.python, "-c", "pass"]
        return statistics.median(self.run(command).cpu for _ in range(UNITS))


class Trial:
    """One supervisor with its programs, from an empty directory to the last process gone."""

    def __init__(self, bed: Bed, peer: Peer, directory: str) -> None:
        self.bed = bed
        self.peer = peer
        self.directory = directory
        self.main = 0
        self.programs: Mapping[str, str] = {}
        self.before = ""
        self.grace: float | None = None
        self.began = 0.0
        os.makedirs(os.path.join(directory, "bin"))
        self.meter = meter(bed.reaper, f"paasctl-bench-{os.getpid()}-{os.path.basename(directory)}")
        self.starts = Starts(os.path.join(directory, "bin"))

    @property
    def first(self) -> str:
        """The name of the first program."""
        return next(iter(self.programs))

    def furnish(self, count: int, before: str, grace: float | None) -> None:
        """Make the programs and the peer's configuration."""
        self.before, self.grace = before, grace
        names = [f"p{number:04d}" for number in range(count)]
        self.programs = {name: os.path.join(self.directory, "bin", name) for name in names}
        for path in self.programs.values():
            os.link(self.bed.program, path)
        self.peer.prepare(self)

    def script(self, name: str) -> str:
        """Return the path of an installed command."""
        path = self.bed.find(name)
        assert path, f"{self.peer.name} needs {name}, which was looked for before"
        return path

    @property
    def environ(self) -> dict[str, str]:
        """The environment of whatever belongs to this trial."""
        return {**self.bed.environ, **self.peer.environ(self)}

    def aside(self, argv: list[str]) -> None:
        """Start a command of the peer's; its end is nobody's concern, its CPU is."""
        with self.meter.joined():
            spawn(argv, self.environ, self.directory)

    def command(self, argv: list[str]) -> Ended:
        """Run a command of the peer's to its end."""
        return self.bed.run(argv, self.directory, self.peer.environ(self))

    def launch(self, argv: list[str]) -> None:
        """Start the supervisor."""
        self.starts.last.clear()
        with self.meter.joined():
            self.began = time.monotonic()
            stdout = os.path.join(self.directory, "stdout")
            self.main = spawn(argv, self.environ, self.directory, stdout)

    def await_starts(self) -> float:
        """Wait until every program has started; return the seconds since the launch."""
        deadline = time.monotonic() + PATIENCE
        while not self.starts.wait_for(set(self.programs), 1.0):
            if time.monotonic() > deadline or not self.supervisors():
                missing = len(self.programs) - len(self.starts.last)
                said = self.errors()
                raise Failed(f"{self.peer.name}: {missing} programs did not start\n{said}")
        return max(self.starts.last.values()) - self.began

    def await_front(self) -> None:
        """Wait for a front process that leaves; Failed where it was not successful."""
        if self.peer.leaves:
            ended = self.bed.reaper.wait(self.main, PATIENCE)
            if ended.code != 0:
                raise Failed(f"{self.peer.name}: exit {ended.code}\n{self.errors()}")

    def up(self) -> float:
        """Start everything; return the seconds until the last program had started."""
        self.launch(self.peer.argv(self))
        seconds = self.await_starts()
        self.await_front()
        return seconds

    def errors(self) -> str:
        """Return the end of what the supervisor had to say."""
        return proc.text_of(os.path.join(self.directory, "stderr"))[-2000:]

    def processes(self) -> list[proc.Stat]:
        """Return everything that is alive."""
        self.bed.reaper.reap()
        return proc.descendants(os.getpid())

    def children(self) -> dict[str, int]:
        """Return the programs that run, by name."""
        return {one.name: one.pid for one in self.processes() if PROGRAM.fullmatch(one.name)}

    def supervisors(self) -> dict[int, str]:
        """Return pid and name of everything that is not a program under test."""
        return {one.pid: one.name for one in self.processes() if not PROGRAM.fullmatch(one.name)}

    def own_cpu(self) -> float:
        """Return the CPU seconds of the supervisor's own living processes."""
        return sum(proc.cpu(pid) for pid in self.supervisors())

    def await_silence(self) -> None:
        """Wait until nothing of the trial is left."""
        deadline = time.monotonic() + PATIENCE
        while self.processes():
            if time.monotonic() > deadline:
                raise Failed(f"{self.peer.name}: processes are left: {self.processes()[:5]}")
            pause(0.005)

    def end(self) -> None:
        """Kill what is left, and leave no trace."""
        while alive := self.processes():
            for one in alive:
                try:
                    os.kill(one.pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            pause(0.005)
        self.bed.reaper.reap()
        self.starts.close()
        self.meter.close()
        shutil.rmtree(self.directory)
