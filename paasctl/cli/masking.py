"""Keeps secrets out of what is shown and handed on: environments, logs, journals.

Two rules. A variable whose name says that it is secret, or that carries relationships, is hidden
whole. And every password that paasctl has made, or that stands in a relationship or in the user
part of a URL, is hidden wherever it turns up, also inside other texts.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from glob import glob
from urllib.parse import quote, unquote

from paasctl.cli.running import Place
from paasctl.model.plan import Plan

HIDDEN = "***"
SHORTEST = 6
"""Characters below which a text is not looked for elsewhere: it would hide words by chance."""
_NAME = re.compile(
    r"PASS(WORD|WD|PHRASE)|(^|_)PASS(_|$)|PWD$|SECRET|TOKEN|CREDENTIAL|ENTROPY|PRIVATE|SIGNATURE|SALT(_|$)"
    r"|(^|_)(API|ACCESS|AUTH|CRYPT|ENCRYPTION|SIGNING|APP|MASTER|STRIPE)?_?KEYS?(_|$)|DSN(_|$)",
    re.IGNORECASE,
)
_WHOLE = frozenset({"PLATFORM_RELATIONSHIPS", "PLATFORM_VARIABLES", "PLATFORM_APPLICATION"})
"""Documents in base64, in which passwords and the user's variables stand."""
_USERINFO = re.compile(r"(?<=://)([^/\s:@]*):([^/\s@]+)@")
_MADE = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{32}(?![0-9a-zA-Z])")
"""What host/credentials.py makes: 32 hexadecimal digits."""
LARGEST = 1024 * 1024
"""Bytes of a settings file that are read."""
_NOT_SECRET = frozenset({"PWD", "OLDPWD"})


def is_secret(name: str) -> bool:
    """Return whether the name of a variable says that its value is nobody else's business."""
    return name not in _NOT_SECRET and (name in _WHOLE or bool(_NAME.search(name)))


class Secrets:
    """Everything that must not be seen."""

    def __init__(self, texts: Iterable[str]) -> None:
        long = {text for text in texts if len(text) >= SHORTEST}
        long |= {quote(text, safe="") for text in long}
        pattern = "|".join(re.escape(text) for text in sorted(long, key=len, reverse=True))
        self._found = re.compile(pattern) if pattern else None

    def hide(self, text: str) -> str:
        """Return the text without secrets and without the passwords of URLs."""
        if self._found is not None:
            text = self._found.sub(HIDDEN, text)
        return _USERINFO.sub(rf"\1:{HIDDEN}@", text)

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """Return an environment for showing: secret variables whole, others without secrets."""
        return {
            name: HIDDEN if is_secret(name) and value else self.hide(value)
            for name, value in env.items()
        }


def secrets_of(place: Place, plan: Plan | None) -> Secrets:
    """Return the secrets of a project: those of its plan, and what its passwords come from."""
    found: set[str] = set()
    for spec in () if plan is None else plan.instances:
        for name, value in spec.env.items():
            found.update(_in_variable(name, value))
    for path in glob(place.file("data", "*", "settings", "**"), recursive=True):
        found.update(_in_settings(path))
    for file, key in (("credentials.json", "secret"), ("project.json", "entropy")):
        found.update(_in_file(place.file(file), key))
    return Secrets(found)


def _in_variable(name: str, value: str) -> Iterator[str]:
    if is_secret(name):
        yield value
    if name in _WHOLE:
        yield from _passwords(_decoded(value))
    for match in _USERINFO.finditer(value):
        yield unquote(match[2])


def _decoded(value: str) -> object:
    try:
        return json.loads(base64.b64decode(value))
    except (binascii.Error, ValueError):
        return None


def _passwords(document: object) -> Iterator[str]:
    """Yield the texts under names that say they are secret, however deep."""
    if isinstance(document, dict):
        for name, value in document.items():
            if isinstance(value, str) and is_secret(str(name)):
                yield value
            yield from _passwords(value)
    elif isinstance(document, list):
        for item in document:
            yield from _passwords(item)


def _in_settings(path: str) -> Iterator[str]:
    """Yield the passwords that we have written for a server: they all look alike."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            yield from _MADE.findall(file.read(LARGEST))
    except OSError:  # a directory, or just gone
        return


def _in_file(path: str, key: str) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError):  # not made yet, or spoilt: then nothing derives from it
        return
    if isinstance(document, dict) and isinstance(document.get(key), str):
        yield document[key]
