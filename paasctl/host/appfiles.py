"""What lies in an app's directory that decides how it is built and started."""

import os
from os.path import exists, join

from paasctl.host.statefile import read_text
from paasctl.model.host import AppFacts, Toolchain
from paasctl.model.project import App
from paasctl.plan.buildid import is_dependency_file
from paasctl.plan.digest import digest_bytes


def app_facts(root: str, state_dir: str, app: App, toolchain: Toolchain) -> AppFacts:
    """Return the facts about `app`; an app directory that does not exist has no files."""
    directory = join(root, app.root)
    environment = join(state_dir, "env", app.name, "bin", "python")
    return AppFacts(
        toolchain=toolchain,
        sources=dependency_digests(directory),
        build_record=read_text(join(state_dir, "builds", f"{app.name}.json")),
        deploy_record=read_text(join(state_dir, "deploys", f"{app.name}.json")),
        prepared=app.runtime.name != "python" or exists(environment),
        environment_file=exists(join(directory, ".environment")),
        package_json=exists(join(directory, "package.json")),
    )


def dependency_digests(directory: str) -> dict[str, str]:
    """Return a digest of the content of each dependency file of an app, by relative path."""
    paths = [name for name in _names(directory) if is_dependency_file(name)]
    paths += [
        join("requirements", name)
        for name in _names(join(directory, "requirements"))
        if name.endswith((".txt", ".in"))
    ]
    digests: dict[str, str] = {}
    for path in sorted(paths):
        try:
            with open(join(directory, path), "rb") as file:
                digests[path] = digest_bytes(file.read())
        except (FileNotFoundError, IsADirectoryError, PermissionError):
            continue  # the build itself will say so, in the tool's own words
    return digests


def _names(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError):
        return []
