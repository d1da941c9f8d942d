"""Mounts have space, a place of their own, and stay inside the app (rules A11, A12 of spec 13)."""

from collections.abc import Iterator, Mapping

from paasctl.manifest.document import Data
from paasctl.manifest.facts import AppFacts, Facts, error, warning
from paasctl.manifest.inherit import Effective
from paasctl.manifest.near import did_you_mean
from paasctl.manifest.plain import as_map, as_number, as_text
from paasctl.manifest.references import mount_path
from paasctl.model.position import KeyPath
from paasctl.model.problem import Note, Problem, Severity

_FIXED = ("platformsh", "plain")


def _written(app: AppFacts) -> Iterator[tuple[Effective, KeyPath, Data]]:
    """Yield each `mounts` map once, where it is written, with the first instance that has it."""
    seen: set[KeyPath] = set()
    for instance in app.instances:
        origin = instance.origins.get("mounts", ())
        if origin and origin not in seen:
            seen.add(origin)
            yield instance, origin, instance.values["mounts"]


def _source(mount: Data) -> str:
    return "local" if isinstance(mount, str) else as_text(as_map(mount).get("source")) or ""


def check_disk(facts: Facts) -> Iterator[Problem]:
    """A local mount needs the `disk` of the very instance that has it."""
    if facts.flavour not in _FIXED:
        return
    for app in facts.apps:
        seen: set[KeyPath] = set()
        for instance in app.instances:
            mounts = as_map(instance.values.get("mounts"))
            local = [path for path, mount in mounts.items() if _source(mount) == "local"]
            if not local or as_number(instance.values.get("disk")) is not None:
                continue
            path = (*instance.origins["mounts"], local[0])
            if path not in seen:
                seen.add(path)
                yield _no_disk(app, instance, path)


def _no_disk(app: AppFacts, instance: Effective, path: KeyPath) -> Problem:
    label = app.label(instance)
    notes: tuple[Note, ...] = ()
    if instance.inherited("mounts"):
        notes = (Note(app.section.key_at(*instance.at), f"{label} inherits this mount"),)
    return error(
        "mount-without-disk",
        app.section,
        path,
        f'{label} has the local mount "{path[-1]}" but no disk',
        "add  disk: 512  (MB) beside mounts",
        key=True,
        notes=notes,
    )


def check_paths(facts: Facts) -> Iterator[Problem]:
    """Two mounts at one place, a mount inside another, a place outside the app."""
    for app in facts.apps:
        for _, origin, mounts in _written(app):
            taken: dict[str, str] = {}
            around: dict[str, str] = {}
            for key in as_map(mounts):
                path = mount_path(key)
                yield from _place(app, (*origin, key), path)
                yield from _clash(app, (*origin, key), path, taken, around)
                taken.setdefault(path, key)
                for outer in _above(path):
                    around.setdefault(outer, key)


def _above(path: str) -> Iterator[str]:
    """Yield the directories that `path` lies in, the outermost last."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _place(app: AppFacts, where: KeyPath, path: str) -> Iterator[Problem]:
    if path in ("", "."):
        message = "a mount cannot cover the whole app"
        yield error("bad-value", app.section, where, message, "name a sub-folder", key=True)
    elif ".." in path.split("/"):
        message = f'the mount "{path}" leaves the app'
        yield error("path-escape", app.section, where, message, key=True)


def _clash(
    app: AppFacts, where: KeyPath, path: str, taken: Mapping[str, str], around: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield the clash with an earlier mount: the same place, one around it, one inside it.

    `taken` and `around` are the places of the earlier ones, and the directories those lie in.
    """
    same = taken.get(path)
    nested = next((taken[outer] for outer in _above(path) if outer in taken), around.get(path))
    if same is None and nested is None:
        return
    notes = (Note(app.section.key_at(*where[:-1], same or nested or ""), "the other one"),)
    if same is not None:
        message = f'"{where[-1]}" and "{same}" are the same directory'
        yield error("mount-clash", app.section, where, message, "keep one", key=True, notes=notes)
    else:
        message = f'the mounts "{where[-1]}" and "{nested}" lie inside each other'
        fix = "put them side by side: some versions of the platform refuse this"
        clash = warning("mount-clash", app.section, where, message, fix, key=True)
        yield clash._replace(notes=notes)


