"""Passwords of the project's services.

Each is derived from one secret that is made once, so asking for a password writes nothing and
the same question always has the same answer. The secret is not the project's entropy: that one
is known to every process, and a worker must not be able to work out the password of a service
to which it has no relationship (spec 04.5).
"""

from collections.abc import Callable
from os.path import join

from paasctl.host.identity import random_text
from paasctl.host.statefile import read_or_create
from paasctl.model.service import Credential
from paasctl.plan.digest import keyed_digest

Secrets = Callable[[str, str, str], Credential]


def project_secret(state_dir: str) -> str:
    """Return the secret kept in `state_dir`, made at the first call; mode 0600."""
    document = read_or_create(
        join(state_dir, "credentials.json"), lambda: {"secret": random_text(56)}
    )
    return str(document["secret"])


def secrets_of(secret: str) -> Secrets:
    """Return the function that gives the credential of (service, endpoint, username)."""

    def credential(service: str, endpoint: str, username: str) -> Credential:
        return Credential(username, keyed_digest(secret, f"{service}/{endpoint}/{username}"))

    return credential
