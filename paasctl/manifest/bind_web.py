"""The web part of an app → a record, its former spelling included (spec 06)."""

from collections.abc import Mapping
from typing import Final

from paasctl.manifest.document import Data
from paasctl.manifest.former_web import LEGACY
from paasctl.manifest.plain import as_map, as_text, as_texts
from paasctl.model.project import Commands, Location, Rule, Settings, Upstream, Web

_LEGACY_ALLOWED: Final = (
    r"\.css$",
    r"\.js$",
    r"\.gif$",
    r"\.jpe?g$",
    r"\.png$",
    r"\.tiff?$",
    r"\.wbmp$",
    r"\.ico$",
    r"\.jng$",
    r"\.bmp$",
    r"\.svgz?$",
    r"\.webp$",
    r"\.txt$",
    r"\.xml$",
    r"\.pdf$",
    r"/robots\.txt$",
)


def bind_web(app: Mapping[str, Data], runtime: str, settings: Settings) -> Web:
    """Return the web instance; it exists in every app (spec 02.2)."""
    data = as_map(app.get("web"))
    commands = as_map(data.get("commands"))
    upstream = as_map(data.get("upstream"))
    php = runtime == "php"
    return Web(
        settings=settings,
        commands=Commands(*(as_text(commands.get(name)) for name in Commands._fields)),
        upstream=Upstream(
            as_text(upstream.get("socket_family")) or ("unix" if php else "tcp"),
            as_text(upstream.get("protocol")) or ("fastcgi" if php else "http"),
        ),
        locations=_locations(data),
    )


def _locations(data: Mapping[str, Data]) -> tuple[Location, ...]:
    if "locations" not in data and any(key in data for key in LEGACY):
        return (_legacy(data),)
    locations = as_map(data.get("locations"))
    return tuple(_location(path, as_map(value)) for path, value in locations.items())


def _location(path: str, data: Mapping[str, Data]) -> Location:
    root = as_text(data.get("root"))
    rules = as_map(data.get("rules"))
    return Location(
        path=path,
        root=None if root is None else root.strip("/"),
        passthru=_passthru(data.get("passthru")),
        indexes=_list(data.get("index")),
        expires=duration(data.get("expires")),
        allow=data.get("allow") is not False,
        scripts=data.get("scripts") is not False,
        headers=as_texts(data.get("headers")),
        rules=tuple(Rule(pattern, as_map(rule)) for pattern, rule in rules.items()),
        request_buffering=data.get("request_buffering"),
    )


def duration(value: Data) -> str:
    """Return a duration with its unit; a bare number is seconds (spec 06.7)."""
    if value is None:
        return "-1s"
    text = str(value)
    return f"{text}s" if text.lstrip("-").isdecimal() else text


def _passthru(value: Data) -> bool | str:
    return value if isinstance(value, bool | str) else False


def _list(value: Data) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _legacy(data: Mapping[str, Data]) -> Location:
    """Return the one location that the former keys describe."""
    allowed = _list(data["whitelist"]) if "whitelist" in data else _LEGACY_ALLOWED
    rules = [Rule(pattern, {"allow": True}) for pattern in allowed]
    rules += [Rule(pattern, {"allow": False}) for pattern in _list(data.get("blacklist"))]
    expires = data.get("expires")
    return Location(
        path="/",
        root=(as_text(data.get("document_root")) or "/public").strip("/"),
        passthru=_passthru(data.get("passthru", "/index.php")),
        indexes=_list(data.get("index_files")),
        expires=duration(0 if expires is None else expires),
        allow=not allowed,
        rules=tuple(rules),
    )
