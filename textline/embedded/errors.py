"""What the embedded servers raise."""

from textline.errors import TextlineError


class EmbeddedError(TextlineError):
    """An embedded server cannot be started or reached; the text names the remedy."""
