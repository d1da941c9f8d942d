"""Locations of web: roots, rules and indexes (rules A18 to A21 of spec 13, spec 06)."""

from collections.abc import Iterator, Mapping

from paasctl.manifest.document import Data
from paasctl.manifest.facts import AppFacts, Facts, error, warning
from paasctl.manifest.former_web import LEGACY
from paasctl.manifest.plain import as_map, as_text
from paasctl.manifest.regex import fault
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem

_AT: KeyPath = ("web", "locations")


def check_locations(facts: Facts) -> Iterator[Problem]:
    """Each location for itself."""
    for app in facts.apps:
        locations = as_map(as_map(app.data.get("web")).get("locations"))
        for path, value in locations.items():
            location = as_map(value)
            yield from _root(facts, app, (*_AT, path, "root"), as_text(location.get("root")))
            yield from _rules(app, (*_AT, path, "rules"), as_map(location.get("rules")))
            yield from _index(app, (*_AT, path, "index"), location)


def _root(facts: Facts, app: AppFacts, where: KeyPath, root: str | None) -> Iterator[Problem]:
    if root is None:
        return
    if root.startswith("/") and root.strip("/"):
        message = f'root "{root}" is absolute: roots count from the app'
        fix = f"write  root: {root.strip('/')}"
        yield error("bad-root", app.section, where, message, fix)
    elif ".." in root.split("/"):
        message = f'root "{root}" leaves the app'
        yield error("path-escape", app.section, where, message)
    elif _never_made(facts, app, root):
        message = f'there is no directory "{root}", and no build that could make it'
        yield warning("missing-root", app.section, where, message, "correct root, or add a hook")


def _never_made(facts: Facts, app: AppFacts, root: str) -> bool:
    """Return whether the directory is not there and neither a build nor a mount makes it."""
    inside = root.strip("/")
    built = as_map(app.data.get("hooks")).get("build") or app.data.get("dependencies")
    flavor = as_map(app.data.get("build")).get("flavor")
    composed = (as_text(app.data.get("type")) or "").startswith(("php:", "nodejs:"))
    if not inside or built or flavor not in (None, "none") or (composed and flavor != "none"):
        return False
    mounted = any(
        f"{inside}/".startswith(key.strip(" /") + "/") or key.strip(" /").startswith(f"{inside}/")
        for instance in app.instances[:1]
        for key in as_map(instance.values.get("mounts"))
    )
    return not mounted and not facts.tree.probe(app.section.root, inside)


def _rules(app: AppFacts, where: KeyPath, rules: Mapping[str, Data]) -> Iterator[Problem]:
    for pattern in rules:
        wrong = fault(pattern)
        if wrong:
            message = f'the rule "{pattern}" is no regular expression: it {wrong}'
            yield error("bad-regex", app.section, (*where, pattern), message, key=True)


def _index(app: AppFacts, where: KeyPath, location: Mapping[str, Data]) -> Iterator[Problem]:
    """An index file is served only if it is allowed itself (spec 06.3)."""
    allowed = location.get("allow") is not False or any(
        as_map(rule).get("allow") is True for rule in as_map(location.get("rules")).values()
    )
    if location.get("index") and not allowed:
        message = f'"{where[2]}" has an index, but nothing there is allowed to be served'
        fix = "set  allow: true, or allow the file in a rule"
        yield warning("index-not-allowed", app.section, where, message, fix, key=True)


def check_legacy_web(facts: Facts) -> Iterator[Problem]:
    """The keys from before locations: translated, but not beside locations (spec 06.8)."""
    for app in facts.apps:
        web = as_map(app.data.get("web"))
        former = [key for key in LEGACY if key in web]
        for key in former if "locations" in web else former[:1]:
            path: KeyPath = ("web", key)
            if "locations" in web:
                message = f'"{key}" and "locations" exclude each other'
                fix = "remove it: locations say the same"
                yield error("conflicting-keys", app.section, path, message, fix, key=True)
            else:
                message = f'"{key}" is the former way to say what is served'
                yield warning("former-syntax", app.section, path, message, _modern(web), key=True)


def _modern(web: Mapping[str, Data]) -> str:
    """Return the location that says the same, the rules of its lists in words if they are long."""
    from paasctl.manifest.flow import flow

    location: dict[str, Data] = {
        "root": (as_text(web.get("document_root")) or "/public").strip("/"),
        "passthru": web.get("passthru", "/index.php"),
    }
    if web.get("index_files"):
        location["index"] = web["index_files"]
    if "expires" in web:
        location["expires"] = web["expires"]
    rules: dict[str, Data] = {}
    for key, allow in (("whitelist", True), ("blacklist", False)):
        listed = web.get(key)
        for pattern in listed if isinstance(listed, list) else ():
            rules[str(pattern)] = {"allow": allow}
    if "whitelist" in web:
        location["allow"] = False
    if rules:
        location["rules"] = rules
    return f"write  locations: {flow({'/': location})}"
