"""What this machine offers: interpreters, free ports, credentials, namespaces."""
