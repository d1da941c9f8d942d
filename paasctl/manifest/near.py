"""Did you mean: the known name that was probably meant."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the name in `known` that is most like `word`, or None if none is."""
    from difflib import get_close_matches

    names = sorted(known)
    found = get_close_matches(word.lower(), names, 1, 0.6)
    if found:
        return found[0]
    parts = [name for name in names if len(name) > 1 and (name in word or word in name)]
    return max(parts, key=len) if parts and word else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the hint, or "" if nothing is near."""
    name = nearest(word, known)
    return f'did you mean "{name}"?' if name else ""
