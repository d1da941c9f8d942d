"""The plain family: `app.yaml`, `services.yaml` and `routes.yaml` in the project directory."""

from paasctl.manifest.flavour import Flavour, ManifestFile, Role
from paasctl.manifest.flavours.platformsh import assemble, config_files
from paasctl.manifest.source import Tree


def find(tree: Tree) -> tuple[ManifestFile, ...]:
    """Return the files of the project, if it has an app file."""
    apps = (ManifestFile(Role.APP, "app.yaml"),) if tree.exists("app.yaml") else ()
    found = (*apps, *config_files(tree, ""))
    has_app = any(role in (Role.APP, Role.APPS) for role, _ in found)
    return found if has_app else ()


FLAVOUR = Flavour("plain", 10, ("app.yaml", "applications.yaml"), find, assemble)
