"""Small JSON files in `.paasctl`, whole or not at all, readable by their owner only."""

import json
import os
from collections.abc import Callable

Document = dict[str, object]
FORMAT = 1


def read(path: str) -> Document | None:
    """Return the document at `path`; None if there is none, or none that we wrote."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    known = isinstance(document, dict) and document.get("format") == FORMAT
    return document if known else None


def read_text(path: str) -> str | None:
    """Return the whole text of a file; None if there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write(path: str, document: Document) -> None:
    """Replace the file at `path`, mode 0600, in a directory that is made 0700 if need be."""
    temporary = _temporary(path, document)
    os.replace(temporary, path)


def read_or_create(path: str, make: Callable[[], Document]) -> Document:
    """Return the document at `path`, made by `make` if there is none yet.

    Of several that create it at the same time, one wins and all return the winner's document.
    A file that cannot be read, or lacks what `make` gives, is replaced.
    """
    fresh = make()
    found = _whole(path, fresh)
    if found is not None:
        return found
    temporary = _temporary(path, fresh, lasting=True)
    try:
        os.link(temporary, path)
    except FileExistsError:
        if _whole(path, fresh) is None:
            os.replace(temporary, path)
    if os.path.exists(temporary):
        os.unlink(temporary)
    _flush(os.path.dirname(path))
    created = _whole(path, fresh)
    assert created is not None
    return created


def _whole(path: str, fresh: Document) -> Document | None:
    """Return the document at `path` if it has every key of `fresh`, each of the same type."""
    found = read(path)
    if found is None or any(type(found.get(key)) is not type(fresh[key]) for key in fresh):
        return None
    return found


def _temporary(path: str, document: Document, lasting: bool = False) -> str:
    """Write a new file beside `path` and return its name; `lasting`: it outlives a power failure.

    That takes milliseconds of waiting for the disk, so it is for what cannot be made again.
    """
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    temporary = f"{path}.{os.getpid()}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump({"format": FORMAT, **document}, file, indent=1, sort_keys=True)
        file.write("\n")
        if lasting:
            file.flush()
            os.fsync(file.fileno())
    return temporary


def _flush(directory: str) -> None:
    """Have the names in a directory outlive a power failure too."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
