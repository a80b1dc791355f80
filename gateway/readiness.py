"""What is raised where the gateway must not start as it is."""


class NotReady(Exception):
    """The gateway cannot start as it is; the text names what to do."""
