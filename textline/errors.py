"""Errors with a remedy: what went wrong, and what the person who can act on it should do."""


class TextlineError(Exception):
    """Base of every error that Textline raises on purpose; its text names the remedy."""


class SettingsError(TextlineError):
    """A setting is missing or wrong. One line a fault: the setting's name and the remedy."""


class NotAllowed(TextlineError):
    """The person may not do this; nothing was changed."""


class NotFound(TextlineError):
    """There is no such thing in this organization."""


class Conflict(TextlineError):
    """Somebody else was faster, or the thing is in another state by now; nothing was changed."""


class Busy(Conflict):
    """Somebody else holds what this needs, for the moment: the same thing tried again will do."""


class TookTooLong(Busy):
    """It was given up for its time, and nothing was changed: less at once, or the same when there is less to do."""


class Invalid(TextlineError):
    """What was entered cannot be used; the text says how to put it right."""


class Unavailable(TextlineError):
    """A server that is needed (PostgreSQL, Redis, the carrier) cannot be reached now."""
