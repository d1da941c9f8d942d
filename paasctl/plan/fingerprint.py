"""A digest of everything that makes up an instance: it differs when a restart would."""

import json

from paasctl.model.plan import File, InstanceSpec
from paasctl.plan.digest import digest


def with_fingerprint(spec: InstanceSpec, files: tuple[File, ...] = ()) -> InstanceSpec:
    """Return `spec` with its fingerprint; `files` are configuration that its process reads.

    The stamp is left out: it says what a hook did, not what the hook is.
    """
    content = {**spec._asdict(), "stamp": None, "fingerprint": "", "files": files}
    return spec._replace(fingerprint=digest(json.dumps(content, sort_keys=True)))
