"""Who listens is found by connecting; nobody, a closed port and a plain file are not."""

import socket
from pathlib import Path

from paasctl.supervise.listening import accepts


def test_a_port_accepts_as_long_as_somebody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp:127.0.0.1:{server.getsockname()[1]}"
        assert accepts(address)
    assert not accepts(address)


def test_a_socket_file_accepts_as_long_as_somebody_listens(tmp_path: Path) -> None:
    path = tmp_path / "s"
    assert not accepts(f"unix:{path}")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        assert accepts(f"unix:{path}")
    assert not accepts(f"unix:{path}")
    path.unlink()
    path.write_text("")
    assert not accepts(f"unix:{path}")
