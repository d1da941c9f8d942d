"""Give a program a terminal: `python -S -E .../__main__.py SOCKET -- PROGRAM ARGUMENTS…`.

This process becomes the program: its pid, its exit status and the signals sent to it need no
middleman. The other end of the terminal is held by a relay that is forked off before, twice, so
that it is no child of the program's. What the relay reads goes to this process's standard output,
which is the instance's log.
"""

import os
import sys


def main(arguments: list[str]) -> int:
    """Fork the relay, become the program; 126 or 127 as a shell would say where that fails."""
    # Run by its path and without site-packages: the package is found from where this file lies.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from paasctl.terminal.birth import become, with_relay

    if len(arguments) < 3 or arguments[1] != "--":
        sys.stderr.write("usage: SOCKET -- PROGRAM ARGUMENTS…\n")
        return 2
    terminal = with_relay(arguments[0])
    return become(terminal, arguments[2:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
