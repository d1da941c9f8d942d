"""The bundle of `paasctl doctor --bundle`: what a bug report needs, without secrets.

Everything passes through the masks of `masking.py`. What cannot be masked is left out: services'
data and settings, mounts, credentials, and the manifests, whose text is the user's.
"""

import io
import json
import os
import tarfile
from collections.abc import Iterator
from glob import glob

from paasctl.cli.exits import Exit, Refused
from paasctl.cli.masking import Secrets, secrets_of
from paasctl.cli.running import Place
from paasctl.cli.snapshot import plan_in_force
from paasctl.logs.holes import first_data
from paasctl.model.plan import Plan, plan_to_json

JOURNAL = 1024 * 1024
LOG = 64 * 1024
"""Bytes from the end of the journal and of each log."""
FILES = ("options.json", "machine.json", "ports.json")


def write(path: str, place: Place | None, report: str) -> list[str]:
    """Write the bundle, readable for its owner only; return the names in it.

    Raises Refused (1) where it cannot be written.
    """
    names = []
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            for name, text in _contents(place, report):
                _add(archive, name, text)
                names.append(name)
    except OSError as error:
        raise Refused(
            Exit.FAILED, f"cannot write {path}: {error.strerror}", fix="name another place"
        ) from error
    return names


def _add(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode(errors="backslashreplace")
    entry = tarfile.TarInfo(f"paasctl/{name}")
    entry.size, entry.mode = len(data), 0o600
    archive.addfile(entry, io.BytesIO(data))


def _contents(place: Place | None, report: str) -> Iterator[tuple[str, str]]:
    if place is None:
        yield "doctor.json", report
        return
    plan = _plan(place)
    secrets = secrets_of(place, plan)
    yield "doctor.json", secrets.hide(report)
    if plan is not None:
        yield "plan.json", _masked(plan, secrets)
    yield "journal.jsonl", secrets.hide(_end(place.file("journal.jsonl"), JOURNAL))
    paths = [place.file(name) for name in FILES] + sorted(glob(place.file("crash-*.txt")))
    for path in [path for path in paths if os.path.exists(path)]:
        yield os.path.basename(path), secrets.hide(_end(path, JOURNAL))
    for path in sorted(glob(place.file("log", "*.log"))):
        yield f"log/{os.path.basename(path)}", secrets.hide(_end(path, LOG))


def _plan(place: Place) -> Plan | None:
    try:
        return plan_in_force(place)
    except Refused:  # spoilt: a reason more for a report
        return None


def _masked(plan: Plan, secrets: Secrets) -> str:
    specs = (spec._replace(env=secrets.environment(spec.env)) for spec in plan.instances)
    masked = plan_to_json(plan._replace(instances=tuple(specs)))
    return secrets.hide(json.dumps(masked, indent=1))


def _end(path: str, count: int) -> str:
    """Return the last bytes of a file as text, from the beginning of a line on."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            start = max(first_data(file.fileno()), size - count)
            file.seek(start)
            data = file.read(count)
    except FileNotFoundError:
        return ""
    if start > 0:
        data = data.partition(b"\n")[2]
    return data.decode(errors="backslashreplace")
