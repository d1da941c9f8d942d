"""The manifest's variables as environment texts and as PLATFORM_VARIABLES (spec 03.2, 03.3)."""

import json
import re
from collections.abc import Mapping

from paasctl.model.json import Json

VALID_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

Variables = Mapping[str, Mapping[str, Json]]


def text_of(value: Json) -> str:
    """Return the environment text: strings as they are, anything else as JSON (spec 03.3)."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def environment_texts(variables: Variables) -> dict[str, str]:
    """Return the variables with prefix `env`, names in upper case.

    A null value leaves the variable unset; a name that no shell could read is left out.
    """
    return {
        name.upper(): text_of(value)
        for name, value in variables.get("env", {}).items()
        if value is not None and VALID_NAME.match(name)
    }


def unusable_names(variables: Variables) -> tuple[str, ...]:
    """Return the names under `env` that cannot be the name of an environment variable."""
    return tuple(name for name in variables.get("env", {}) if not VALID_NAME.match(name))


def platform_variables(variables: Variables) -> dict[str, Json]:
    """Return what PLATFORM_VARIABLES holds: everything without the prefix `env`."""
    return {
        f"{prefix}:{name}": value
        for prefix, entries in variables.items()
        if prefix != "env"
        for name, value in entries.items()
    }
