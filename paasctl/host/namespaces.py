"""Whether an instance can have mounts of its own here: tried out with the real recipe."""

import os

from paasctl.host.machinecache import MachineCache
from paasctl.host.programs import output_of
from paasctl.model.host import Namespaces, Tools
from paasctl.plan.enclosure import enclosure
from paasctl.plan.mounts import Binding


def namespaces(state_dir: str, tools: Tools, cache: MachineCache) -> Namespaces:
    """Return what the kernel lets this user do; asked once per boot (`state_dir` must exist)."""
    if not (tools.unshare and tools.mount):
        return Namespaces.NONE
    key = f"namespaces {_boot()} {os.getuid()} {tools.unshare}"
    return Namespaces(cache.answer(key, lambda: _tried(state_dir, tools)))


def _tried(state_dir: str, tools: Tools) -> str:
    candidates = [Namespaces.ROOT] if os.getuid() == 0 else []
    if tools.setpriv:
        candidates.append(Namespaces.USER)
    bound = (Binding(state_dir, state_dir),)
    for candidate in candidates:
        prefix = enclosure(tools, candidate, state_dir, bound, read_only=True)
        if output_of((*prefix, tools.shell, "-c", "exit 0")) is not None:
            return candidate
    return Namespaces.NONE


def _boot() -> str:
    """Return the kernel's id of this boot; elsewhere than on Linux there are no namespaces."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except FileNotFoundError:
        return "no boot id"
