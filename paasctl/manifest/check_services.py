"""Services: names, types, disks, and whether anybody uses them (rules S01 to S10 of spec 13)."""

from collections.abc import Iterator, Mapping
from typing import Final

from paasctl.manifest.check_relationships import links
from paasctl.manifest.endpoints import MEMORY_ONLY, STANDARD
from paasctl.manifest.facts import Facts, error, warning
from paasctl.manifest.near import did_you_mean
from paasctl.manifest.plain import as_map, as_number, as_text
from paasctl.manifest.references import service_type
from paasctl.manifest.versions import RUNTIMES
from paasctl.model.problem import Note, Problem

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MINIMUM: Final[Mapping[str, int]] = {"mongodb": 512, "mongodb-enterprise": 512, "kafka": 512}
"""MB; 256 for all others (spec 04.2)."""
_DOCUMENTED: Final = 512
_ADVISED: Final = frozenset(("rabbitmq", "vault-kms", "clickhouse", "elasticsearch-enterprise"))
"""Types whose documentation asks for 512 MB where the platform takes 256 (Q24)."""


def check_service_names(facts: Facts) -> Iterator[Problem]:
    """One name for a service and an app, both addressed as name:endpoint; names of storages."""
    for app in facts.apps:
        section = facts.services.get(app.section.name)
        if section is not None:
            message = f'the service "{section.name}" has the name of an app'
            note = Note(app.section.at("name"), "the app")
            yield error(
                "duplicate-name", section, (), message, "rename one", key=True, notes=(note,)
            )
    for section in facts.services.values():
        if service_type(section)[0] == "network-storage" and not _is_label(section.name):
            message = f'the network storage "{section.name}" needs a name that is a host name'
            fix = "use lower-case letters, digits and -, at most 63 characters"
            yield error("bad-name", section, (), message, fix, key=True)


def _is_label(name: str) -> bool:
    import re

    return re.fullmatch(_LABEL, name) is not None


def check_types(facts: Facts) -> Iterator[Problem]:
    """A service type that nobody knows; a runtime taken for one."""
    for section in facts.services.values():
        name, _ = service_type(section)
        if name in RUNTIMES:
            message = f'"{name}" is a runtime: it cannot be a service'
            yield error("bad-value", section, ("type",), message, "make an application of it")
        elif name and name not in STANDARD:
            message = f'"{name}" is not a service type that is known here'
            hint = did_you_mean(name, STANDARD)
            yield warning("unknown-type", section, ("type",), message, hint)


def check_service_disks(facts: Facts) -> Iterator[Problem]:
    """`disk` where data is kept, large enough, and only there (fixed flavours)."""
    keeping = frozenset() if facts.flavour == "upsun" else frozenset(STANDARD) - MEMORY_ONLY
    for section in facts.services.values():
        name, _ = service_type(section)
        disk = as_number(as_map(section.data).get("disk"))
        if name in MEMORY_ONLY and disk is not None:
            message = f'{name} keeps nothing on disk: the platform refuses "disk" there'
            yield error("useless-disk", section, ("disk",), message, "remove disk", key=True)
        elif name in keeping and disk is None:
            message = f'{name} service "{section.name}" has no disk'
            yield warning("missing-disk", section, (), message, "add  disk: 512", key=True)
        elif name in keeping and disk is not None and disk < _MINIMUM.get(name, 256):
            message = f"{name} needs a disk of {_MINIMUM.get(name, 256)} MB or more, not {disk}"
            yield error("small-disk", section, ("disk",), message, "write  disk: 512")
        elif name in keeping and name in _ADVISED and disk is not None and disk < _DOCUMENTED:
            message = f"{name} is documented to need {_DOCUMENTED} MB, not {disk}"
            yield warning("small-disk", section, ("disk",), message, "write  disk: 512")


def check_unused_services(facts: Facts) -> Iterator[Problem]:
    """A service that no instance, mount, route or other service leads to (rule S09)."""
    if not facts.apps or not facts.targets_known:
        return
    used = {link.service for link in links(facts)} | set(_mounted(facts))
    if used - {"", *facts.services, *facts.names.apps}:
        return  # a name that is wrong there leaves a service unused: one mistake, said once
    for route in facts.routes:
        used.add((as_text(as_map(route.data).get("upstream")) or "").partition(":")[0])
    for name, section in facts.services.items():
        if name not in used:
            message = f'nothing uses the service "{name}"'
            fix = "add a relationship to it, or remove it"
            yield warning("unused-service", section, (), message, fix, key=True)


def _mounted(facts: Facts) -> Iterator[str]:
    for app in facts.apps:
        for instance in app.instances:
            for mount in as_map(instance.values.get("mounts")).values():
                yield as_text(as_map(mount).get("service")) or ""
