"""A terminal for a supervised program: the relay that holds it, and what a visitor says to it."""
