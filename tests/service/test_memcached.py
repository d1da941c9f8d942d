import socket

import pytest

pytestmark = pytest.mark.service


def ask(port, line, end=b"\r\n"):
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(line)
        answer = b""
        while not answer.endswith(end):
            answer += connection.recv(65536)
        return answer


def test_what_is_set_is_there_until_it_stops(server):
    one = server("memcached", version="1.6")
    endpoint = one.start()
    assert (endpoint.rel, endpoint.scheme, endpoint.short) == ("memcached", "memcached", True)
    assert ask(endpoint.port, b"set greeting 0 0 5\r\nhello\r\n") == b"STORED\r\n"
    assert ask(endpoint.port, b"get greeting\r\n", b"END\r\n").splitlines()[1] == b"hello"
    assert one.stop() == 0
    one.start()
    assert ask(endpoint.port, b"get greeting\r\n", b"END\r\n") == b"END\r\n"


def test_after_a_power_cut_it_starts_empty(server):
    one = server("memcached", version="1.6")
    endpoint = one.start()
    ask(endpoint.port, b"set greeting 0 0 5\r\nhello\r\n")
    one.kill()
    one.start()
    assert ask(endpoint.port, b"get greeting\r\n", b"END\r\n") == b"END\r\n"


def test_it_pushes_out_old_values_and_answers_no_udp(server):
    one = server("memcached", version="1.6")
    endpoint = one.start()
    told = dict(
        line.split()[1:3]
        for line in ask(endpoint.port, b"stats settings\r\n", b"END\r\n").splitlines()
        if line.startswith(b"STAT") and len(line.split()) == 3
    )
    assert (told[b"evictions"], told[b"udpport"], told[b"inter"]) == (b"on", b"0", b"127.0.0.1")
    assert told[b"maxbytes"] == str(64 * 1024 * 1024).encode()
