"""A key path as text."""

from paasctl.model.position import KeyPath


def dotted(path: KeyPath) -> str:
    """Return a path for people. In: ("a", 0, "b")  Out: a[0].b."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text
