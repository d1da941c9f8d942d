"""The front door: one verb per file."""
