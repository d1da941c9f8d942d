"""Wait until a server lets somebody log in: `python -S -E .../__main__.py PARAMETERS`.

PARAMETERS is a JSON file with a "protocol" and what its `login` needs. Ends with 0 after the
first login that works, and not before; ends by SIGTERM at any time.
"""

import os
import signal
import sys


def main(arguments: list[str]) -> int:
    """Run the probe; 2 when the parameter file cannot be used."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Run by its path and without site-packages: the package is found from where this file lies.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    import json

    from paasctl.probes.waiting import PROTOCOLS, wait_for_login

    try:
        with open(arguments[0], encoding="utf-8") as file:
            parameters = json.load(file)
        protocol = parameters["protocol"]
    except (IndexError, OSError, ValueError, KeyError, TypeError) as error:
        print(f"probe: no usable parameter file: {error}", file=sys.stderr)  # noqa: T201
        return 2
    if protocol not in PROTOCOLS:
        print(f"probe: unknown protocol {protocol!r}", file=sys.stderr)  # noqa: T201
        return 2
    wait_for_login(protocol, parameters)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
