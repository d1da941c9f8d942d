"""The gates of a commit: python tests/check.py fast|full|static|versions

`fast` is style, types, import contracts, unit and model tests. `full` is that, the unit and model
tests under every other Python from 3.11 to 3.14 that is found, and all other tests. `static` is
`fast` without tests, `versions` the tests of `fast` under every other Python. Each gate is a line
with its time; the first red one ends it and prints what it said, and the command that repeats it.
Use an interpreter that has the `test` extra.
"""

import glob
import os
import shlex
import shutil
import subprocess
import sys
import time

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(REPOSITORY, ".cache")
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
QUICK = ("tests/unit", "tests/model")
ME = (sys.executable, "-m")
MODES = ("static", "fast", "versions", "full")


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in MODES:
        sys.exit(__doc__)
    os.chdir(REPOSITORY)
    mode, began = arguments[0], time.monotonic()
    if mode != "versions":
        static_gates()
    if mode in ("fast", "full"):
        gate("unit and model tests", *ME, "pytest", "-q", *QUICK)
    if mode in ("versions", "full"):
        for version, python in other_pythons():
            own = environment(version, python)
            gate(f"Python {version}", own, "-m", "pytest", "-q", "-p", "no:cacheprovider", *QUICK)
    if mode == "full":
        rest = [f"--ignore={folder}" for folder in QUICK]
        gate("all other tests", *ME, "pytest", "-q", *rest)
    print(f"all green                 {time.monotonic() - began:6.1f} s")


def static_gates():
    gate("style", *ME, "ruff", "check", ".")
    gate("format", *ME, "ruff", "format", "--check", ".")
    gate("contracts", *imports())
    gate("types", *ME, "mypy")


def gate(name, *command):
    """Run one gate; end the program if it is red."""
    began = time.monotonic()
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", check=False,
    )  # fmt: skip
    verdict = "red" if done.returncode else "green"
    last = done.stdout.strip().splitlines()[-1:] if "pytest" in command else []
    print(f"{name:21} {verdict:5} {time.monotonic() - began:5.1f} s  {''.join(last)}", flush=True)
    if done.returncode:
        print(done.stdout)
        print(f"again: {shlex.join(command)}")
        sys.exit(1)


def imports():
    """The command that checks the import contracts; its module has no name to run it by."""
    beside = os.path.join(os.path.dirname(sys.executable), "lint-imports")
    return (beside if os.path.exists(beside) else "lint-imports",)


def other_pythons():
    """Yield (version, program) of each other supported Python on PATH or under pyenv."""
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    root = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    for version in VERSIONS:
        places = sorted(glob.glob(os.path.join(root, "versions", f"{version}.*", "bin", "python")))
        for place in (shutil.which(f"python{version}"), *places):
            # A shim of pyenv exists for versions that it then refuses to run.
            if place and version != here and answers(place, version):
                yield version, place
                break


def answers(python, version):
    asked = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    found = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False)
    return found.stdout.strip() == version


def environment(version, python):
    """Return the interpreter of a virtual environment for the tests, kept for the next time."""
    folder = os.path.join(CACHE, f"python-{version}")
    own = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "complete")):
        gate(f"a Python {version}", python, "-m", "venv", "--clear", folder)
        gate(f"packages for {version}", own, "-m", "pip", "install", "-q", "-e", ".[test]")
        with open(os.path.join(folder, "complete"), "w", encoding="utf-8"):
            pass
    return own


if __name__ == "__main__":
    main(sys.argv[1:])
