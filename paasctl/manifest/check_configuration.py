"""What services say of their own databases, cores and backends (rules S05 to S08 of spec 13)."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from paasctl.manifest.document import Data
from paasctl.manifest.facts import Facts, error
from paasctl.manifest.flavour import Section
from paasctl.manifest.near import did_you_mean
from paasctl.manifest.plain import as_map, as_text
from paasctl.manifest.references import service_type, target
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem


class Databases(NamedTuple):
    """How a type names its databases; `standard` is there although nobody defined it."""

    key: str
    default: str
    privileges: tuple[str, ...]
    standard: tuple[str, ...]


_MYSQL: Final = Databases(
    "schemas", "default_schema", ("ro", "rw", "admin", "replication", "replication-admin"), ()
)
_OTHERS: Final = Databases("databases", "default_database", ("ro", "rw", "admin"), ("main",))
_KINDS: Final[Mapping[str, Databases]] = {
    "mariadb": _MYSQL,
    "mysql": _MYSQL,
    "oracle-mysql": _MYSQL,
    "postgresql": _OTHERS,
    "clickhouse": _OTHERS,
}
_AT: KeyPath = ("configuration", "endpoints")


def check_endpoints(facts: Facts) -> Iterator[Problem]:
    """Endpoints grant rights on databases that exist (spec 04.3)."""
    for section in facts.services.values():
        kind = _KINDS.get(service_type(section)[0])
        given = as_map(as_map(section.data).get("configuration"))
        endpoints = as_map(given.get("endpoints"))
        if kind is None or not endpoints:
            continue
        defined = given.get(kind.key)
        listed = defined if isinstance(defined, list) else ()
        names = [str(name) for name in listed if name is not None]
        if not names and not kind.standard:
            message = f'"endpoints" without "{kind.key}": no database is made by itself then'
            fix = f"add  {kind.key}: [main]"
            yield error("missing-key", section, _AT, message, fix, key=True)
            continue
        for name, endpoint in endpoints.items():
            yield from _endpoint(
                section, (*_AT, name), as_map(endpoint), kind, names or [*kind.standard]
            )


def _endpoint(
    section: Section, at: KeyPath, endpoint: Mapping[str, Data], kind: Databases, names: list[str]
) -> Iterator[Problem]:
    wanted = as_text(endpoint.get(kind.default))
    if wanted is not None and wanted not in names:
        yield _undefined(section, (*at, kind.default), wanted, kind, names)
    for database, privilege in as_map(endpoint.get("privileges")).items():
        path = (*at, "privileges", database)
        if database not in names:
            yield _undefined(section, path, database, kind, names, key=True)
        if str(privilege) not in kind.privileges:
            message = f'"{privilege}" is no privilege'
            hint = did_you_mean(str(privilege), kind.privileges)
            hint = hint or f"one of {', '.join(kind.privileges)}"
            yield error("bad-value", section, path, message, hint)


def _undefined(
    section: Section,
    at: KeyPath,
    name: str,
    kind: Databases,
    names: list[str],
    *,
    key: bool = False,
) -> Problem:
    message = f'"{name}" is not among the {kind.key} of "{section.name}"'
    hint = did_you_mean(name, names) or f"defined: {', '.join(names)}"
    return error("undefined-database", section, at, message, hint, key=key)


def check_cores(facts: Facts) -> Iterator[Problem]:
    """An endpoint of Solr leads to a core that is defined (rule S07)."""
    for section in facts.services.values():
        given = as_map(as_map(section.data).get("configuration"))
        if service_type(section)[0] != "solr" or "cores" not in given:
            continue
        cores = as_map(given["cores"])
        for name, endpoint in as_map(given.get("endpoints")).items():
            core = as_text(as_map(endpoint).get("core"))
            if core is not None and core not in cores:
                message = f'the endpoint "{name}" leads to the core "{core}", which is not defined'
                hint = did_you_mean(core, cores) or f"defined: {', '.join(cores)}"
                yield error("undefined-database", section, (*_AT, name, "core"), message, hint)


def check_varnish(facts: Facts) -> Iterator[Problem]:
    """Varnish needs a VCL and something behind it, and no way back from there (rule S08)."""
    for section in facts.services.values():
        if service_type(section)[0] != "varnish":
            continue
        data = as_map(section.data)
        broken = any(path[: len(section.path)] == section.path for path in section.document.broken)
        if not as_map(data.get("configuration")).get("vcl") and not broken:
            message = f'varnish "{section.name}" has no VCL'
            fix = "add  configuration: { vcl: !include { type: string, path: config.vcl } }"
            yield error("missing-key", section, (), message, fix, key=True)
        behind = as_map(data.get("relationships"))
        if not behind:
            message = f'varnish "{section.name}" has nothing behind it'
            fix = "add  relationships: { app: 'app:http' }"
            yield error("missing-key", section, (), message, fix, key=True)
        yield from _ways_back(facts, section, behind)


def _ways_back(facts: Facts, section: Section, behind: Mapping[str, Data]) -> Iterator[Problem]:
    """Yield the relationships of apps behind Varnish that lead to it again."""
    for name, link in behind.items():
        owner = target(name, link)[0]
        for app in facts.apps:
            for back, value in as_map(app.data.get("relationships")).items():
                if app.section.name == owner and target(back, value)[0] == section.name:
                    message = f'"{owner}" is behind "{section.name}" and relates to it: a circle'
                    path = ("relationships", back)
                    yield error("cycle", app.section, path, message, "remove one of the links")
