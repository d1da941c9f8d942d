import psutil
import pytest

pytestmark = pytest.mark.service


@pytest.mark.parametrize(
    "type_name", ["mariadb", "postgresql", "redis", "valkey", "rabbitmq", "memcached", "influxdb"]
)
def test_nobody_else_can_reach_it(server, type_name):
    one = server(type_name, version="1" if type_name == "influxdb" else "15")
    endpoint = one.start()
    listening = {
        connection.laddr
        for pid in one.members()
        for connection in psutil.Process(pid).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert ("127.0.0.1", endpoint.port) in {tuple(address) for address in listening}
    assert {address.ip for address in listening} <= {"127.0.0.1", "::1"}
    assert {address.port for address in listening} <= set(one.request.ports)
