"""Values of the engine as JSON and back, whatever their types: records, enums, sets, environments.

Made for one reader and one writer: the engine's old program and its new one. A record keeps its
fields by name, so that each may know fields which the other does not: what is missing takes its
default, what is unknown is left out. Only classes of this package are ever looked up.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from enum import Enum

from paasctl.supervise.planfile import Held, StoredEnv

PACKAGE = "paasctl."
Remake = Callable[[dict[str, object]], object]
"""Makes an object from its saved slots; what it does not set keeps the saved value."""


def encode(value: object) -> object:
    """Return a JSON value that `Decoder` turns back; TypeError for what cannot be handed over."""
    if isinstance(value, Enum):
        return ["enum", _name(type(value)), value.name]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, StoredEnv):
        return ["stored", *value.place()]
    if isinstance(value, bytes | bytearray):
        return ["bytes", value.hex()]
    if isinstance(value, Mapping):
        return ["dict", [[encode(key), encode(item)] for key, item in value.items()]]
    return _composite(value)


def _composite(value: object) -> object:
    fields = getattr(value, "_fields", None)
    if isinstance(value, tuple) and fields is not None:
        return ["record", _name(type(value)), _by_name(value, fields)]
    if isinstance(value, frozenset | set):
        return [type(value).__name__, [encode(item) for item in sorted(value)]]
    if isinstance(value, tuple | list):
        return [type(value).__name__, [encode(item) for item in value]]
    slots = getattr(type(value), "__slots__", None)
    if not slots:
        raise TypeError(f"a {type(value).__name__} cannot be handed over")
    return ["object", _name(type(value)), _by_name(value, slots)]


def _by_name(value: object, names: Iterable[str]) -> dict[str, object]:
    return {name: encode(getattr(value, name)) for name in names}


def _name(kind: type) -> str:
    if not kind.__module__.startswith(PACKAGE):
        raise TypeError(f"a {kind.__module__}.{kind.__qualname__} cannot be handed over")
    return f"{kind.__module__}:{kind.__qualname__}"


class Decoder:
    """Turns back what `encode` made. `remake` makes objects with slots, by their class's name.

    With `dry`, descriptors are left alone: a trial in a process that does not have them.
    """

    def __init__(self, remake: Mapping[str, Remake], dry: bool = False) -> None:
        self._remake = remake
        self._dry = dry
        self._held: dict[int, Held] = {}
        self._by_kind: dict[str, Callable[..., object]] = {
            "tuple": lambda items: tuple(self._items(items)),
            "list": self._items,
            "set": lambda items: set(self._items(items)),
            "frozenset": lambda items: frozenset(self._items(items)),
            "bytes": bytes.fromhex,
            "dict": self._dict,
            "enum": self._enum,
            "record": self._record,
            "object": self._object,
            "stored": self._stored,
        }

    def decode(self, data: object) -> object:
        """Return the value; ValueError or TypeError where this program cannot understand it."""
        if not isinstance(data, list):
            return data
        kind, *rest = data
        if kind not in self._by_kind:
            raise ValueError(f"something that this version does not know is handed over: {kind!r}")
        return self._by_kind[kind](*rest)

    def _dict(self, items: Iterable[tuple[object, object]]) -> object:
        return {self.decode(key): self.decode(item) for key, item in items}

    def _enum(self, name: str, member: str) -> object:
        return _known(name, Enum)[member]  # type: ignore[index]  # it is an Enum

    def _items(self, items: Iterable[object]) -> list[object]:
        return [self.decode(item) for item in items]

    def _record(self, name: str, data: Mapping[str, object]) -> object:
        kind = _known(name, tuple)
        known = getattr(kind, "_fields", ())
        return kind(**{key: self.decode(item) for key, item in data.items() if key in known})

    def _object(self, name: str, data: Mapping[str, object]) -> object:
        kind = _known(name, object)
        fields = {key: self.decode(item) for key, item in data.items() if key in _slots(kind)}
        made = self._remake[name](fields)
        for key, item in fields.items():
            setattr(made, key, item)
        return made

    def _stored(self, fd: int, offset: int, length: int) -> Mapping[str, str]:
        if self._dry:
            return {}
        if fd not in self._held:
            self._held[fd] = Held(fd)
        return StoredEnv(self._held[fd], offset, length)


def _slots(kind: type) -> tuple[str, ...]:
    return tuple(getattr(kind, "__slots__", ()))


def _known(name: str, base: type) -> type:
    module, _, attribute = name.partition(":")
    if not module.startswith(PACKAGE):
        raise ValueError(f"{name} is handed over, which is not ours")
    found = getattr(importlib.import_module(module), attribute)
    if not issubclass(found, base):
        raise TypeError(f"{name} is handed over, and is something else in this version")
    assert isinstance(found, type)
    return found
