"""Did you mean: the known name that was probably meant."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the name in `known` that is most like `word`, or None if none is."""
    from difflib import get_close_matches

    names = {name.lower(): name for name in sorted(known)}
    asked = word.lower()
    found = get_close_matches(asked, names, 1, 0.6)
    if found:
        return names[found[0]]
    parts = [
        name
        for lower, name in names.items()
        if (len(lower) > 1 and lower in asked) or (len(asked) > 2 and asked in lower)
    ]
    return max(parts, key=len) if parts else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the hint, or "" if nothing is near."""
    name = nearest(word, known)
    return f'did you mean "{name}"?' if name else ""
