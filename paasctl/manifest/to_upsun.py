"""Platform.sh's manifests as Upsun's: one file, sizes and disks left to its command line."""

from collections.abc import Mapping

from paasctl.manifest.bind_web import bind_web
from paasctl.manifest.convert import Notes, Plain, content, owners
from paasctl.manifest.document import Data
from paasctl.manifest.facts import AppFacts, Facts
from paasctl.manifest.flavour import Section
from paasctl.manifest.former_web import LEGACY
from paasctl.manifest.plain import as_map
from paasctl.model.project import Location, Settings

FILE = ".upsun/config.yaml"
_UNREAD = ("size", "disk", "resources")


def upsun_files(facts: Facts, notes: Notes) -> Mapping[str, Data]:
    """Return the one file of the project."""
    made: Plain = {"applications": {app.section.name: _app(app, notes) for app in facts.apps}}
    if facts.services:
        made["services"] = {
            name: _service(section, notes) for name, section in facts.services.items()
        }
    if facts.routes:
        made["routes"] = {section.name: _route(section, notes) for section in facts.routes}
    return {FILE: made}


def _app(app: AppFacts, notes: Notes) -> Plain:
    section, data = app.section, content(app.section)
    data.pop("name", None)
    where = f"applications.{section.name}"
    _source(section, data)
    build = data.get("build")
    if isinstance(build, dict) and build.pop("caches", None) is not None:
        notes.lost(f"{where}.build.caches", "there are no build caches to configure")
    for name, owner in owners(data):
        _unread(owner, f"{where}{name}", notes)
        if "mounts" in owner:
            owner["mounts"] = _mounts(owner["mounts"], f"{where}{name}.mounts", notes)
    crons = data.get("crons")
    for name, cron in crons.items() if isinstance(crons, dict) else ():
        if isinstance(cron, dict):
            _cron(cron, f"{where}.crons.{name}", notes)
    web = data.get("web")
    if isinstance(web, dict) and "locations" not in web:
        _locations(app, web, f"{where}.web", notes)
    return data


def _source(section: Section, data: Plain) -> None:
    """An app in a folder says so: all manifests are in one place there."""
    source = {
        key: value for key, value in as_map(data.pop("source", None)).items() if key != "root"
    }
    if section.root:
        source["root"] = section.root
    if source:
        data["source"] = source


def _unread(owner: Plain, where: str, notes: Notes) -> None:
    for key in _UNREAD:
        value = owner.pop(key, None)
        if value is not None:
            notes.lost(f"{where}.{key}", f"{value}: set it with  upsun resources:set")


def _mounts(mounts: Data, where: str, notes: Notes) -> Data:
    if not isinstance(mounts, dict):
        return mounts
    return {path: _mount(mount, f"{where}.{path}", notes) for path, mount in mounts.items()}


def _mount(mount: Data, where: str, notes: Notes) -> Data:
    """A local mount keeps its files as a storage, which all instances of the app share."""
    if isinstance(mount, str):
        mount = {"source": "local", "source_path": mount.removeprefix("shared:files").strip("/")}
    if not isinstance(mount, dict) or mount.get("source") != "local":
        return mount
    notes.changed(where, "local is storage: web and workers share the files there")
    return {**mount, "source": "storage"}


def _cron(cron: Plain, where: str, notes: Notes) -> None:
    command = cron.pop("cmd", None)
    if command is not None and "commands" not in cron:
        cron["commands"] = {"start": command}
        notes.changed(f"{where}.cmd", "written as commands.start")


def _locations(app: AppFacts, web: Plain, where: str, notes: Notes) -> None:
    """Write the keys from before locations as the location that they describe (spec 06.8)."""
    if not any(key in web for key in LEGACY):
        return
    runtime = str(app.data.get("type")).partition(":")[0]
    (place,) = bind_web(app.data, runtime, Settings()).locations
    for key in LEGACY:
        web.pop(key, None)
    web["locations"] = {place.path: _location(place)}
    notes.changed(where, "document_root and its companions are written as locations")


def _location(place: Location) -> Plain:
    data: Plain = {"root": place.root, "passthru": place.passthru, "expires": place.expires}
    if place.indexes:
        data["index"] = list(place.indexes)
    data["allow"] = place.allow
    data["rules"] = {rule.pattern: dict(rule.settings) for rule in place.rules}  # type: ignore[arg-type]  # JSON
    return data


def _service(section: Section, notes: Notes) -> Plain:
    data = content(section)
    _unread(data, f"services.{section.name}", notes)
    return data


def _route(section: Section, notes: Notes) -> Plain:
    data = content(section)
    upstream = data.get("upstream")
    if isinstance(upstream, str) and upstream.endswith(":php"):
        data["upstream"] = upstream.removesuffix("php") + "http"
        notes.changed(f"routes.{section.name}.upstream", "app:php is written app:http")
    return data