def check_sources(facts: Facts) -> Iterator[Problem]:
    """Each source has what it needs, and fits the family of the manifest (spec 11.3, Q41)."""
    for app in facts.apps:
        for _, origin, mounts in _written(app):
            for key, mount in as_map(mounts).items():
                where = (*origin, key)
                if isinstance(mount, str):
                    yield _former(app, where, mount)
                yield from _source_path(app, where, mount)
                if _source(mount) == "service":
                    yield from _storage_service(facts, app, where, mount)
                yield from _fits(facts, app, where, _source(mount))


def _former(app: AppFacts, where: KeyPath, mount: str) -> Problem:
    """Return the warning of a mount written as a text, the form until 2017 (spec 11.3)."""
    inside = mount.removeprefix("shared:files").strip("/")
    message = f'"{mount}" is the former way to write a mount'
    fix = f"write  {{ source: local, source_path: {inside or repr('')} }}"
    return warning("former-syntax", app.section, where, message, fix)


def _source_path(app: AppFacts, where: KeyPath, mount: Data) -> Iterator[Problem]:
    inside = as_text(as_map(mount).get("source_path")) or ""
    if ".." in inside.split("/"):
        message = f'source_path "{inside}" leaves the storage'
        yield error("path-escape", app.section, (*where, "source_path"), message)
    elif inside.startswith("/"):
        message = f'source_path "{inside}" counts from the storage, not from /'
        yield warning("path-escape", app.section, (*where, "source_path"), message)


def _storage_service(facts: Facts, app: AppFacts, where: KeyPath, mount: Data) -> Iterator[Problem]:
    name = as_text(as_map(mount).get("service"))
    if name is None:
        message = f'the mount "{where[-1]}" names no service'
        yield error("missing-key", app.section, where, message, "add  service: NAME", key=True)
    elif not facts.targets_known:
        return
    elif name not in facts.services:
        message = f'the mount "{where[-1]}": no service "{name}"'
        hint = did_you_mean(name, facts.services)
        yield error("unknown-service", app.section, (*where, "service"), message, hint)
    elif facts.service(name)[0] != "network-storage":
        message = f'"{name}" is no network-storage service'
        yield error("bad-value", app.section, (*where, "service"), message)


def _fits(facts: Facts, app: AppFacts, where: KeyPath, source: str) -> Iterator[Problem]:
    if facts.flavour == "upsun" and source == "local":
        message = f'the mount "{where[-1]}": Upsun has no local mounts'
        yield error(
            "wrong-flavour", app.section, (*where, "source"), message, "write  source: storage"
        )
    elif facts.flavour in _FIXED and source in ("storage", "instance"):
        message = f'the mount "{where[-1]}": "{source}" is known on Upsun only'
        yield warning(
            "wrong-flavour", app.section, (*where, "source"), message, "write  source: local"
        )


_PUBLIC = ("uploads", "upload", "media", "assets")


def check_unserved(facts: Facts) -> Iterator[Problem]:
    """A mount whose name says that it is for visitors, but that no location covers.

    A note only: the app may hand the files out itself.
    """
    for app in facts.apps:
        locations = as_map(as_map(app.data.get("web")).get("locations"))
        roots = [as_text(as_map(value).get("root")) for value in locations.values()]
        served = [f"{root.strip('/')}/".lstrip("/") for root in roots if root is not None]
        web = app.instances[0]
        for key in as_map(web.values.get("mounts")) if served else ():
            path = mount_path(key)
            if path.rpartition("/")[2] not in _PUBLIC or _covered(f"{path}/", served):
                continue
            message = f'no location serves the mount "{path}"'
            fix = "if visitors are to see it, put it below the root of a location"
            where = (*web.origins["mounts"], key)
            note = warning("unserved-mount", app.section, where, message, fix, key=True)
            yield note._replace(severity=Severity.NOTE)


def _covered(path: str, roots: list[str]) -> bool:
    return any(path.startswith(root) or root.startswith(path) for root in roots)
