"""Whether the plan of last time still is the plan: then nothing has to be read or planned.

`plan.inputs` holds a stamp of everything that the plan was made from. When one of them differs,
or a port is taken, or something that the plan needs has vanished, it is simply planned again.
Only a plan without a build or deploy hook is worth keeping: those are due once.
"""

import json
import os
import socket
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import paasctl
from paasctl.cli.running import Place
from paasctl.cli.wishes import Wish
from paasctl.manifest.cache import unchanged
from paasctl.supervise.rundir import replace

if TYPE_CHECKING:
    from paasctl.cli.deploying import Planned

FILE = "plan.inputs"
BOOT_ID = "/proc/sys/kernel/random/boot_id"
Stamp = list[object]


class Kept(NamedTuple):
    """What there is to say about a plan that is used again."""

    files: tuple[str, ...]
    warnings: tuple[str, ...]


def keep(place: Place, wish: Wish, planned: "Planned") -> None:
    """Record what the plan was made from, or forget the last record if it is not to be kept."""
    built, facts = planned.built, planned.facts
    if built.due or planned.warnings or wish.build != "when-due":
        forget(place)
        return
    layout = built.layout
    programs = [program for app in facts.apps.values() for program in [app.toolchain.program]]
    for service in facts.services.values():
        found = service.provider
        programs += list(getattr(found, "programs", {}).values())
    roots = {name: os.path.join(place.root, app) for name, app in planned.app_roots.items()}
    paths = [*programs, *_repository(place.root), *_records(place, facts.apps)]
    record = {
        **_circumstances(wish),
        "files": planned.files,
        "warnings": built.plan.warnings,
        "stamps": [_stamp(path) for path in sorted(set(filter(None, paths)))],
        "listings": [[root, _listing(root)] for root in sorted(set(roots.values()))],
        "sources": [
            _stamp(os.path.join(roots[name], source))
            for name, app in facts.apps.items()
            for source in sorted(app.sources)
        ],
        "directories": layout.directories,
        "present": [file.path for file in layout.files] + [link.path for link in layout.links],
        "ports": sorted({spec.port for spec in built.plan.instances if spec.port}),
    }
    replace(place.file(FILE), json.dumps(record))


def forget(place: Place) -> None:
    """Have the next start plan anew."""
    try:
        os.unlink(place.file(FILE))
    except FileNotFoundError:
        return


def reusable(place: Place, wish: Wish, running: bool = False) -> Kept | None:
    """Return what is to be said if plan.json can be applied as it is, else None.

    Where the plan is `running` its ports are taken, by its own processes.
    """
    try:
        with open(place.file(FILE), encoding="utf-8") as file:
            record = json.load(file)
        same = (
            all(record[key] == value for key, value in _circumstances(wish).items())
            and all(_stamp(stamp[0]) == stamp for stamp in record["stamps"] + record["sources"])
            and all(_listing(root) == names for root, names in record["listings"])
            and all(os.path.isdir(path) for path in record["directories"])
            and all(os.path.lexists(path) for path in [place.file("plan.json"), *record["present"]])
            and (running or all(_free(port) for port in record["ports"]))
            and unchanged(place.root, place.file("project.cache"))
        )
        return Kept(tuple(record["files"]), tuple(record["warnings"])) if same else None
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None  # absent, torn or of another version: as good as none


def _circumstances(wish: Wish) -> dict[str, object]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "USER", "LANG", "LC_ALL", "HOME", "XDG_RUNTIME_DIR")
        or name.upper().endswith(("_PROXY", "_URL", "_CERT", "_CAFILE", "_CERTS"))
    }
    return {
        "version": paasctl.__version__,
        "package": _stamp(os.path.dirname(paasctl.__file__)),
        "python": [sys.executable, sys.hexversion],
        "user": os.getuid(),
        "boot": _text(BOOT_ID),
        # Every field, so that none is forgotten; the scale in force in place of how it came about.
        "wish": json.loads(json.dumps(wish._replace(scale=wish.copies(), kept=()))),
        "environment": environment,
    }


def _repository(root: str) -> list[str]:
    """Return the files that say what is checked out, of the repository that `root` is in."""
    place = root
    while not os.path.exists(os.path.join(place, ".git")):
        if place == os.path.dirname(place):
            return []
        place = os.path.dirname(place)
    git = os.path.join(place, ".git")
    head = _text(os.path.join(git, "HEAD")).removeprefix("ref: ").strip()
    names = ("HEAD", "packed-refs", head)
    return [git, *(os.path.join(git, name) for name in names if name)]


def _records(place: Place, apps: Mapping[str, object]) -> list[str]:
    kinds = ("builds", "deploys")
    found = [place.file(kind, f"{app}.json") for app in apps for kind in kinds]
    return [*found, place.file("credentials.json"), place.file("project.json")]


def _listing(directory: str) -> list[str]:
    return sorted(os.listdir(directory))


def _stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return [path, 0, 0, 0]
    return [path, found.st_mtime_ns, found.st_size, found.st_ino]


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:  # not on this system, or a directory
        return ""


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
