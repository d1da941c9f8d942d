"""The nouns: immutable records that every room may import. No input or output here."""
