"""Short digests of texts: to notice that something changed, and to derive names from names."""

try:  # a tenth of the import time of hashlib, which loads OpenSSL
    from _blake2 import blake2b
except ImportError:  # an interpreter built without it
    from hashlib import blake2b


def digest(text: str, characters: int = 16) -> str:
    """Return `characters` (at most 64) hexadecimal digits that depend on every part of `text`."""
    return digest_bytes(text.encode(), characters)


def digest_bytes(content: bytes, characters: int = 16) -> str:
    """Return the same for bytes."""
    return blake2b(content, digest_size=32).hexdigest()[:characters]


def keyed_digest(key: str, text: str, characters: int = 32) -> str:
    """Return hexadecimal digits that only somebody who has `key` (at most 64 bytes) can tell."""
    return blake2b(text.encode(), key=key.encode(), digest_size=32).hexdigest()[:characters]
