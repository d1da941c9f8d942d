"""What `paasctl doctor` looks at on the machine: is there what paasctl needs, and what follows."""

import os
import platform
import resource
import shutil
import sys
from collections.abc import Iterator

import paasctl
from paasctl.cli.endings import size
from paasctl.cli.finding import Finding, Grade

FILES_WANTED = 1024
"""Descriptors that an engine with many clients and its processes' own needs call for."""
SPACE_LOW, SPACE_OUT = 1024**3, 100 * 1024**2
"""Bytes free below which a warning, or trouble, is due."""
PROGRAMS = {
    "sh": ("start commands, hooks", Grade.BAD),
    "bash": ("paasctl ssh", Grade.WARN),
    "git": ("PLATFORM_BRANCH, PLATFORM_TREE_ID", Grade.WARN),
}


def findings(folder: str) -> Iterator[Finding]:
    """Yield what there is to say about the machine; `folder` is where state is, or would be."""
    yield _versions()
    yield _system()
    yield from _programs()
    yield _files()
    yield _space(folder)
    if sys.platform == "linux":
        yield _children()
        yield _memory_evidence()
        yield _mounts()


def _versions() -> Finding:
    python = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "paasctl", Grade.OK, f"{paasctl.__version__} on Python {python}, {sys.executable}"
    )


def _system() -> Finding:
    text = f"{platform.system()} {platform.release()} {platform.machine()}"
    if platform.system() == "Linux":
        return Finding("system", Grade.OK, text)
    return Finding(
        "system",
        Grade.WARN,
        f"{text}: a process that makes a session of its own can outlive its instance here",
        "nothing, unless your programs do that: Linux alone can prevent it",
    )


def _programs() -> Iterator[Finding]:
    for name, (purpose, grade) in PROGRAMS.items():
        where = shutil.which(name)
        if where is None:
            yield Finding(name, grade, f"not found; needed for {purpose}", f"install {name}")
        else:
            yield Finding(name, Grade.OK, where)


def _files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    text = "unlimited" if soft == unlimited else f"{soft} for a process"
    if soft == unlimited or soft >= FILES_WANTED:
        return Finding("open files", Grade.OK, text)
    most = "unlimited" if hard == unlimited else str(hard)
    return Finding("open files", Grade.WARN, text, f"ulimit -n {FILES_WANTED} (at most {most})")


def _space(folder: str) -> Finding:
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    free = shutil.disk_usage(folder).free
    grade = Grade.BAD if free < SPACE_OUT else Grade.WARN if free < SPACE_LOW else Grade.OK
    fix = "" if grade is Grade.OK else "free some space: logs and services' data need it"
    return Finding("disk", grade, f"{size(free)} free where {folder} is", fix)


def _children() -> Finding:
    if os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
        return Finding("process trees", Grade.OK, "descendants are found at once")
    return Finding(
        "process trees", Grade.WARN, "descendants are looked for among all processes",
        "a kernel with CONFIG_PROC_CHILDREN makes that cheap",
    )  # fmt: skip


def _memory_evidence() -> Finding:
    from paasctl.supervise.oom import VMSTAT, count, log_is_readable

    subject = "out of memory"
    if count(VMSTAT) is None:
        return Finding(
            subject, Grade.WARN, f"{VMSTAT} does not count kills: SIGKILLs stay a riddle"
        )
    if log_is_readable():
        return Finding(subject, Grade.OK, "kills are told for certain, from the kernel log")
    return Finding(
        subject, Grade.WARN, "kills are told as “perhaps”: the kernel log cannot be read",
        "sysctl kernel.dmesg_restrict=0, if you want to know for certain",
    )  # fmt: skip


def _mounts() -> Finding:
    import tempfile

    from paasctl.host.machinecache import MachineCache
    from paasctl.host.namespaces import namespaces
    from paasctl.host.programs import tools
    from paasctl.model.host import Namespaces

    with tempfile.TemporaryDirectory() as folder:
        found = namespaces(folder, tools(), MachineCache(folder))
    if found is not Namespaces.NONE:
        how = "as root" if found is Namespaces.ROOT else "in a user namespace"
        return Finding("mounts", Grade.OK, f"each process gets its own, {how}")
    return Finding(
        "mounts", Grade.WARN, "mount namespaces are refused: links stand in, processes share them",
        "install util-linux (unshare, mount, setpriv), allow unprivileged user namespaces",
    )  # fmt: skip
