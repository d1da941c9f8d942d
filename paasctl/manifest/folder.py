"""A project's own files, read for what `paasctl init` can learn from them."""

import json
import re
from typing import Final

from paasctl.manifest.document import Data, parse
from paasctl.manifest.include import Includer
from paasctl.manifest.plain import as_map
from paasctl.manifest.source import Tree
from paasctl.model.problem import Problem

COMPOSE: Final = (
    *("docker-compose.yml", "docker-compose.yaml", "compose.yaml", "compose.yml"),
    "docker-compose.override.yml",
)
_NAME: Final = r"^\s*([A-Za-z0-9][\w.-]*)"


class Folder:
    """The files at the top of a project; `used` are those that something was learnt from."""

    def __init__(self, root: str) -> None:
        self.tree = Tree(root)
        self.used: list[str] = []

    def has(self, name: str) -> bool:
        """Return whether there is such a file or directory."""
        return self.tree.exists(name)

    def text(self, name: str) -> str:
        """Return a file's text, "" where it is absent or unreadable."""
        content = self.tree.read(name) if self.has(name) else ""
        if isinstance(content, Problem) or not content:
            return ""
        if name not in self.used:
            self.used.append(name)
        return content

    def json(self, name: str) -> dict[str, Data]:
        """Return a JSON file's object, {} where there is none."""
        try:
            content = json.loads(self.text(name) or "{}")
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}

    def yaml(self, name: str) -> dict[str, Data]:
        """Return a YAML file's map, {} where there is none."""
        text = self.text(name)
        document = parse(name, text, Includer(self.tree, (name,))).document if text else None
        return document.data if document and isinstance(document.data, dict) else {}

    def procfile(self) -> dict[str, str]:
        """Return the commands of the Procfile by name."""
        lines = (line.partition(":") for line in self.text("Procfile").splitlines())
        return {
            name.strip(): command.strip()
            for name, colon, command in lines
            if colon and command.strip() and not name.strip().startswith("#")
        }

    def composed(self) -> dict[str, Data]:
        """Return the services of the compose file, {} where there is none."""
        name = next(filter(self.has, COMPOSE), None)
        return dict(as_map(self.yaml(name).get("services"))) if name else {}

    def packages(self) -> set[str]:
        """Return the names of the packages that the project depends on, in lower case."""
        node = self.json("package.json")
        names = {*as_map(node.get("dependencies"))}
        names |= {*as_map(self.json("composer.json").get("require"))}
        for line in self.text("requirements.txt").splitlines():
            names.update(re.findall(_NAME, line))
        names.update(self._pyproject())
        names.update(re.findall(r"^\s*gem\s+[\"']([\w-]+)", self.text("Gemfile"), re.MULTILINE))
        return {name.lower() for name in names}

    def _pyproject(self) -> list[str]:
        import tomllib

        try:
            content = tomllib.loads(self.text("pyproject.toml"))
        except tomllib.TOMLDecodeError:
            return []
        project = as_map(content.get("project"))
        poetry = as_map(as_map(as_map(content.get("tool")).get("poetry")).get("dependencies"))
        listed = project.get("dependencies")
        lines = [str(line) for line in listed] if isinstance(listed, list) else []
        return [*poetry, *(name for line in lines for name in re.findall(_NAME, line))]
