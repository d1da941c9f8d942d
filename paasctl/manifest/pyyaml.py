"""Importing PyYAML without compiling regular expressions that are never asked anything.

PyYAML compiles a dozen when it is imported, for its own parser and its loaders. We read libyaml's
events, and use neither. One of them, the characters that may not be printed, has a range of a
million and alone costs one and a half times what `python3 -c pass` does.
"""

import re
import sys


class Later:
    """A regular expression that is compiled when it is first used, and then is the real one."""

    __slots__ = ("_arguments", "_pattern")

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._arguments = (pattern, flags)
        self._pattern: re.Pattern[str] | None = None

    def __getattr__(self, name: str) -> object:
        """Return what the compiled one has: its methods and attributes."""
        if self._pattern is None:
            self._pattern = re.compile(*self._arguments)
        return getattr(self._pattern, name)


def import_pyyaml() -> None:
    """Import `yaml`, if it is not yet; what it compiles meanwhile is compiled when it is used.

    For the length of the import `re.compile` is another function: nothing else runs meanwhile,
    because we are one thread. Whoever uses PyYAML's own parser or loaders notices nothing.
    """
    if "yaml" in sys.modules:
        return
    compile_now = re.compile
    re.compile = Later  # type: ignore[assignment]  # quacks as patterns do
    try:
        import yaml  # noqa: F401 -- for whoever imports it next
    finally:
        re.compile = compile_now
