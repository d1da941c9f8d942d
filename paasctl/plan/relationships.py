"""Relationships as PLATFORM_RELATIONSHIPS and as `<REL>_HOST` variables (spec 03.9, 05.1)."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from paasctl.model.json import Json
from paasctl.model.project import Project, Relationship
from paasctl.model.service import Endpoint
from paasctl.plan.digest import digest

Item = dict[str, Json]


def endpoint_item(endpoint: Endpoint, service: str, declared_type: str, cluster: str) -> Item:
    """Return the item that describes `endpoint` of `service` (declared as `type:version`).

    Hosts are the loopback address, or that of a server elsewhere: without isolation no name
    `<relationship>.internal` can be resolved (decisions 4, "hosts").
    """
    unique = digest(f"{cluster}/{service}", 26)
    item: Item = {
        "host": endpoint.host,
        "hostname": f"{unique}.{service}.service._.local.platformsh.site",
        "ip": endpoint.host,
        "cluster": cluster,
        "service": service,
        "rel": endpoint.rel,
        "scheme": endpoint.scheme,
        "type": declared_type,
        "port": endpoint.port,
    }
    if endpoint.short:
        return item
    return {
        **item,
        "instance_ips": [endpoint.host],
        "username": endpoint.username,
        "password": endpoint.password,
        "path": endpoint.path,
        "query": dict(endpoint.query),
        "fragment": None,
        "public": False,
        "host_mapped": False,
        "epoch": 0,
    }


def app_endpoint(port: int) -> Endpoint:
    """Return the endpoint `http` of an app (spec 05.1, "another app")."""
    return Endpoint(rel="http", scheme="http", port=port, short=True)


def relationship_items(
    relationships: Iterable[Relationship], items: Mapping[tuple[str, str], Item]
) -> dict[str, Json]:
    """Return the document of PLATFORM_RELATIONSHIPS for one instance.

    `items` maps (service, endpoint) to its item. A target that does not run here is left out:
    an address where nobody listens would be a lie.
    """
    return {
        item.name: [items[item.service, item.endpoint]]
        for item in relationships
        if (item.service, item.endpoint) in items
    }


def links(project: Project) -> Iterator[Relationship]:
    """Yield the relationships of every instance, inherited ones again and again."""
    for app in project.apps:
        for settings in (app.web.settings, *(worker.settings for worker in app.workers)):
            yield from settings.relationships


def left_out(project: Project, items: Mapping[tuple[str, str], Item]) -> Iterator[str]:
    """Yield a sentence for each relationship to something that runs here, but not so."""
    runs = {service for service, _ in items}
    for link in dict.fromkeys(links(project)):
        if link.service in runs and (link.service, link.endpoint) not in items:
            offered = ", ".join(endpoint for name, endpoint in items if name == link.service)
            yield (
                f'the relationship "{link.name}" is left out: "{link.service}" has no endpoint'
                f" {link.endpoint} here (it has: {offered})"
            )


def service_variables(document: Mapping[str, Json]) -> dict[str, str]:
    """Return `<REL>_HOST` and its kin for the first item of each relationship (spec 03.9).

    `QUERY` and `INSTANCE_IPS` are spelled as Python spells them: the platform does so too.
    """
    variables: dict[str, str] = {}
    for name, items in document.items():
        assert isinstance(items, list)
        item = items[0]
        prefix = re.sub(r"[^0-9A-Z_]", "_", name.upper())
        for key, value in item.items():
            variables[f"{prefix}_{key.upper()}"] = _rendered(value)
        if "path" in item:
            variables[f"{prefix}_NAME"] = _rendered(item["path"])
        variables[f"{prefix}_URL"] = url_of(item)
    return variables


def _rendered(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return json.dumps(value)
    return str(value)


def _quoted(text: str) -> str:
    """Percent-encode for the user part of a URL; urllib.parse would cost 3 ms at every start."""
    return re.sub(
        r"[^A-Za-z0-9_.~-]", lambda match: "".join(f"%{b:02X}" for b in match[0].encode()), text
    )


def url_of(item: Mapping[str, Json]) -> str:
    """Return `scheme://user:password@host:port/path`; the scheme stays as it is (`pgsql`)."""
    user = ""
    if item.get("username"):
        user = f"{_quoted(str(item['username']))}:{_quoted(str(item['password'] or ''))}@"
    path = f"/{str(item['path']).lstrip('/')}" if item.get("path") else ""
    host = f"[{item['host']}]" if ":" in str(item["host"]) else item["host"]
    return f"{item['scheme']}://{user}{host}:{item['port']}{path}"
