"""The command that gives a program a terminal; loaded by the plan, so it loads nothing itself."""

import os

import paasctl

PROGRAM = os.path.join(
    os.path.dirname(os.path.abspath(paasctl.__file__)), "terminal", "__main__.py"
)
"""Run by its path: it is a program of its own."""
LIMIT = 100
"""Bytes of a socket's path; longer ids are cut."""


def prefix(python: str, socket: str) -> tuple[str, ...]:
    """Return what stands in front of a command that is to have a terminal."""
    return (python, "-S", "-E", PROGRAM, socket, "--")


def socket_of(directory: str, instance: str, digest: str) -> str:
    """Return the path of an instance's terminal socket, which has to be short."""
    path = f"{directory}/{instance}.tty"
    return path if len(os.fsencode(path)) <= LIMIT else f"{directory}/{digest[:16]}.tty"
