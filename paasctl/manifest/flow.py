"""Plain data in one line of YAML, for hints: no YAML library, as hints are made before errors."""

from paasctl.manifest.document import Data
from paasctl.manifest.scalar import old_meaning, plain

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./$-")


def flow(value: Data) -> str:
    """Return `value` as YAML in flow style. In: {"a": [True, "*"]}  Out: { a: [true, '*'] }."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{flow(key)}: {flow(inner)}" for key, inner in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    bare = text and _SAFE.issuperset(text) and text[0] != "-"
    if bare and plain(text) is text and not old_meaning(text):
        return text
    return "'" + text.replace("'", "''") + "'"
