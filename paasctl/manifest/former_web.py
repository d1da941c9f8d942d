"""The keys of web from before `locations` (spec 06.8)."""

from typing import Final

LEGACY: Final = (
    *("document_root", "passthru", "index_files", "whitelist", "blacklist", "expires"),
    "move_to_root",
)
