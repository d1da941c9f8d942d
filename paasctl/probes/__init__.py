"""Programs that exit 0 as soon as a server lets one log in. Standard library only."""
