"""HEAD of the project's Git repository, read from its files: `git` itself costs a process."""

import zlib
from os.path import dirname, exists, isdir, join, normpath

from paasctl.host.machinecache import MachineCache
from paasctl.host.programs import output_of
from paasctl.model.host import Git


def git_facts(root: str, cache: MachineCache) -> Git:
    """Return branch, commit and tree of the repository that `root` lies in; empty without one."""
    directory = _git_directory(root)
    head = _text(join(directory, "HEAD")) if directory else ""
    if not head:
        return Git()
    reference = head.removeprefix("ref: ") if head.startswith("ref: ") else ""
    branch = reference.removeprefix("refs/heads/")
    commit = _commit(directory, reference) if reference else head
    if not commit:
        return Git(branch=branch)
    tree = cache.answer(f"tree {commit}", lambda: _tree(root, directory, commit))
    return Git(branch, commit, tree)


def _git_directory(root: str) -> str:
    """Return the directory that holds HEAD; `.git` is a file in worktrees and submodules."""
    place = root
    while True:
        found = join(place, ".git")
        if isdir(found):
            return found
        if exists(found):
            return normpath(join(place, _text(found).removeprefix("gitdir: ")))
        if place == dirname(place):
            return ""
        place = dirname(place)


def _common(directory: str) -> str:
    """Return the directory with refs and objects, which worktrees share."""
    shared = _text(join(directory, "commondir"))
    return normpath(join(directory, shared)) if shared else directory


def _commit(directory: str, reference: str) -> str:
    common = _common(directory)
    loose = _text(join(directory, reference)) or _text(join(common, reference))
    if loose:
        return loose
    for line in _text(join(common, "packed-refs")).splitlines():
        commit, _, name = line.partition(" ")
        if name == reference:
            return commit
    return ""


def _tree(root: str, directory: str, commit: str) -> str:
    """Return the tree of a commit: from its loose object, or by asking git about a packed one."""
    loose = join(_common(directory), "objects", commit[:2], commit[2:])
    try:
        with open(loose, "rb") as file:
            content = zlib.decompress(file.read())
    except (FileNotFoundError, zlib.error):
        # Also in a checkout of another user, which git would rather not look at.
        asked = ("git", "-c", "safe.directory=*", "-C", root, "rev-parse", f"{commit}^{{tree}}")
        return (output_of(asked) or "").strip()
    return content.partition(b"\0tree ")[2][: len(commit)].decode("ascii", errors="replace")


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
