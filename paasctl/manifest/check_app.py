"""An app's own keys that a schema cannot judge (rules A02, A07, A30 of spec 13)."""

from collections.abc import Iterator
from typing import Final

from paasctl.manifest.endpoints import STANDARD
from paasctl.manifest.facts import Facts, error, warning
from paasctl.manifest.near import did_you_mean
from paasctl.manifest.plain import as_map, as_number, as_text
from paasctl.manifest.references import service_type
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem

_RUNTIMES: Final = frozenset(
    (
        *("dotnet", "elixir", "golang", "java", "nodejs", "php", "python", "ruby", "rust"),
        *("composable", "lisp", "hhvm"),
    )
)
_USUAL_DISK: Final = 256
_UPSUN_UNUSED: Final = ("disk", "size", "resources")


def check_runtimes(facts: Facts) -> Iterator[Problem]:
    """A runtime that nobody knows; a service taken for one."""
    for app in facts.apps:
        name, _ = service_type(app.section)
        if name in STANDARD:
            message = f'"{name}" is a service: an app needs a runtime'
            yield error("bad-value", app.section, ("type",), message, "move it to services.yaml")
        elif name and name not in _RUNTIMES:
            message = f'"{name}" is not a runtime that is known here'
            hint = did_you_mean(name, _RUNTIMES)
            yield warning("unknown-type", app.section, ("type",), message, hint)


def check_source_root(facts: Facts) -> Iterator[Problem]:
    """`source.root` stays inside the project, and is there."""
    for app in facts.apps:
        path: KeyPath = ("source", "root")
        if app.section.root == ".." or app.section.root.startswith("../"):
            message = f'source.root "{app.section.root}" leaves the project'
            yield error("path-escape", app.section, path, message)
        elif app.section.root and not facts.tree.probe("", app.section.root):
            if as_text(as_map(app.data.get("source")).get("root")) is None:
                continue  # the directory of the app's own file
            message = f"Directory not found: {app.section.root}"
            fix = "source.root counts from the project's directory"
            yield error("missing-root", app.section, path, message, fix)


def check_disk_sizes(facts: Facts) -> Iterator[Problem]:
    """Between 128 and 255 MB the vendors differ (spec 11.5, Q23)."""
    if facts.flavour == "upsun":
        return
    for app in facts.apps:
        seen: set[KeyPath] = set()
        for instance in app.instances:
            origin = instance.origins.get("disk", ())
            disk = as_number(instance.values.get("disk"))
            if disk is not None and disk < _USUAL_DISK and origin not in seen:
                seen.add(origin)
                message = f"a disk of {disk} MB is too small for some vendors"
                yield warning("small-disk", app.section, origin, message, "write  disk: 256")


def check_upsun_keys(facts: Facts) -> Iterator[Problem]:
    """Keys that Upsun does not read from Git (spec 01.4)."""
    if facts.flavour != "upsun":
        return
    for app in facts.apps:
        for key in _UPSUN_UNUSED:
            if app.data.get(key) is not None:
                message = f'"{key}" is not read from the manifest on Upsun'
                hint = "set it with the command line of the platform"
                yield warning("wrong-flavour", app.section, (key,), message, hint, key=True)
    for section in facts.services.values():
        for key in _UPSUN_UNUSED:
            if as_map(section.data).get(key) is not None:
                message = f'"{key}" of a service is not read from the manifest on Upsun'
                hint = "set it with the command line of the platform"
                yield warning("wrong-flavour", section, (key,), message, hint, key=True)


def check_names(facts: Facts) -> Iterator[Problem]:
    """A second name beside the key that names an app already; what the docs do not allow (Q4)."""
    for app in facts.apps:
        section = app.section
        if "-" in section.name or "_" in section.name:
            message = f'the name "{section.name}" is not of letters and digits alone'
            fix = f"write  {section.name.replace('-', '').replace('_', '')}: all vendors take it"
            keyed = bool(section.path) and isinstance(section.path[-1], str)
            at: KeyPath = () if keyed else ("name",)
            yield warning("portable-name", section, at, message, fix, key=keyed)
        name = app.data.get("name")
        named = bool(app.section.path) and isinstance(app.section.path[-1], str)
        if name is not None and named and name != app.section.name:
            message = f'the app is called "{app.section.name}", as its key says: "name" is not read'
            yield warning("wrong-flavour", app.section, ("name",), message, "remove it", key=True)


def check_null_keys(facts: Facts) -> Iterator[Problem]:
    """A key without a value overrides with nothing: probably not meant (Q6)."""
    for app in facts.apps:
        for instance in app.instances:
            for key in ("mounts", "relationships", "variables"):
                if key not in instance.values or instance.inherited(key):
                    continue
                if instance.values[key] is None and app.data.get(key):
                    message = f'{app.label(instance)} has an empty "{key}": it inherits none'
                    hint = f"write  {key}: {{}}  if that is meant, or remove the key"
                    path = (*instance.at, key)
                    yield warning("empty-override", app.section, path, message, hint, key=True)


def check_worker_names(facts: Facts) -> Iterator[Problem]:
    """A worker called web is hard to tell from the web instance."""
    for app in facts.apps:
        if "web" in as_map(app.data.get("workers")):
            message = 'a worker named "web" is easily mistaken for the web instance'
            path = ("workers", "web")
            yield warning("bad-name", app.section, path, message, "rename it", key=True)
