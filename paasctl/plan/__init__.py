"""From a Project and the facts of this machine to a Plan. Pure."""
