"""Puts on disk what a plan needs before it runs: directories, private files, links."""

import os

from paasctl.cli.exits import Exit, Refused
from paasctl.model.plan import File, Layout, Link
from paasctl.supervise.rundir import replace


def lay_out(layout: Layout) -> None:
    """Create what is missing and bring files up to date; what is right is left alone.

    Raises Refused, naming the path, where the file system says no.
    """
    try:
        for directory in layout.directories:
            os.makedirs(directory, mode=0o700, exist_ok=True)
        for file in layout.files:
            _write(file)
        for link in layout.links:
            _link(link)
    except OSError as error:
        raise Refused(
            Exit.FAILED,
            f"cannot write {error.filename}: {error.strerror}",
            fix="make the place writable, or remove what is in the way",
        ) from error


def _write(file: File) -> None:
    try:
        with open(file.path, encoding="utf-8", errors="surrogateescape") as found:
            if found.read() == file.text and os.fstat(found.fileno()).st_mode & 0o777 == file.mode:
                return
    except FileNotFoundError:
        os.makedirs(os.path.dirname(file.path), mode=0o700, exist_ok=True)
    replace(file.path, file.text, file.mode)


def _link(link: Link) -> None:
    if os.path.islink(link.path):
        if os.readlink(link.path) == link.target:
            return
        os.unlink(link.path)
    elif os.path.isdir(link.path) and not os.listdir(link.path):
        os.rmdir(link.path)
    elif os.path.exists(link.path):
        raise Refused(
            Exit.FAILED,
            f"the mount {link.path} is not empty, and this system has no mount namespaces",
            fix="move its files away: paasctl keeps a mount's files under .paasctl/mounts",
        )
    os.makedirs(os.path.dirname(link.path), exist_ok=True)
    os.symlink(link.target, link.path)
