"""Answers about this machine that cost a process to find: kept beside the project.

Every answer is stored under a key that changes with whatever could change the answer (the boot,
a program's file, a commit), so nothing ever has to be thrown away to stay true.
"""

from collections.abc import Callable
from os.path import join

from paasctl.host.statefile import read, write


class MachineCache:
    """A dictionary of texts in `.paasctl/machine.json`, written back when it has grown."""

    def __init__(self, state_dir: str) -> None:
        self._path = join(state_dir, "machine.json")
        document = read(self._path)
        answers = document.get("answers") if document else None
        self._answers: dict[str, str] = dict(answers) if isinstance(answers, dict) else {}
        self._used: dict[str, str] = {}

    def answer(self, key: str, find: Callable[[], str]) -> str:
        """Return the stored answer, or find it and remember it."""
        found = self._answers.get(key)
        self._used[key] = find() if found is None else found
        return self._used[key]

    def save(self) -> None:
        """Store the answers that were asked for since the start; the others are out of date."""
        if self._used != self._answers:
            write(self._path, {"answers": self._used})
