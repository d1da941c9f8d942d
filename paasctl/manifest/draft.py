"""A starting manifest: what was found in a folder, and the files that say it."""

from collections.abc import Mapping
from typing import NamedTuple

from paasctl.manifest.document import Data
from paasctl.manifest.endpoints import MEMORY_ONLY, STANDARD
from paasctl.manifest.write_yaml import write_yaml

Plain = dict[str, Data]


class Draft(NamedTuple):
    """An app as far as it could be guessed; empty texts for what is not known.

    `services` are type:version by name, `web` are the keys of a location beside `passthru`.
    """

    type: str
    start: str = ""
    build: tuple[str, ...] = ()
    deploy: tuple[str, ...] = ()
    flavor: str = ""
    location: Mapping[str, Data] = {"passthru": True}
    workers: Mapping[str, str] = {}
    services: Mapping[str, str] = {}


def draft_files(draft: Draft, flavour: str, learnt: tuple[str, ...]) -> dict[str, str]:
    """Return the texts of the manifests, by path relative to the project."""
    head = f"# Written by paasctl init, from {', '.join(learnt)}\n"
    upsun = flavour == "upsun"
    app = _app(draft, disk=not upsun)
    services: Plain = {name: _service(kind, not upsun) for name, kind in draft.services.items()}
    routes: Plain = {"https://{default}/": {"type": "upstream", "upstream": "app:http"}}
    if upsun:
        whole: Plain = {"applications": {"app": app}}
        if services:
            whole["services"] = services
        return {".upsun/config.yaml": head + write_yaml({**whole, "routes": routes})}
    place, name = (
        (".platform/", ".platform.app.yaml") if flavour == "platformsh" else ("", "app.yaml")
    )
    files = {name: head + write_yaml({"name": "app", **app})}
    if services:
        files[f"{place}services.yaml"] = write_yaml(services)
    return {**files, f"{place}routes.yaml": write_yaml(routes)}


def _app(draft: Draft, *, disk: bool) -> Plain:
    app: Plain = {"type": draft.type}
    if draft.services:
        app["relationships"] = {
            name: f"{name}:{STANDARD[kind.partition(':')[0]][0]}"
            for name, kind in draft.services.items()
        }
    if draft.flavor:
        app["build"] = {"flavor": draft.flavor}
    hooks = {"build": _script(draft.build), "deploy": _script(draft.deploy)}
    if any(hooks.values()):
        app["hooks"] = {name: text for name, text in hooks.items() if text}
    web: Plain = {"commands": {"start": draft.start}} if draft.start else {}
    app["web"] = {**web, "locations": {"/": dict(draft.location)}}
    if draft.workers:
        app["workers"] = {
            name: {"commands": {"start": line}} for name, line in draft.workers.items()
        }
    return app


def _script(lines: tuple[str, ...]) -> str:
    return "".join(f"{line}\n" for line in ("set -e", *lines)) if lines else ""


def _service(kind: str, disk: bool) -> Plain:
    kept = disk and kind.partition(":")[0] not in MEMORY_ONLY
    return {"type": kind, "disk": 512} if kept else {"type": kind}
