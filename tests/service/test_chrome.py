import json
import urllib.request

import psutil
import pytest

# A browser is a download of 100 MB: CI does without.
pytestmark = [pytest.mark.service, pytest.mark.optional]


def ask(endpoint, path, method="GET"):
    url = f"http://127.0.0.1:{endpoint.port}{path}"
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20) as answer:
        return json.loads(answer.read())


def test_it_opens_pages_and_leaves_no_process(server):
    one = server("chrome-headless", version="120")
    endpoint = one.start()
    assert (endpoint.rel, endpoint.scheme, endpoint.short) == ("http", "http", True)
    assert "Chrome" in ask(endpoint, "/json/version")["Browser"]
    page = ask(endpoint, "/json/new?data:text/html,<title>hello</title>", "PUT")
    one.until(
        lambda: "hello" in [tab["title"] for tab in ask(endpoint, "/json/list")], 20, "it is open"
    )
    assert page["webSocketDebuggerUrl"].startswith(f"ws://127.0.0.1:{endpoint.port}/")
    one.stop()


def test_after_a_power_cut_it_starts_again_and_knows_nothing(server):
    one = server("chrome-headless", version="120")
    endpoint = one.start()
    ask(endpoint, "/json/new?data:text/html,<title>hello</title>", "PUT")
    one.kill()
    one.start()
    assert "hello" not in [tab["title"] for tab in ask(endpoint, "/json/list")]


def test_it_listens_on_loopback_alone(server):
    one = server("chrome-headless", version="120")
    endpoint = one.start()
    listening = {
        tuple(connection.laddr)
        for pid in one.members()
        for connection in psutil.Process(pid).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", endpoint.port)}
