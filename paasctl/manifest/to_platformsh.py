"""Upsun's manifest as Platform.sh's: files by their part, and a disk wherever one is needed."""

from collections.abc import Mapping
from typing import Final

from paasctl.manifest.convert import Notes, Plain, content, owners
from paasctl.manifest.document import Data
from paasctl.manifest.endpoints import MEMORY_ONLY
from paasctl.manifest.facts import AppFacts, Facts
from paasctl.manifest.flavour import Section
from paasctl.manifest.plain import as_map
from paasctl.manifest.references import service_type

DISK: Final = 512
"""MB: what is written where Upsun leaves the disk to its command line."""
_SOURCES: Final = {"storage": "local", "instance": "tmp", "temporary": "tmp"}


def platformsh_files(facts: Facts, notes: Notes) -> Mapping[str, Data]:
    """Return the files: one app in its own folder, several in applications.yaml."""
    made: dict[str, Data] = {}
    if len(facts.apps) == 1:
        app = facts.apps[0]
        place = f"{app.section.root}/" if app.section.root else ""
        made[f"{place}.platform.app.yaml"] = _app(app, notes, alone=True)
    else:
        made[".platform/applications.yaml"] = {
            app.section.name: _app(app, notes, alone=False) for app in facts.apps
        }
    if facts.services:
        made[".platform/services.yaml"] = {
            name: _service(section, notes) for name, section in facts.services.items()
        }
    if facts.routes:
        made[".platform/routes.yaml"] = {route.name: content(route) for route in facts.routes}
    return made


def _app(app: AppFacts, notes: Notes, *, alone: bool) -> Plain:
    section, where = app.section, f"applications.{app.section.name}"
    data: Plain = {"name": section.name, **_without_name(content(section))}
    if not alone:
        data.pop("name")
        data["source"] = {**as_map(data.get("source")), "root": section.root or "/"}
    else:
        _source(data)
    local = False
    for name, owner in owners(data):
        if owner.pop("container_profile", None) is not None:
            notes.lost(f"{where}{name}.container_profile", "sizes have fixed shapes there")
        if "mounts" in owner:
            owner["mounts"] = _mounts(owner["mounts"], f"{where}{name}.mounts", notes)
            local = local or _has_local(owner["mounts"])
    if local and data.get("disk") is None:
        data["disk"] = DISK
        notes.changed(f"{where}.disk", f"{DISK} MB for each instance: adjust it")
    return data


def _without_name(data: Plain) -> Plain:
    return {key: value for key, value in data.items() if key != "name"}


def _source(data: Plain) -> None:
    """The folder of the app file says where the app is."""
    source = {key: value for key, value in as_map(data.get("source")).items() if key != "root"}
    data.pop("source", None)
    if source:
        data["source"] = source


def _mounts(mounts: Data, where: str, notes: Notes) -> Data:
    if not isinstance(mounts, dict):
        return mounts
    return {path: _mount(as_map(mount), f"{where}.{path}", notes) for path, mount in mounts.items()}


def _mount(mount: Mapping[str, Data], where: str, notes: Notes) -> Data:
    source = mount.get("source")
    made = {**mount, "source": _SOURCES.get(str(source), source)}
    if source == "storage":
        notes.changed(where, "storage is local: each instance has its own files there")
        if made.pop("service", None) is not None:
            notes.lost(f"{where}.service", "an app cannot share another app's files: use a service")
    elif source == "instance":
        notes.lost(where, "instance is tmp: the files may go when the container moves")
    return made


def _has_local(mounts: Data) -> bool:
    return any(as_map(mount).get("source") == "local" for mount in as_map(mounts).values())


def _service(section: Section, notes: Notes) -> Plain:
    data, where = content(section), f"services.{section.name}"
    kind, _ = service_type(section)
    if data.pop("container_profile", None) is not None:
        notes.lost(f"{where}.container_profile", "sizes have fixed shapes there")
    if kind not in MEMORY_ONLY and data.get("disk") is None:
        data["disk"] = DISK
        notes.changed(f"{where}.disk", f"{DISK} MB: adjust it")
    if kind == "clickhouse":
        notes.lost(f"{where}.type", "clickhouse is there on Upsun only")
    return data
