"""What backing up and restoring raise."""

from textline.errors import TextlineError


class BackupError(TextlineError):
    """A backup could not be made, read or restored; the text says why, and what to do."""
