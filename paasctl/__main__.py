"""`python -m paasctl`: the command line, where no script of that name can be relied on."""

from paasctl.cli.app import main

main()
