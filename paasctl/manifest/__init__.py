"""Text in, Project out: reading, checking and explaining manifests."""
