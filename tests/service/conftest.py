"""A tiny driver: what the engine does with a service, without the engine."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pytest

from paasctl.model.project import Service
from paasctl.model.service import Credential, Missing, ServiceRequest
from paasctl.services.registry import service_type

READY_WITHIN = 60.0
STOPPED_WITHIN = 15.0


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = tuple(one.getsockname()[1] for one in sockets)
    for one in sockets:
        one.close()
    return ports


def processes_of(session):
    """Return the pids of a session's living members."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[3]) == session:
            found.append(int(name))
    return found


def until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.01)


class Server:
    """One service in its own directory: start, stop, and what is needed to reach it."""

    def __init__(self, service, root, provider=None, store=None):
        self.type = service_type(service.type)
        found = provider or self.type.find(service.version)
        if isinstance(found, Missing):
            pytest.skip(f"no server for {service.type} here: {found.hints[0]}")
        self.root, self.log = root, os.path.join(root, "log")
        self.scratch = tempfile.mkdtemp(prefix="pc")
        self.store = store if store is not None else {}
        self.process = None
        self.request = ServiceRequest(
            service=service,
            provider=found,
            ports=free_ports(self.type.ports),
            data=os.path.join(root, 'the user\'s "data"'),
            scratch=self.scratch,
            secrets=self.secret,
            root=os.getuid() == 0,
            python=sys.executable,
        )

    def secret(self, name, username):
        return self.store.setdefault(name, Credential(username, secrets.token_urlsafe(16)))

    def configure(self, **configuration):
        service = self.request.service._replace(configuration=configuration)
        self.request = self.request._replace(service=service)

    def launch(self, extra_env=None):
        self.run = self.type.run(self.request)
        for directory in self.run.directories:
            os.makedirs(directory, mode=0o700, exist_ok=True)
        for file in self.run.files:
            descriptor = os.open(file.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, file.mode)
            with open(descriptor, "w", encoding="utf-8") as handle:
                handle.write(file.text)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.run.command,
                env={**self.run.env, **(extra_env or {})},
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self, extra_env=None):
        self.launch(extra_env)
        self.wait_ready()
        return self.type.endpoint(self.request, self.endpoint_name())

    def endpoint_name(self):
        service = self.request.service
        return self.type.default(service) or self.type.endpoints(service)[0]

    def wait_ready(self):
        """Wait for the probe; fail as soon as the server has ended without being ready."""
        probe = subprocess.Popen(self.run.probe, env={}, stderr=subprocess.PIPE, text=True)
        try:
            until(
                lambda: probe.poll() is not None or self.process.poll() is not None,
                READY_WITHIN,
                lambda: f"the server is ready: {self.said()}",
            )
            assert probe.poll() == 0, self.said()
        finally:
            probe.kill()
            self.probe_said = probe.communicate()[1]

    until = staticmethod(until)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        """Stop as the engine does: the leader first, then what it leaves behind."""
        process, self.process = self.process, None
        session = process.pid
        process.send_signal(self.run.stop_signal)
        code = process.wait(STOPPED_WITHIN)
        for pid in processes_of(session):
            os.kill(pid, signal.SIGTERM)
        until(lambda: not processes_of(session), STOPPED_WITHIN, "the session is empty")
        return code

    def members(self):
        """Return the pids of the running service."""
        return processes_of(self.process.pid)

    def kill(self):
        """End everything at once, as a power cut would."""
        process, self.process = self.process, None
        if processes_of(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOPPED_WITHIN)
        until(lambda: not processes_of(process.pid), STOPPED_WITHIN, "the session is empty")

    def close(self):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.scratch, ignore_errors=True)


@pytest.fixture
def server(tmp_path):
    """Return a function that makes servers; whatever still runs at the end is ended."""
    made = []

    def make(type_name, version="1", provider=None, **service):
        root = tmp_path / f"{type_name}{len(made)}"
        root.mkdir(mode=0o755)
        one = Service(name="db", type=type_name, version=version, **service)
        made.append(Server(one, str(root), provider))
        return made[-1]

    yield make
    for one in made:
        one.close()
