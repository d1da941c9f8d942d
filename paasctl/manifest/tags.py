"""What a node with a tag of the platform asks for: `!include`, `!archive`, `!file` (spec 01.5)."""

from typing import Final, NamedTuple

from paasctl.manifest.nodes import Node

_KINDS: Final = ("yaml", "string", "binary", "archive")
_DEFAULTS: Final = {"!include": "yaml", "!archive": "archive", "!file": "string"}


class Request(NamedTuple):
    """The kind and the path of what is asked for, or the fault of how it is asked."""

    kind: str
    target: str
    fault: str = ""
    fix: str = ""


def request(node: Node) -> Request | None:
    """Return what a tagged node asks for, None if the tag is none of the platform's."""
    default = _DEFAULTS.get(node.tag or "")
    if default is None:
        return None
    usual = f'write  {node.tag} "{"DIRECTORY" if default == "archive" else "FILE"}"'
    if node.text is not None:
        fault = "" if node.text else f"{node.tag} names no path: the path is empty"
        return Request(default, node.text, fault, usual)
    given = {key.text: value.text for key, value in node.pairs or ()}
    kind, target = given.get("type", default), given.get("path")
    if node.tag != "!include" or not target or set(given) - {"type", "path"}:
        return Request(
            default, "", f'{node.tag} needs a path, or a map with "type" and "path"', usual
        )
    if kind not in _KINDS:
        from paasctl.manifest.near import did_you_mean

        fix = did_you_mean(kind or "", _KINDS) or f"one of {', '.join(_KINDS)}"
        return Request(default, "", f'the include type "{kind}" is not known', fix)
    return Request(kind, target)


def source_root(node: Node) -> str:
    """Return `source.root` of a mapping that is an app: its includes count from there."""
    for key, value in node.pairs or ():
        if key.text == "source":
            for inner, root in value.pairs or ():
                if inner.text == "root" and root.text and root.tag is None:
                    return root.text.strip("/\\ ")
    return ""
