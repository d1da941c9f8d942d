"""`paasctl daemon install|uninstall`: the project starts with the machine, by systemd.

Writes or removes one file and says what to run next; systemd itself is never told anything.
"""

import os
import pwd
import sys

from paasctl.cli.command import Call
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.running import Place, place_of
from paasctl.cli.talk import talk
from paasctl.cli.unit import Facts, name_of, text
from paasctl.supervise.rundir import replace

SYSTEM = "/etc/systemd/system"
RUNNING = "/run/systemd/system"
"""Is there where systemd runs the machine: sd_booted(3)."""


def install(call: Call) -> int:
    """Write the unit, or print it; Refused (1) where it cannot be written."""
    place, system = _asked(call)
    unit = text(_facts(place, system))
    if call.flag("print"):
        sys.stdout.write(unit)
        return Exit.DONE
    path = os.path.join(_folder(system), name_of(place.root))
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        replace(path, unit, 0o644)
    except OSError as error:
        raise Refused(
            Exit.FAILED,
            f"cannot write {path}: {error.strerror}",
            fix="sudo paasctl daemon install --system"
            if system
            else "paasctl daemon install --print, and put it where your systemd looks",
        ) from error
    sys.stdout.write(f"written: {path}\nnow run:\n{_next(os.path.basename(path), system)}")
    if not os.path.isdir(RUNNING):
        talk("paasctl: systemd does not run this machine: nothing will read the unit here")
    return Exit.DONE


def uninstall(call: Call) -> int:
    """Remove the unit; Refused (3) where there is none."""
    place, system = _asked(call)
    name, control = name_of(place.root), _control(system)
    target = "multi-user" if system else "default"
    path = os.path.join(_folder(system), name)
    link = os.path.join(_folder(system), f"{target}.target.wants", name)
    if not os.path.lexists(path):
        raise Refused(Exit.NOT_RUNNING, f"nothing is installed: there is no {path}")
    for file in (link, path):
        try:
            if os.path.lexists(file):
                os.unlink(file)
        except OSError as error:
            raise Refused(Exit.FAILED, f"cannot remove {file}: {error.strerror}") from error
    sys.stdout.write(
        f"removed: {path}\n"
        f"what runs goes on; to end it:  {control} stop {name}\n"
        f"now run:  {control} daemon-reload\n"
    )
    return Exit.DONE


def _asked(call: Call) -> tuple[Place, bool]:
    """Return the project, and whether its unit is one of the system."""
    if sys.platform != "linux":
        raise Refused(
            Exit.MISSING_PROGRAM,
            "a start at boot is written for systemd, which this system does not have",
            fix="on macOS, a launchd agent that keeps `paasctl up` alive in the project's folder",
        )
    if call.flag("system") and call.flag("user"):
        raise Refused(Exit.USAGE, "--system and --user exclude each other")
    system = call.flag("system") or (os.getuid() == 0 and not call.flag("user"))
    return place_of(call), system


def _facts(place: Place, system: bool) -> Facts:
    """Return what the unit is made of; a unit of the system runs as the project's owner."""
    owner = pwd.getpwuid(os.stat(place.root).st_uid).pw_name if system else None
    path = os.environ.get("PATH") or os.defpath
    return Facts(place.root, sys.executable, path, owner)


def _folder(system: bool) -> str:
    if system:
        return SYSTEM
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(base, "systemd", "user")


def _control(system: bool) -> str:
    return "systemctl" if system else "systemctl --user"


def _next(name: str, system: bool) -> str:
    control = _control(system)
    lines = f"  {control} daemon-reload\n  {control} enable --now {name}\n"
    if not system:
        lines += "  loginctl enable-linger     so that it starts at boot, before you log in\n"
    return lines
