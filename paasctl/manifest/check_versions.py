"""Versions that the platform no longer has (rules A03, S02 of spec 13).

Nothing is refused for its age here: the nearest version that is installed is taken.
"""

from collections.abc import Iterator, Mapping

from paasctl.manifest.facts import Facts, warning
from paasctl.manifest.flavour import Section
from paasctl.manifest.references import service_type
from paasctl.manifest.versions import GONE, RUNTIMES, SERVICES, Standing, Versions, standing
from paasctl.model.problem import Problem


def check_versions(facts: Facts) -> Iterator[Problem]:
    """A version that is deprecated, retired or not known."""
    for app in facts.apps:
        yield from _version(app.section, RUNTIMES)
    for service in facts.services.values():
        yield from _version(service, SERVICES)


def _version(section: Section, table: Mapping[str, Versions]) -> Iterator[Problem]:
    kind, version = service_type(section)
    if kind in GONE and table is RUNTIMES:
        message = f"the platform no longer has {kind}"
        yield warning("old-version", section, ("type",), message, "move to another runtime")
    known = table.get(kind)
    if known is None or not version:
        return
    hint = f"supported: {', '.join(known.supported)}"
    match standing(known, version):
        case Standing.DEPRECATED:
            message = f"{kind} {version} is deprecated on the platform"
            yield warning("old-version", section, ("type",), message, hint)
        case Standing.RETIRED:
            message = f"{kind} {version} is no longer offered by the platform"
            yield warning("old-version", section, ("type",), message, hint)
        case Standing.UNKNOWN:
            message = f'there is no {kind} "{version}" that is known here'
            yield warning("unknown-version", section, ("type",), message, hint)
        case Standing.SUPPORTED:
            pass
