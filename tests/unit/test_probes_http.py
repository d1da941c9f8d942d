"""The probe's own HTTP: the end of an answer is told in three ways."""

import socket
import threading

import pytest

from paasctl.probes import http
from paasctl.probes.refused import NotYetError

HEAD = b"HTTP/1.1 200 OK\r\n"


def answered(said, ask):
    """Return what `ask` makes of a server that says this, and what the server was told."""
    told = []

    def serve():
        connection, _ = listening.accept()
        with connection:
            told.append(connection.recv(65536))
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=serve)
        serving.start()
        try:
            return ask({"port": listening.getsockname()[1]}), told
        finally:
            serving.join()


@pytest.mark.parametrize(
    "said",
    [
        HEAD + b"Content-Length: 5\r\n\r\nhello and more",
        HEAD + b"transfer-encoding: Chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
        HEAD + b"\r\nhello",
    ],
)
def test_the_body_ends_where_it_is_said_to(said):
    found, told = answered(said, lambda at: http.ask(at, "POST", "/q", "body", {"X-A": "b"}))
    assert found == http.Answer(200, "hello")
    assert told[0].startswith(b"POST /q HTTP/1.1\r\n")
    assert told[0].endswith(b"X-A: b\r\n\r\nbody")
    assert b"Content-Length: 4\r\n" in told[0]


def test_a_login_travels_as_a_header_and_only_where_there_is_one():
    login = {"username": "Aladdin", "password": "open sesame"}
    said = HEAD + b"\r\n"
    _, told = answered(said, lambda at: http.login({**at, **login, "status": 200}))
    assert b"Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n" in told[0]
    _, told = answered(said, http.login)
    assert b"Authorization" not in told[0]


def test_another_status_is_told_with_what_the_server_says():
    said = b"HTTP/1.1 503 No\r\n\r\nstill\nloading"
    with pytest.raises(NotYetError, match="HTTP 503: still"):
        answered(said, lambda at: http.login({**at, "status": 200}))
    answered(said, http.login)  # where no status is asked for, any answer is one


def test_what_is_not_http_is_no_answer():
    with pytest.raises(ValueError, match="SSH"):
        answered(b"SSH-2.0 OpenSSH\r\n", http.login)
