"""What a file is that was named by hand and whose name does not tell."""

import os
from collections.abc import Sequence
from typing import Final

from paasctl.manifest.discover import Found
from paasctl.manifest.document import Data, Document
from paasctl.manifest.endpoints import STANDARD
from paasctl.manifest.flavour import ManifestFile, Role
from paasctl.manifest.flavours import upsun
from paasctl.manifest.plain import as_map, as_text

Read = Sequence[tuple[ManifestFile, Document]]
_TELLING: Final = (".platform.app.yaml", "app.yaml")
_APP_KEYS: Final = ("name", "type", "stack", "web", "workers")


def recognised(found: Found, documents: Read) -> tuple[Found, list[tuple[ManifestFile, Document]]]:
    """Return the files with the role that their content shows, and the family that has it."""
    known = [(_with_role(entry, document), document) for entry, document in documents]
    if any(entry.role is Role.ALL for entry, _ in known):
        found = found._replace(flavour=upsun.FLAVOUR)
    roles = {entry.file: entry for entry, _ in known}
    files = tuple(roles.get(entry.file, entry) for entry in found.files)
    return found._replace(files=files), known


def _with_role(entry: ManifestFile, document: Document) -> ManifestFile:
    if entry.role is not Role.APP or os.path.basename(entry.file) in _TELLING:
        return entry
    return entry._replace(role=_role(document.data))


def _role(data: Data) -> Role:
    if isinstance(data, list):
        return Role.APPS
    given = as_map(data)
    if "applications" in given:
        return Role.ALL
    if not given or any(key in given for key in _APP_KEYS):
        return Role.APP
    if all(key.startswith(("http://", "https://")) for key in given):
        return Role.ROUTES
    types = [
        (as_text(as_map(value).get("type")) or "").partition(":")[0] for value in given.values()
    ]
    if all(name in STANDARD for name in types):
        return Role.SERVICES
    return Role.APPS if all(types) else Role.APP
