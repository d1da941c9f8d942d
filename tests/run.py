"""Run all tests: python3 tests/run.py [arguments for pytest]

Makes a virtual environment of its own (.venv-test), installs paasctl with everything that the
tests use, and, where apt may be used without a question (root, or sudo without a password), the
servers that some tests need; without apt those tests are skipped, and the summary says why.
`--prepare` stops before the tests. Nothing that is installed is started as a system service.
"""

import os
import shutil
import subprocess
import sys

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(REPOSITORY, ".venv-test")
PYTHON = os.path.join(VENV, "bin", "python")
EXTRAS = ".[test,embedded]"
PACKAGES = {
    "git": "git",
    "influxd": "influxdb",
    "make": "make",
    "mariadbd": "mariadb-server",
    "memcached": "memcached",
    "nginx": "nginx-light",
    "node": "nodejs",
    "npm": "npm",
    "postgres": "postgresql",
    "rabbitmq-server": "rabbitmq-server",
    "redis-server": "redis-server",
    "runsv": "runit",
    "sshd": "openssh-server",
    "tmux": "tmux",
}
"""What tests start, and Debian's package of it."""
PLACES = os.pathsep.join(("/usr/sbin", "/sbin", "/usr/local/sbin", *sorted(
    f"/usr/lib/postgresql/{version}/bin" for version in range(12, 30)
)))  # fmt: skip
POLICY = "/usr/sbin/policy-rc.d"
"""Asked by Debian's packages whether they may start their service; 101 means no."""


def main(arguments):
    os.chdir(REPOSITORY)
    if sys.version_info < (3, 11):  # noqa: UP036 -- started by whatever python3 is
        sys.exit(
            f"paasctl needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}"
        )
    install_servers()
    make_environment()
    if arguments[:1] == ["--prepare"]:
        return
    say("running the tests")
    os.execv(PYTHON, [PYTHON, "-m", "pytest", *arguments])


def say(text):
    print(f"tests: {text}", flush=True)


def run(*command, **more):
    """Run a command; whether that went well."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False, **more).returncode == 0


def must_run(*command):
    if not run(*command):
        sys.exit(f"tests: this failed: {' '.join(command)}")


def install_servers():
    path = os.environ.get("PATH", "") + os.pathsep + PLACES
    missing = [package for name, package in PACKAGES.items() if not shutil.which(name, path=path)]
    if missing and not install(missing):
        say(f"not installed here, so some tests are skipped: {' '.join(missing)}")


def become_root():
    """The words before a command that make root run it; None where that is not allowed."""
    if not shutil.which("apt-get"):
        return None
    if os.getuid() == 0:
        return ()
    asked = shutil.which("sudo") and subprocess.run(
        ["sudo", "-n", "true"], capture_output=True, check=False
    )
    return ("sudo", "-n") if asked and asked.returncode == 0 else None


def install(packages):
    """Install Debian packages without starting what is in them; whether that could be done."""
    root = become_root()
    if root is None:
        return False
    say(f"installing with apt: {' '.join(packages)}")
    forbid = f"printf '#!/bin/sh\\nexit 101\\n' >{POLICY} && chmod 755 {POLICY}"
    forbidden = not os.path.exists(POLICY) and run(*root, "sh", "-c", forbid)
    apt = (*root, "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "-q", "-y")
    quiet = {"stdout": subprocess.DEVNULL}
    try:
        known = run(*apt, "update", **quiet)
        return known and run(*apt, "install", "--no-install-recommends", *packages, **quiet)
    finally:
        if forbidden:
            run(*root, "rm", "-f", POLICY)


def make_environment():
    if not environment_works():
        say(f"making {VENV}")
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False)
        if made.returncode:
            version = f"{sys.version_info[0]}.{sys.version_info[1]}"
            if not install([f"python{version}-venv"]):
                sys.exit("tests: Python cannot make a virtual environment here; on Debian and "
                         "Ubuntu this helps: sudo apt-get install python3-venv")  # fmt: skip
            must_run(sys.executable, "-m", "venv", "--clear", VENV)
    say(f"installing {EXTRAS}")
    must_run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", EXTRAS)


def environment_works():
    """Whether the environment is there, of this Python, and has pip."""
    asked = "import sys, pip; print(*sys.version_info[:2])"
    if not os.path.exists(PYTHON):
        return False
    found = subprocess.run([PYTHON, "-c", asked], capture_output=True, text=True, check=False)
    return found.stdout.split() == [str(number) for number in sys.version_info[:2]]


if __name__ == "__main__":
    main(sys.argv[1:])
