"""The commands that are ours inside an instance's shell: `sv` and `systemctl`.

Small shell files in the state folder, because an instance's environment knows neither our
interpreter nor where paasctl is installed.
"""

import os
import shlex
import sys

from paasctl.cli.running import Place

COMMANDS = ("sv", "systemctl")


def script(command: str) -> str:
    """Return the shell file for a command; -I keeps the app's PYTHON* variables out."""
    import paasctl

    home = os.path.dirname(os.path.dirname(os.path.abspath(paasctl.__file__)))
    code = f"import sys; sys.path.append({home!r}); from paasctl.cli.{command} import main; main()"
    return f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I -c {shlex.quote(code)} "$@"\n'


def write_shims(place: Place, start_file: str) -> None:
    """Write the commands and the shell's start file; each is replaced whole."""
    folder = place.file("shims")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for command in COMMANDS:
        _write(os.path.join(folder, command), script(command), 0o700)
    _write(os.path.join(folder, "shell.rc"), start_file, 0o600)


def _write(path: str, text: str, mode: int) -> None:
    from paasctl.supervise.rundir import replace

    if _text(path) != text:
        replace(path, text, mode)


def _text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return None
