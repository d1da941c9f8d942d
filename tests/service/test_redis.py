import socket

import pytest

from paasctl.model.service import Grade
from paasctl.services import redis

pytestmark = pytest.mark.service


def ask(port, *words):
    from paasctl.probes.redis import request

    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(request(*words))
        return connection.recv(65536)


@pytest.mark.parametrize("type_name", ["redis-persistent", "valkey-persistent"])
def test_a_persistent_one_keeps_its_data(server, type_name):
    one = server(type_name, disk=256)
    endpoint = one.start()
    assert (endpoint.scheme, endpoint.username, endpoint.path) == (
        type_name.split("-", maxsplit=1)[0],
        None,
        None,
    )
    assert ask(endpoint.port, "SET", "greeting", "hello") == b"+OK\r\n"
    assert one.stop() == 0
    one.start()
    assert ask(endpoint.port, "GET", "greeting") == b"$5\r\nhello\r\n"
    assert one.stop() == 0


@pytest.mark.parametrize("type_name", ["redis", "valkey"])
def test_a_cache_forgets_and_evicts_by_the_configured_policy(server, type_name):
    one = server(type_name, configuration={"maxmemory_policy": "volatile-ttl"})
    endpoint = one.start()
    assert b"volatile-ttl" in ask(endpoint.port, "CONFIG", "GET", "maxmemory-policy")
    ask(endpoint.port, "SET", "greeting", "hello")
    one.stop()
    one.start()
    assert ask(endpoint.port, "GET", "greeting") == b"$-1\r\n"


def test_the_server_listens_on_loopback_alone(server):
    one = server("redis")
    endpoint = one.start()
    assert b"bind\r\n$9\r\n127.0.0.1\r\n" in ask(endpoint.port, "CONFIG", "GET", "bind")


def test_the_embedded_server_is_found_without_any_installed_one(monkeypatch):
    monkeypatch.setattr("paasctl.services.programs.executables", lambda *_: ())
    found = redis.find_redis("7.0")
    assert found.grade is Grade.EMBEDDED
    assert found.version.endswith("-Valkey")
