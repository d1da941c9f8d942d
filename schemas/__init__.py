"""JSON Schemas of the manifests, shipped as `paasctl.schemas`."""
