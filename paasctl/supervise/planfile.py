"""Reading a plan without keeping it: environments stay on the disk until a process needs its own.

A thousand environments are megabytes, and each is needed for the moment of a start only.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping

from paasctl.control.protocol import Declined
from paasctl.model.plan import InstanceSpec, Plan, plan_from_json, spec_from_json

UNUSABLE = (OSError, ValueError, KeyError, TypeError, AssertionError)
_HEAD_END = b'"instances": [\n'
_NO_INSTANCES = b'"instances": []}'


class Held:
    """A file that is kept open, also when its name goes to another one, while it is needed."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def __del__(self) -> None:
        os.close(self.fd)


class StoredEnv(Mapping[str, str]):
    """An environment that is read when it is asked for."""

    __slots__ = ("_file", "_length", "_offset")

    def __init__(self, file: Held, offset: int, length: int) -> None:
        self._file = file
        self._offset = offset
        self._length = length

    def place(self) -> tuple[int, int, int]:
        """Return where it stands: descriptor, offset and length, for a program that takes over."""
        return self._file.fd, self._offset, self._length

    def load(self) -> dict[str, str]:
        """Return the whole; ValueError if somebody has written into the file meanwhile."""
        line = os.pread(self._file.fd, self._length, self._offset)
        env = json.loads(line)["env"]
        assert isinstance(env, dict)
        return env

    def __getitem__(self, name: str) -> str:
        return self.load()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.load())

    def __len__(self) -> int:
        return len(self.load())


def environment(spec: InstanceSpec) -> dict[str, str]:
    """Return the environment to start a process with."""
    return spec.env.load() if isinstance(spec.env, StoredEnv) else dict(spec.env)


def read_plan(path: str) -> Plan:
    """Return the plan in a file, with environments that stay there; Declined if it is none."""
    try:
        with open(path, "rb") as stream:
            head = stream.readline()
            if not head.endswith(_HEAD_END):  # valid, but not laid out in lines
                return plan_from_json(json.loads(head + stream.read()))
            plan = plan_from_json(json.loads(head.removesuffix(_HEAD_END) + _NO_INSTANCES))
            specs = _specs(Held(os.open(path, os.O_RDONLY | os.O_CLOEXEC)), stream, len(head))
            return plan._replace(instances=tuple(specs))
    except UNUSABLE as error:
        raise bad_plan(path, error) from error


def _specs(file: Held, lines: Iterable[bytes], offset: int) -> Iterator[InstanceSpec]:
    for line in lines:
        if line.startswith(b"]"):
            return
        body = line.rstrip(b",\n")
        if body:
            fields = json.loads(body)
            fields["env"] = StoredEnv(file, offset, len(body))
            yield spec_from_json(fields)
        offset += len(line)


def bad_plan(path: str, error: Exception) -> Declined:
    """Return the refusal of a file that is no plan."""
    return Declined("bad-plan", f"{path} cannot be used as a plan: {error}")
