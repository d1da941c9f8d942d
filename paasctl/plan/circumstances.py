"""What all instances of one deployment have in common, worked out once."""

import re
from collections.abc import Mapping
from posixpath import join, normpath
from typing import NamedTuple

from paasctl.model.host import AppFacts, HostFacts
from paasctl.model.json import Json
from paasctl.model.plan import Kind
from paasctl.model.project import App, Project
from paasctl.plan.buildid import Build
from paasctl.plan.digest import digest
from paasctl.plan.relationships import Item


class Circumstances(NamedTuple):
    """The project, the machine, and what follows from both for every instance.

    `items` maps (service, endpoint) to its relationship item; `routes` is PLATFORM_ROUTES;
    `builds` maps an app to what its build depends on and to the id that follows from it.
    """

    project: Project
    facts: HostFacts
    items: Mapping[tuple[str, str], Item]
    routes: Mapping[str, Json]
    builds: Mapping[str, Build]

    def app_dir(self, app: App) -> str:
        """Return the absolute directory of the app: the user's own checkout."""
        return normpath(join(self.project.root, app.root))

    def app(self, app: App) -> AppFacts:
        """Return what is known about the app on this machine."""
        return self.facts.apps.get(app.name, AppFacts())

    def state(self, *parts: str) -> str:
        """Return a path inside `.paasctl`."""
        return join(self.facts.state_dir, *parts)

    def marker(self, kind: Kind, instance: str) -> str:
        """Return the text by which processes of an instance are recognised; format fixed."""
        return f"{self.facts.state_dir}|{kind}|{instance}"

    @property
    def branch(self) -> str:
        """The Git branch; a project without one runs in the environment `main`."""
        return self.facts.git.branch or "main"

    @property
    def environment(self) -> str:
        """The machine name of the environment (spec 10.11)."""
        return environment_name(self.branch)

    @property
    def cluster(self) -> str:
        """What relationship items call the cluster (spec 05.1)."""
        return f"{self.facts.identity.project}-{self.environment}"

    @property
    def tree(self) -> str:
        """The Git tree; a project without one gets a name of the same shape."""
        return self.facts.git.tree or digest(self.facts.identity.project, 40)


def environment_name(branch: str) -> str:
    """Return the branch in lower case, sanitised, with seven characters that keep it unique.

    In: "feature/X"  Out: "feature-x-" and seven hexadecimal digits
    """
    words = re.sub(r"[^a-z0-9]+", "-", branch.lower()).strip("-")
    return f"{words or 'branch'}-{digest(branch, 7)}"
