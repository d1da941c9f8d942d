"""PLATFORM_ROUTES (spec 05.2) for a machine without a router: each upstream route is shown at
the address where its app listens."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from paasctl.model.json import Json
from paasctl.model.project import Project, Route
from paasctl.plan.ports import web_apps

CACHE: Mapping[str, Json] = {
    "enabled": True,
    "default_ttl": 0,
    "cookies": ["*"],
    "headers": ["Accept", "Accept-Language"],
}
TRANSPORT: Mapping[str, Json] = {"enabled": None, "include_subdomains": None, "preload": None}
TLS: Mapping[str, Json] = {
    "client_authentication": None,
    "min_version": None,
    "client_certificate_authorities": [],
}


class Address(NamedTuple):
    """A route and the local URL at which its upstream answers."""

    route: Route
    app: str
    url: str


def app_urls(project: Project, ports: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """Return (app, URL) for every web app that listens on a port."""
    return tuple(
        (app.name, f"http://127.0.0.1:{ports[app.name]}/")
        for app in web_apps(project)
        if app.name in ports and app.web.upstream.socket_family == "tcp"
    )


def platform_routes(project: Project, ports: Mapping[str, int]) -> dict[str, Json]:
    """Return the document of PLATFORM_ROUTES.

    Redirects are left out: nobody answers them yet. Where two routes lead to the same local
    address (`https://{default}/` and `https://www.{default}/`), the first one stands for both.
    """
    addresses: dict[str, Address] = {}
    for address in _addresses(project, dict(app_urls(project, ports))):
        addresses.setdefault(address.url, address)
    primary = _primary(tuple(addresses.values()))
    return {url: _document(address, url == primary) for url, address in addresses.items()}


def _addresses(project: Project, urls: Mapping[str, str]) -> Iterator[Address]:
    routes = project.routes or tuple(
        Route(url="https://{default}/", type="upstream", upstream=f"{app}:http") for app in urls
    )
    for route in routes:
        app = (route.upstream or "").partition(":")[0]
        if route.type == "upstream" and app in urls:
            yield Address(route, app, urls[app] + _path_of(route.url))


def _path_of(url: str) -> str:
    """Return the path of a route URL without its first slash and with one at its end.

    In: "https://{default}/api"  Out: "api/"
    """
    path = url.partition("://")[2].partition("/")[2].strip("/")
    return f"{path}/" if path else ""


def _primary(addresses: tuple[Address, ...]) -> str | None:
    marked = [address.url for address in addresses if address.route.primary]
    return marked[0] if marked else next((address.url for address in addresses), None)


def _document(address: Address, primary: bool) -> dict[str, Json]:
    route = address.route
    settings = route.settings
    return {
        "primary": primary,
        "id": route.id,
        "production_url": address.url,
        "attributes": dict(route.attributes),
        "type": "upstream",
        "upstream": address.app,  # the name only, without the endpoint
        "original_url": route.url,
        "restrict_robots": False,
        "http_access": {"addresses": [], "basic_auth": {}},
        "cache": {**CACHE, **_mapping(settings.get("cache"))},
        "ssi": {"enabled": False, **_mapping(settings.get("ssi"))},
        "tls": {
            **TLS,
            "strict_transport_security": dict(TRANSPORT),
            **_mapping(settings.get("tls")),
        },
    }


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
