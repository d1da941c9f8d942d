import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

from paasctl.model.service import Missing
from paasctl.services import influxdb

pytestmark = pytest.mark.service


def ask(endpoint, path, password=None, **form):
    """Post a form; return the status and the answer."""
    login = urllib.request.HTTPPasswordMgrWithPriorAuth()
    url = f"http://127.0.0.1:{endpoint.port}"
    login.add_password(None, url, endpoint.username, password or endpoint.password, True)
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(login))
    body = form["body"] if "body" in form else urllib.parse.urlencode(form)
    try:
        with opener.open(f"{url}{path}", body.encode(), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def value(endpoint):
    status, answer = ask(endpoint, "/query", db="shop", q="SELECT v FROM m")
    assert status == 200
    return json.loads(answer)["results"][0]["series"][0]["values"][0][1]


def filled(server):
    one = server("influxdb", version="1.8")
    endpoint = one.start()
    assert ask(endpoint, "/query", q="CREATE DATABASE shop")[0] == 200
    assert ask(endpoint, "/write?db=shop", body="m v=42 1000000000")[0] == 204
    return one, endpoint


def test_it_keeps_its_data(server):
    one, endpoint = filled(server)
    assert (endpoint.username, endpoint.path, endpoint.query) == ("admin", None, {})
    assert value(endpoint) == 42
    assert one.stop() == 0
    one.start()
    assert value(endpoint) == 42


def test_what_was_acknowledged_survives_a_power_cut(server):
    one, endpoint = filled(server)
    one.kill()
    one.start()
    assert value(endpoint) == 42


def test_a_first_start_that_was_cut_off_blocks_nothing(server):
    one = server("influxdb", version="1.8")
    one.launch()
    one.until(lambda: one.members(), 10, "it has begun")
    one.kill()
    endpoint = one.start()
    assert ask(endpoint, "/query", q="SHOW DATABASES")[0] == 200


def test_nobody_gets_in_without_the_password(server):
    one, endpoint = filled(server)
    assert ask(endpoint, "/query", password="wrong", q="SHOW DATABASES")[0] == 401
    anonymous = f"http://127.0.0.1:{endpoint.port}/query?q=SHOW+DATABASES"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(anonymous, timeout=10)
    refused.value.close()
    assert refused.value.code == 401
    assert endpoint.password not in one.said()


def test_a_server_that_speaks_otherwise_is_not_taken():
    for version in ("2.7", "2.3", "3"):
        assert isinstance(influxdb.find(version), Missing)
