"""One file per service type, each with one SERVICE constant."""
