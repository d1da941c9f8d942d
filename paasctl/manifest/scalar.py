"""What a YAML scalar means: the YAML 1.2 core reading, and text wherever YAML 1.1 differs.

Versions and clock times are the usual victims of YAML 1.1 (`12:30` is 750 there, `010` is 8,
`on` is true). A manifest that means text must not change its meaning by the parser.
"""

import re
from typing import Final

_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE: Final = frozenset(("true", "True", "TRUE"))
_FALSE: Final = frozenset(("false", "False", "FALSE"))
_FLOAT: Final = r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_OLD_BOOL: Final = frozenset(("y", "n", "yes", "no", "on", "off"))
_OLD_INT: Final = r"[-+]?(?:0x[0-9a-fA-F]+|0[0-7]+|[0-9]+(?::[0-5]?[0-9])+|[0-9]+(?:_[0-9]+)+)"
_DIGITS: Final = 18
"""Longer ones are no numbers that JSON and other programs agree on."""
_PREFIX: Final = "tag:yaml.org,2002:"

Scalar = str | int | float | bool | None


def plain(text: str) -> Scalar:
    """Return the value of an unquoted, untagged scalar."""
    if text in _NULL:
        return None
    first = text[0]
    if first in "tTfF":
        return True if text in _TRUE else False if text in _FALSE else text
    if first not in "-+.0123456789":
        return text
    digits = text[1:] if first in "-+" else text
    if digits.isdecimal() and digits.isascii():
        return int(text) if len(digits) <= _DIGITS and (digits[0] != "0" or digits == "0") else text
    return float(text) if re.fullmatch(_FLOAT, text) else text


def old_meaning(text: str) -> str:
    """Return what YAML 1.1 would make of unquoted `text` that we keep as text, or ""."""
    if text.lower() in _OLD_BOOL and len(text) > 1:
        return "true" if text.lower() in ("yes", "on") else "false"
    if text[:1] not in "-+0123456789" or not re.fullmatch(_OLD_INT, text):
        return ""
    if text.strip("0:") == "":
        return ""
    if ":" in text:
        total = 0
        for digits in text.lstrip("+-").split(":"):
            total = total * 60 + int(digits)
        return f"the number {total}"
    if "x" in text:
        return f"the number {int(text, 16)}"
    return "the number " + str(int(text.replace("_", ""), 8 if "_" not in text else 10))


def tagged(tag: str, text: str) -> Scalar:
    """Return the value of a scalar with a standard tag such as `!!int`.

    Raises ValueError if the text does not fit the tag, KeyError if the tag is not known.
    """
    kind = tag.removeprefix(_PREFIX)
    if tag in ("!", _PREFIX + "str"):
        return text
    value = plain(text)
    wanted: tuple[type, ...] = {
        "int": (int,),
        "float": (int, float),
        "bool": (bool,),
        "null": (type(None),),
    }[kind]
    if type(value) in wanted:
        return value
    raise ValueError(f'"{text}" does not fit the tag !!{kind}')
