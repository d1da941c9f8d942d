"""Servers that came as Python packages (`pip install 'paasctl[embedded]'`)."""

import os
import sys


class Package:
    """Where an installed package lies and which version it is; nothing of it is imported."""

    __slots__ = ("directory", "version")

    def __init__(self, directory: str, version: str) -> None:
        self.directory = directory
        self.version = version


def installed(module: str) -> Package | None:
    """Return the package `module` if it is installed beside paasctl.

    Directories are looked at, `importlib.metadata` is not asked: importing it costs more than
    the look.
    """
    for place in sys.path:
        directory = os.path.join(place or ".", module)
        if os.path.isfile(os.path.join(directory, "__init__.py")):
            return Package(os.path.abspath(directory), _version(place or ".", module))
    return None


def _version(place: str, module: str) -> str:
    """Return the version in the name of `module-VERSION.dist-info`, or ""."""
    prefix, suffix = f"{module}-", ".dist-info"
    for name in os.listdir(place):
        if name.startswith(prefix) and name.endswith(suffix):
            return name[len(prefix) : -len(suffix)]
    return ""
