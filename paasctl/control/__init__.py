"""Talking to the engine: protocol, listener, client."""
