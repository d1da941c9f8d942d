import http.server
import threading
import urllib.error
import urllib.request

import pytest

# Varnish compiles its configuration: CI would have to download a C compiler for it.
pytestmark = [pytest.mark.service, pytest.mark.optional]
VCL = """
sub vcl_recv {
    set req.backend_hint = app.backend();
    if (req.http.Host == "std") { return (synth(200 + std.integer("2", 0))); }
}
sub vcl_backend_response {
    set beresp.ttl = 1h;
}
"""


class Numbered(http.server.BaseHTTPRequestHandler):
    """Every answer is another number; a cached one is not."""

    def do_GET(self):
        self.server.asked.append(self.path)
        body = str(len(self.server.asked)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def app():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Numbered) as listening:
        listening.asked = []
        serving = threading.Thread(target=listening.serve_forever)
        serving.start()
        yield listening
        listening.shutdown()
        serving.join()


def get(endpoint, path="/", host="shop"):
    request = urllib.request.Request(f"http://127.0.0.1:{endpoint.port}{path}")
    request.add_header("Host", host)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, answer.read()


def in_front_of(server, app, vcl=VCL):
    one = server("varnish", version="7", configuration={"vcl": vcl})
    one.request = one.request._replace(behind={"app": app.server_address[1]})
    return one


def test_it_asks_the_application_once_and_the_probe_never_does(server, app):
    one = in_front_of(server, app)
    endpoint = one.start()
    assert (endpoint.rel, endpoint.scheme, endpoint.short) == ("http", "http", True)
    assert app.asked == []
    assert get(endpoint) == get(endpoint) == (200, b"1")
    assert get(endpoint, host="std")[0] == 202
    assert one.stop() == 0


def test_what_it_had_cached_is_gone_after_a_power_cut_and_it_starts_again(server, app):
    one = in_front_of(server, app)
    endpoint = one.start()
    assert get(endpoint) == (200, b"1")
    one.kill()
    one.start()
    assert get(endpoint) == (200, b"2")


def test_without_a_choice_of_a_backend_it_refuses(server, app):
    one = in_front_of(server, app, vcl="sub vcl_deliver { set resp.http.X = req.url; }\n")
    endpoint = one.start()
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(endpoint)
    refused.value.close()
    assert refused.value.code == 503


def test_a_mistake_in_the_vcl_is_shown_with_its_line(server, app):
    one = in_front_of(server, app, vcl="sub vcl_recv {\n    set req.no = 1;\n}\n")
    one.launch()
    assert one.process.wait(60) != 0
    assert "config.vcl" in one.said()
    assert "Line 2" in one.said()


def test_it_listens_on_loopback_alone(server, app):
    psutil = pytest.importorskip("psutil")
    one = in_front_of(server, app)
    endpoint = one.start()
    listening = {
        tuple(connection.laddr)
        for pid in one.members()
        for connection in psutil.Process(pid).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", endpoint.port)}
