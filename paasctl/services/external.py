"""A server that runs elsewhere: from the URL that the user gives to what relationships show."""

from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from paasctl.model.json import Json
from paasctl.model.project import Service
from paasctl.model.service import Endpoint, External
from paasctl.services.configuration import custom_endpoints, mapping, text
from paasctl.services.shapes import PORTS, Shape, shape_of

ANONYMOUS = frozenset({"redis", "valkey", "solr", *PORTS})
"""Schemes of types that have no login on the platform: the example needs none either."""
UNREADABLE = "it cannot be read (in a password, write %23 for #, %2F for / and %40 for @)"


class UnusableError(Exception):
    """A text that is no URL for this type; `example` is one that would be."""

    def __init__(self, message: str, example: str) -> None:
        super().__init__(message)
        self.example = example


def external(type_name: str, url: str) -> External:
    """Return the server that `url` means for a service of this type; UnusableError if none.

    Messages quote no part of the URL behind its scheme: there may be a password in it.
    """
    shape, sample = shape_of(type_name), example(type_name)
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise UnusableError(UNREADABLE, sample) from error
    scheme = parts.scheme.lower()
    if (
        not scheme
        or not host
        or any(map(str.isspace, host))
        or not url.startswith(f"{parts.scheme}://")
    ):
        raise UnusableError("there is no scheme and host in it", sample)
    if shape.schemes and scheme not in shape.schemes:
        known = ", ".join(f"{name}://" for name in shape.schemes)
        raise UnusableError(f"{shape.title} is reached by {known}, not by {scheme}://", sample)
    port = port or PORTS.get(scheme) or next(iter(shape.endpoints.values()), 0)
    if not port:
        raise UnusableError("there is no port in it", sample)
    return External(
        address=address_of(url),
        scheme=shape.schemes.get(scheme, scheme),
        host=host,
        port=port,
        username=unquote(parts.username) if parts.username else None,
        password=None if parts.password is None else unquote(parts.password),
        path=unquote(parts.path).strip("/") or None,
        query=_query(parts, sample),
    )


def _query(parts: SplitResult, sample: str) -> Mapping[str, str]:
    if parts.fragment:
        raise UnusableError(UNREADABLE, sample)
    return dict(parse_qsl(parts.query, keep_blank_values=True))


def address_of(url: str) -> str:
    """Return the URL for showing: without user, password and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def example(type_name: str) -> str:
    """Return how a URL for this type looks."""
    shape = shape_of(type_name)
    scheme = next(iter(shape.schemes), "http")
    port = next(iter(shape.endpoints.values()), PORTS["http"])
    login = "" if shape.short or scheme in ANONYMOUS else "USER:PASSWORD@"
    return f"{scheme}://{login}HOST:{port}" + ("/NAME" if shape.location else "")


def endpoint(service: Service, found: External, name: str) -> Endpoint:
    """Return an endpoint of a service that runs elsewhere: the platform's shape, the URL's values.

    All endpoints of a service lead to the one URL, with its login; where the URL has no path,
    the endpoint's own configuration or the type's standard says it.
    """
    shape = shape_of(service.type)
    if shape.short:
        return Endpoint(rel=name, scheme=found.scheme, port=found.port, host=found.host, short=True)
    query: dict[str, Json] = {"is_master": True} if shape.master else {}
    return Endpoint(
        rel=name,
        scheme=found.scheme,
        port=found.port,
        host=found.host,
        username=found.username,
        password=shape.empty if found.password is None else found.password,
        path=found.path or _configured(shape, service, name) or shape.nothing,
        query={**query, **found.query},
    )


def _configured(shape: Shape, service: Service, name: str) -> str | None:
    """Return the path that `configuration.endpoints.<name>` means, None where it says nothing."""
    own = custom_endpoints(service) or {}
    value = text(mapping(own.get(name)).get(shape.location)) if shape.location else None
    return None if value is None else shape.prefix + value
