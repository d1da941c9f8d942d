"""Becoming a program inside the environment of an instance: what `ssh` and `exec` share.

The engine has no part in it: plan.json says what the instance's processes see. Nothing of the
caller's environment gets in, but what a terminal and an agent need.
"""

import os
import shlex
import signal
import sys
from collections.abc import Mapping, Sequence
from shutil import which
from typing import NamedTuple

from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import Place
from paasctl.cli.shims import write_shims
from paasctl.model.plan import InstanceSpec
from paasctl.supervise.launch import UMASK

LET_IN = ("TERM", "LANG", "COLORTERM", "SSH_AUTH_SOCK")


class Entry(NamedTuple):
    """A program about to be executed in an instance's place."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str


def environment(place: Place, spec: InstanceSpec, caller: Mapping[str, str]) -> dict[str, str]:
    """Return what the instance sees, the terminal's variables, and PATH with our commands.

    A visitor's shell does not carry the mark of the instance: it is nobody's process but the
    visitor's, and must not be ended as something that was left behind.
    """
    env = dict(spec.env)
    env.update({name: caller[name] for name in LET_IN if name in caller})
    env["PATH"] = os.pathsep.join([place.file("shims"), env.get("PATH", os.defpath)])
    env.pop("PAASCTL_INSTANCE", None)
    env["PAASCTL_SHELL"] = f"{place.state}|{spec.kind}|{spec.id}"
    return env


def interactive(place: Place, spec: InstanceSpec, env: Mapping[str, str]) -> tuple[str, ...]:
    """Return the shell for a terminal, with our start file; bash, as on the platform."""
    shell = which("bash", path=env["PATH"])
    start = place.file("shims", "shell.rc")
    if shell is None:
        return ("/bin/sh", "-i")
    return (shell, "--noprofile", "--rcfile", start, "-i")


def through_shell(line: str, env: Mapping[str, str]) -> tuple[str, ...]:
    """Return what runs a line as a login would have: `.environment` first (spec 03.4)."""
    from paasctl.plan.startline import with_environment_file

    shell = which("bash", path=env["PATH"]) or "/bin/sh"
    return with_environment_file((shell, "-c", line), "/bin/sh")


def from_input(env: Mapping[str, str]) -> tuple[str, ...]:
    """Return the shell that reads its commands from standard input, which is no terminal."""
    from paasctl.plan.startline import with_environment_file

    return with_environment_file((which("bash", path=env["PATH"]) or "/bin/sh", "-s"), "/bin/sh")


def start_file(place: Place, spec: InstanceSpec, shown: str) -> str:
    """Return the text of the interactive shell's start file."""
    shims = shlex.quote(place.file("shims"))
    history = shlex.quote(place.file("shell_history"))
    return "\n".join(
        [
            "# written by paasctl for its interactive shells",
            "if [ -f .environment ]; then set -a; . ./.environment; set +a; fi",
            'if [ -f "$HOME/.bashrc" ]; then . "$HOME/.bashrc"; fi',
            f"PATH={shims}:$PATH",
            f"HISTFILE={history}",
            f"PS1={shlex.quote(f'({shown}) ')}'\\w\\$ '",
            "",
        ]
    )


def prepare(place: Place, spec: InstanceSpec, shown: str) -> None:
    """Put our commands and the start file in place; Refused (1) where that cannot be."""
    if not os.path.isdir(spec.cwd):
        raise Refused(Exit.FAILED, f"{spec.cwd} does not exist", fix="paasctl up makes it")
    try:
        write_shims(place, start_file(place, spec, shown))
    except OSError as error:
        raise Refused(
            Exit.FAILED, f"cannot write {place.file('shims')}: {error.strerror}"
        ) from error


def become(spec: InstanceSpec, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> int:
    """Replace this process; returns only when that fails, with the shell's codes 126 and 127."""
    from paasctl.cli.talk import talk

    whole = (*spec.enclosure, *argv)
    program = which(whole[0], path=env["PATH"])
    if program is None:
        talk(f"paasctl: {whole[0]}: not found in {spec.id}'s PATH")
        return 127
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them; programs must not
        signal.signal(ignored, signal.SIG_DFL)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.umask(UMASK)
        os.chdir(cwd)
        os.execve(program, whole, dict(env))  # noqa: S606 -- the user's own command
    except OSError as error:
        talk(f"paasctl: {program}: {error.strerror}")
        return 126
