"""The benchmark: what paasctl costs beside its peers and the floor in C, in one run.

    python tests/bench/bench.py [SECTION…] [--peers A,B] [--n 1,100] [--reps K] [--json FILE]

Run it with the interpreter of an environment that has paasctl and its extra `bench`. What is
measured, and how, is told in docs/performance.md.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import sys
import tempfile

SECTIONS = ("start", "idle", "restart", "stop", "deadline", "log", "shown", "cli", "validate")


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("section", nargs="*", help=", ".join(SECTIONS))
    parser.add_argument("--peers", help="names, separated by commas; all of them unless told")
    parser.add_argument("--n", default="1,10,100,1000", help="numbers of programs")
    parser.add_argument("--reps", type=int, help="repetitions, else as each section needs")
    parser.add_argument("--revision", help="measure paasctl as it was in this commit")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    unknown = [name for name in asked.section if name not in SECTIONS]
    if unknown:
        parser.error(f"no section {', '.join(unknown)}; there are: {', '.join(SECTIONS)}")
    return asked


def main() -> int:
    """Measure and print; 1 where a trial failed."""
    asked = arguments()
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(20000, hard), hard))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    base = tempfile.mkdtemp(prefix="paasctl-bench-", dir=memory)
    try:
        return measure(asked, base)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def measure(asked: argparse.Namespace, base: str) -> int:
    """Run the sections; every one prints its table when it is done."""
    from tests.bench.bed import Bed, Failed
    from tests.bench.conditions import conditions
    from tests.bench.figures import Figure, table
    from tests.bench.peers import PEERS
    from tests.bench.registry import SECTIONS as MEASURES
    from tests.bench.sidebyside import side_by_side
    from tests.bench.wanted import Wanted

    names = asked.peers.split(",") if asked.peers else list(PEERS)
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        print(f"no peer {unknown[0]}; there are: {', '.join(PEERS)}", file=sys.stderr)
        return 2
    bed = Bed(base, asked.revision)
    chosen = []
    for peer in map(PEERS.__getitem__, names):
        why = bed.lacking(peer)
        if why is None:
            chosen.append(peer)
        else:
            print(f"{peer.name} is left out: {why}", flush=True)
    sizes = tuple(int(size) for size in asked.n.split(","))
    wanted = Wanted(tuple(chosen), sizes, asked.reps, set())
    heading = conditions(wanted.peers, sizes)
    print(f"\n{heading}", flush=True)
    bed.unit()
    everything: list[Figure] = []
    code = 0
    for name in asked.section or SECTIONS:
        figures: list[Figure] = []
        try:
            MEASURES[name](bed, wanted, figures.append)
        except (Failed, TimeoutError) as failed:
            print(f"{name}: {failed}", file=sys.stderr)
            code = 1
        if figures:
            print(f"\n{name}\n{table(figures)}", flush=True)
        everything += figures
    print(f"\nSide by side, medians.\n\n{heading}\n\n{side_by_side(everything)}", flush=True)
    if asked.json:
        with open(asked.json, "w", encoding="utf-8") as file:
            rows = [{**one._asdict(), "met": one.met} for one in everything]
            json.dump({"schema": 1, "machine": heading, "figures": rows}, file, indent=1)
    return code


if __name__ == "__main__":
    sys.exit(main())
