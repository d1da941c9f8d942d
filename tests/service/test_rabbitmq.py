import psutil
import pytest

from paasctl.probes import amqp
from paasctl.probes.refused import NotYetError

pytestmark = pytest.mark.service


def test_a_login_works_by_the_generated_password_alone_and_nothing_is_left(server):
    one = server("rabbitmq", configuration={"vhosts": ["jobs and more"]})
    endpoint = one.start()
    assert (endpoint.scheme, endpoint.username, endpoint.path) == ("amqp", "guest", None)
    session = one.process.pid
    login = {
        "port": endpoint.port,
        "username": endpoint.username,
        "password": endpoint.password,
    }
    amqp.login({**login, "database": "jobs and more"})
    with pytest.raises(NotYetError, match="not found"):
        amqp.login({**login, "database": "no such"})
    with pytest.raises(NotYetError, match="ACCESS_REFUSED"):
        amqp.login({**login, "password": "guest"})
    assert "beam" in psutil.Process(session).name(), "the process started is the server"
    one.stop()
    one.configure(vhosts=["later"])
    one.start()
    amqp.login({**login, "database": "later"})
    amqp.login({**login, "database": "jobs and more"})
    assert one.stop() == 0


def test_two_at_the_same_time(server):
    here, there = server("rabbitmq"), server("rabbitmq")
    here.launch()
    there.launch()
    here.wait_ready()
    there.wait_ready()
    assert (here.stop(), there.stop()) == (0, 0)


def test_a_first_start_that_was_killed_heals_itself(server):
    one = server("rabbitmq")
    one.launch()
    one.until(lambda: "Running boot step database" in one.said(), 60, "tables are being made")
    one.kill()
    endpoint = one.start()
    amqp.login({"port": endpoint.port, "username": "guest", "password": endpoint.password})
    assert one.stop() == 0
