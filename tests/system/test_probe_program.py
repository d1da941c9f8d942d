import json
import signal
import socket
import subprocess
import sys
import threading

import pytest

from paasctl.probes.waiting import PROTOCOLS
from paasctl.services.probing import PROGRAM

pytestmark = pytest.mark.system

NONSENSE = (
    b"",
    b"\0" * 64,
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"\x04\0\0\0\x0aabc" + b"\xff" * 64,
    b"R\0\0\0\x17\0\0\0\x0bno=equals,i=a,s=b",
    b"\x01\0\0\0\0\0\x01\xff\xce" * 9,
)


def start(tmp_path, **parameters):
    file = tmp_path / "probe.json"
    file.write_text(json.dumps(parameters))
    return subprocess.Popen(
        [sys.executable, "-S", "-E", PROGRAM, str(file)], stderr=subprocess.PIPE, text=True
    )


@pytest.fixture
def nonsense_server():
    """Answer every connection with one piece of nonsense after the other."""
    listener = socket.create_server(("127.0.0.1", 0))
    served = threading.Semaphore(0)

    def serve():
        while True:
            for piece in NONSENSE:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(piece)
                served.release()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1], served
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nonsense_is_never_ready_and_the_probe_goes_on(tmp_path, nonsense_server, protocol):
    port, served = nonsense_server
    probe = start(tmp_path, protocol=protocol, port=port, username="u", password="p", database="d")
    for _ in range(len(NONSENSE) + 2):
        assert served.acquire(timeout=20), "the probe has given up"
    assert probe.poll() is None
    probe.terminate()
    said = probe.communicate(timeout=5)[1]
    assert probe.returncode == -signal.SIGTERM
    assert "Traceback" not in said


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_asked(tmp_path, stop):
    listener = socket.create_server(("127.0.0.1", 0))
    probe = start(tmp_path, protocol="redis", port=listener.getsockname()[1])
    connection, _ = listener.accept()
    probe.send_signal(stop)
    assert probe.wait(5) == -stop
    probe.stderr.close()
    connection.close()
    listener.close()


@pytest.mark.parametrize(
    ("parameters", "word"), [({"protocol": "gopher"}, "gopher"), ({}, "protocol")]
)
def test_a_file_it_cannot_use_is_told(tmp_path, parameters, word):
    probe = start(tmp_path, **parameters)
    said = probe.communicate(timeout=10)[1]
    assert probe.returncode == 2
    assert word in said
    assert "Traceback" not in said


def test_no_file_at_all_is_told():
    done = subprocess.run([sys.executable, PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no usable parameter file" in done.stderr
