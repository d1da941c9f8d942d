"""One file per manifest family, each with one FLAVOUR constant."""
