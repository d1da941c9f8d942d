"""The argument vector in front of a command that gives it mounts of its own.

Every step is an exec, so the process that was spawned becomes the program itself: its pid, its
signals and its exit status need no middleman. All paths travel as positional arguments; none
is ever part of a script. The programs have absolute paths because PATH belongs to the manifest.
"""

from paasctl.model.host import Namespaces, Tools
from paasctl.plan.mounts import Binding

CANNOT = 126
"""The exit status of an instance whose mounts could not be made; the reason is in its log."""

BIND = 'while [ "$1" != -- ]; do "$mount" --bind -- "$1" "$2" || exit 126; shift 2; done; shift; '
# The stores may lie below the app root: they are bound before it becomes read-only, and come
# along in the recursive bind with their own, still writable, mount.
FREEZE = (
    '"$mount" --rbind -- "$root" "$root" && "$mount" -o remount,bind,ro -- "$root" || exit 126; '
)
# The working directory was looked up before anything was mounted: look it up again.
ENTER = 'cd -- "$root" || exit 126; '
TAKE = "mount=$1 setpriv=$2 root=$3; shift 3; "
BECOME = 'exec "$@"'
# Without this the program would keep the capabilities that mounting needed.
BECOME_POWERLESS = 'exec "$setpriv" --inh-caps=-all --ambient-caps=-all --bounding-set=-all -- "$@"'


def enclosure(
    tools: Tools,
    namespaces: Namespaces,
    root: str,
    bound: tuple[Binding, ...],
    read_only: bool,
) -> tuple[str, ...]:
    """Return the prefix for a command that is to run in `root` and see `bound`.

    With `read_only` nothing below `root` can be written except the bindings. Empty where there
    is nothing to do or namespaces are refused.
    """
    if namespaces is Namespaces.NONE or not (bound or read_only):
        return ()
    pairs = tuple(text for binding in bound for text in (binding.store, binding.path))
    freeze = FREEZE if read_only else ""
    as_root = namespaces is Namespaces.ROOT
    script = f"{TAKE}{BIND}{freeze}{ENTER}{BECOME if as_root else BECOME_POWERLESS}"
    flags = ("--mount",) if as_root else ("--user", "--map-current-user", "--keep-caps", "--mount")
    return (
        tools.unshare, *flags, "--",
        tools.shell, "-c", script, tools.shell,
        tools.mount, tools.setpriv, root, *pairs, "--",
    )  # fmt: skip


def bound_by(enclosed: tuple[str, ...]) -> tuple[Binding, ...]:
    """Return the bindings that an enclosure makes: the inverse of `enclosure`."""
    if "-c" not in enclosed or enclosed[-1] != "--":
        return ()
    first = enclosed.index("-c") + len(("-c", "script", "$0", "mount", "setpriv", "root"))
    pairs = enclosed[first:-1]
    return tuple(Binding(store, path) for store, path in zip(pairs[::2], pairs[1::2], strict=True))
