"""What systemd is told when it started us: sd_notify(3), one datagram."""

import socket
from collections.abc import Mapping

from paasctl.control.client import Client, Declined


def notify(client: Client, environ: Mapping[str, str]) -> None:
    """Name the guardian as the main process of the service, and say that it has started.

    Does nothing where nobody asks for it (NOTIFY_SOCKET).
    """
    address = environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    try:
        guardian = client.ask("engine")["guardian"]
    except Declined:  # an engine of an older version runs, and its own service knows it
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        name = "\0" + address[1:] if address.startswith("@") else address
        sender.sendto(f"MAINPID={guardian}\nREADY=1\n".encode(), name)
