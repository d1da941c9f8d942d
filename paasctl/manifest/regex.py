"""Whether a regular expression can be one: what no engine accepts, found without compiling it.

The platform's are PCRE, which Python's `re` does not read in full (`(?<name>`, `(?i)` inside):
compiling them here would refuse good ones, and costs more than the rest of the check.
"""

from typing import Final

_REPEATS: Final = frozenset("*+?")
_NAMED: Final = frozenset(
    [
        "alnum",
        "alpha",
        "ascii",
        "blank",
        "cntrl",
        "digit",
        "graph",
        "lower",
        "print",
        "punct",
        "space",
        "upper",
        "word",
        "xdigit",
    ]
)
"""The character classes that PCRE knows by name (pcrepattern(3), "POSIX character classes")."""


def fault(pattern: str) -> str:
    """Return what is wrong with `pattern`, "" if nothing is."""
    opened = 0
    index = 0
    start = True  # nothing stands here yet that could be repeated
    while index < len(pattern):
        letter = pattern[index]
        step, wrong = _step(pattern, index)
        if letter in _REPEATS and start and not _verb(pattern, index):
            wrong = f'has nothing to repeat before "{letter}"'
        opened += (letter == "(") - (letter == ")")
        if opened < 0:
            wrong = 'has a ")" that was never opened'
        if wrong:
            return wrong
        start = letter in "(|"
        index += step
    return 'has a "(" that is never closed' if opened else ""


def _step(pattern: str, index: int) -> tuple[int, str]:
    """Return how many characters belong together at `index`, and what is wrong with them."""
    letter = pattern[index]
    if letter == "\\":
        return 2, "" if index + 1 < len(pattern) else "ends in a single backslash"
    if letter == "[":
        end, wrong = _class(pattern, index + 1)
        return end + 1 - index, wrong
    if letter == "(" and pattern.startswith("?", index + 1):
        return 2, ""  # (?: (?= (?<name> ...
    return 1, ""


def _verb(pattern: str, index: int) -> bool:
    """Return whether the star begins a word to the engine, such as (*UTF8)."""
    return pattern[index - 1 : index] == "(" and pattern[index + 1 : index + 2].isupper()


def _class(pattern: str, index: int) -> tuple[int, str]:
    """Return where the character class that begins at `index` ends, and what is wrong in it."""
    index += pattern.startswith("^", index)
    first = index
    while index < len(pattern):
        letter = pattern[index]
        if letter == "]" and index > first:
            return index, ""
        if named := _named_class(pattern, index):
            index += named - 1
        elif letter == "\\":
            index += 1
        elif _backwards(pattern[index : index + 3]):
            return index, f'has the range "{pattern[index : index + 3]}" backwards'
        index += 1
    return index, 'has a "[" that is never closed'


def _named_class(pattern: str, index: int) -> int:
    """Return the length of the "[:alpha:]" or "[:^alpha:]" that begins there, 0 if none does."""
    if not pattern.startswith("[:", index):
        return 0
    end = pattern.find(":]", index + 2)
    name = pattern[index + 2 : end].removeprefix("^")
    return end + 2 - index if name in _NAMED else 0


def _backwards(span: str) -> bool:
    """Return whether "z-a" is written. A class's end or an escape is no end of a range."""
    return len(span) == 3 and span[1] == "-" and span[2] not in "]\\[" and span[0] > span[2]
