"""How grave a text, or a conversation, is."""

from enum import IntEnum


class Level(IntEnum):
    """Ordered, so that the higher of two can be taken."""

    NONE = 0
    CONCERN = 1  # for the quiet review list
    CRISIS = 2  # escalate now
    IMMINENT = 3  # an act, a means, a place or a time: escalate now, and louder

    @property
    def escalates(self) -> bool:
        """Whether a supervisor is alarmed and the hotline is sent."""
        return self >= Level.CRISIS

    @property
    def label(self) -> str:
        """The word for people."""
        return self.name.lower()
