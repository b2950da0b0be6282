"""What `textline up` raises."""

from textline.errors import TextlineError


class UpError(TextlineError):
    """Textline cannot be started or kept running; the text says why, and what to do."""
