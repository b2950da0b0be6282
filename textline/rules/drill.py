"""A drill's texter: a sender that no carrier can name, so that nobody is ever texted or rung for one."""

_PREFIX = "drill-"


def sender(token: str) -> str:
    """The texter of a drill; another for each token."""
    return _PREFIX + token


def is_drill(number: str) -> bool:
    """Whether this is nobody's number but a drill's."""
    return number.startswith(_PREFIX)
