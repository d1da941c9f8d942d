"""Plain data → the text of a manifest: keys in their order, scripts as blocks, includes as tags."""

from typing import Any

import yaml

from paasctl.manifest.document import Data


class Tagged(str):
    """A value that stands for a file: `!archive` or `!include`, the file as its text."""

    __slots__ = ("kind",)
    kind: str

    @classmethod
    def of(cls, kind: str, file: str) -> "Tagged":
        """Return the value for an include of `kind` (string, binary or archive)."""
        made = cls(file)
        made.kind = kind
        return made


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, as people do, and repeats values instead of anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text.rstrip("\n") or text.endswith("\n") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _tagged(dumper: yaml.SafeDumper, value: Tagged) -> yaml.Node:
    if value.kind == "archive":
        return dumper.represent_scalar("!archive", str(value), style='"')
    pairs = {"type": value.kind, "path": str(value)}
    return dumper.represent_mapping("!include", pairs, flow_style=False)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Tagged, _tagged)


def write_yaml(data: Data) -> str:
    """Return the YAML text of `data`."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, indent=4)
