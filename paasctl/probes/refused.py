"""The one way in which a probe says that a server is not ready for us."""


class NotYetError(Exception):
    """The server answered, but a login was not possible; the text says why."""
