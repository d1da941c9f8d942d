"""Plain data under a narrower type: nothing where the value is of another kind.

The schema has checked the values; these functions tell the type checker, and keep the binder
total where a faulty part was cut out.
"""

from collections.abc import Mapping

from paasctl.manifest.document import Data


def as_map(value: Data) -> Mapping[str, Data]:
    """Return a map, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_maps(value: Data) -> Mapping[str, Mapping[str, Data]]:
    """Return a map of maps."""
    return {name: as_map(inner) for name, inner in as_map(value).items()}


def as_text(value: Data) -> str | None:
    """Return a text, None for anything else."""
    return value if isinstance(value, str) else None


def as_texts(value: Data) -> Mapping[str, str]:
    """Return a map of texts; numbers and booleans as YAML writes them."""
    texts: dict[str, str] = {}
    for name, inner in as_map(value).items():
        if isinstance(inner, bool):
            texts[name] = str(inner).lower()
        elif isinstance(inner, str | int | float):
            texts[name] = str(inner)
    return texts


def as_number(value: Data) -> int | None:
    """Return a whole number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value)
