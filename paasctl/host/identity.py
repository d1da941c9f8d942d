"""The project's id and entropy: made once, kept for its life (spec 03.5)."""

import os
from os.path import join

from paasctl.host.statefile import read_or_create
from paasctl.model.host import Identity

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def random_text(characters: int) -> str:
    """Return letters and digits with five random bits each."""
    return "".join(ALPHABET[byte & 31] for byte in os.urandom(characters))


def identity(state_dir: str) -> Identity:
    """Return the identity kept in `state_dir`, made at the first call."""
    document = read_or_create(
        join(state_dir, "project.json"),
        lambda: {"project": random_text(13), "entropy": random_text(56)},
    )
    return Identity(str(document["project"]), str(document["entropy"]))
