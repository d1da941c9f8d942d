import json
import subprocess

import pytest

pytestmark = pytest.mark.service


@pytest.mark.parametrize(
    ("type_name", "reason"),
    [
        ("mariadb", "Access denied"),
        ("postgresql", "password authentication failed"),
        ("rabbitmq", "ACCESS_REFUSED"),
        ("influxdb", "authorization failed"),
    ],
)
def test_it_is_told_and_is_never_ready(server, type_name, reason):
    one = server(type_name, version="1" if type_name == "influxdb" else "15")
    endpoint = one.start()
    path = one.run.probe[-1]
    with open(path, encoding="utf-8") as file:
        parameters = json.load(file)
    assert parameters["password"] == endpoint.password
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**parameters, "password": "wrong"}, file)
    waiting = subprocess.Popen(one.run.probe, stderr=subprocess.PIPE, text=True)
    assert reason in waiting.stderr.readline()
    assert waiting.poll() is None
    waiting.terminate()
    assert waiting.wait(5) == -15
    waiting.stderr.close()
