"""What a chaos run raises."""

from textline.errors import TextlineError


class ChaosError(TextlineError):
    """The run itself cannot be made (which says nothing about the system that it tries)."""
