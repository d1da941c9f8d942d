"""The engine: trusted with other people's processes. Standard library only."""
