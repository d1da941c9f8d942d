"""Which instance `--worker`, `--app` and `--instance` mean: the platform's rules (spec 08.1)."""

from collections.abc import Sequence

from paasctl.cli.exits import Exit, Refused
from paasctl.model.plan import InstanceSpec, Kind

ENTERED = (Kind.WEB, Kind.WORKER)
"""What the platform lets one log in to."""


def target(
    instances: Sequence[InstanceSpec],
    worker: str | None,
    app: str | None,
    replica: int | None = None,
) -> InstanceSpec:
    """Return the instance to enter; Refused (2, 4) with the platform's texts."""
    candidates = [spec for spec in instances if spec.kind in ENTERED]
    found = _web(candidates, app) if worker is None else _worker(candidates, worker, app)
    if replica is None or replica == 1:
        return found
    wanted = f"{base(found.id)}.{replica}"
    for spec in candidates:
        if spec.id == wanted:
            return spec
    raise _unknown(f"there is no {wanted!r}", candidates)


def base(identity: str) -> str:
    """Return the id without its replica number. In: app--queue.2  Out: app--queue."""
    stem, dot, number = identity.rpartition(".")
    return stem if dot and number.isdecimal() else identity


def _worker(candidates: Sequence[InstanceSpec], worker: str, app: str | None) -> InstanceSpec:
    workers = [spec for spec in candidates if spec.kind is Kind.WORKER]
    if "--" in worker:
        if app is not None and worker.partition("--")[0] != app:
            raise Refused(Exit.USAGE, f'App name "{app}" conflicts with worker name "{worker}"')
        matching = [spec for spec in workers if worker in (spec.id, base(spec.id))]
    elif app is not None:
        matching = [s for s in workers if f"{app}--{worker}" in (s.id, base(s.id))]
        if not matching:
            raise _unknown(f"Worker not found: {worker} (in app: {app})", workers)
    else:
        ends = (f"--{worker}",)
        matching = [s for s in workers if s.id.endswith(ends) or base(s.id).endswith(ends)]
    if not matching:
        raise _unknown(f"Worker not found: {worker}", workers)
    owners = sorted({base(spec.id) for spec in matching})
    if len(owners) > 1:
        message = f"Ambiguous worker name: {worker} (matches: {', '.join(owners)})"
        raise Refused(Exit.UNKNOWN_NAME, message, fix=f"--app or --worker={owners[0]}")
    return matching[0]


def _web(candidates: Sequence[InstanceSpec], app: str | None) -> InstanceSpec:
    apps = [spec for spec in candidates if spec.kind is Kind.WEB]
    names = sorted({spec.app for spec in candidates if spec.app})
    if app is not None:
        if app not in names:
            raise _unknown(f"Application not found: {app}", apps)
        apps = [spec for spec in apps if spec.app == app]
    if not apps:
        raise _unknown("there is no web instance: name a worker with --worker", candidates)
    if len(apps) > 1:
        raise _unknown(
            "Specifying the --app or --worker is required: there are several", candidates
        )
    return apps[0]


def _unknown(message: str, known: Sequence[InstanceSpec]) -> Refused:
    lines = tuple(f"  {spec.id}" for spec in known)
    return Refused(Exit.UNKNOWN_NAME, message, lines=("there are:", *lines) if lines else ())
