"""A virtual environment as a user has one: copied code, compiled, no path hooks.

An editable installation starts slower than what it stands for (its finder, and whatever else
lies in .pth files), and `python3 -c pass` would pay that too. So the packages at hand are
linked into an environment of our own, and paasctl as it is now, or as it was in some commit, is
copied and compiled there.
"""

import compileall
import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv

COMMANDS = ("paasctl", "honcho", "supervisord", "supervisorctl", "circusd", "circusctl")
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Interpreter:
    """The environment: `python` is its interpreter, `commands` the directory of its commands."""

    def __init__(self, directory: str, revision: str | None = None) -> None:
        self.commands = os.path.join(directory, "bin")
        self.python = os.path.join(self.commands, "python3")
        venv.create(directory, symlinks=True, with_pip=False)
        packages = sysconfig.get_path("purelib", vars={"base": directory, "platbase": directory})
        for entry in os.scandir(sysconfig.get_path("purelib")):
            link = os.path.join(packages, entry.name)
            foreign = not entry.name.endswith(".pth") and "paasctl" not in entry.name
            if foreign and not os.path.lexists(link):
                os.symlink(entry.path, link)
        target = os.path.join(packages, "paasctl")
        source = REPOSITORY if revision is None else _unpacked(revision, f"{directory}-source")
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(os.path.join(source, "paasctl"), target, ignore=unwanted)
        schemas = os.path.join(target, "schemas")
        shutil.copytree(os.path.join(source, "schemas"), schemas, ignore=unwanted)
        compileall.compile_dir(target, quiet=1)
        for name in COMMANDS:
            self._install(name)

    def _install(self, name: str) -> None:
        """Copy a command that pip has written, for our interpreter."""
        original = os.path.join(os.path.dirname(sys.executable), name)
        if os.path.exists(original):
            with open(original, encoding="utf-8") as file:
                _, _, body = file.read().partition("\n")
            with open(os.path.join(self.commands, name), "w", encoding="utf-8") as file:
                file.write(f"#!{self.python}\n{body}")
            os.chmod(os.path.join(self.commands, name), 0o755)


def _unpacked(revision: str, directory: str) -> str:
    """Write the package as it was in a commit into a directory."""
    archive = subprocess.run(
        ["git", "-C", REPOSITORY, "archive", revision, "paasctl", "schemas"],
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(directory, filter="data")
    return directory
