"""What the texters of a run write: each text with a mark of its own, and two in a hundred a crisis."""

import re

CRISIS_SHARE = 0.02
ORDINARY = (
    "hey, is somebody there",
    "it was a long day and I could use a chat",
    "my brother will not answer me",
    "thank you for writing back",
    "I started at the new place on Monday, and it is loud there",
    "ok",
    "could we talk about yesterday",
    "not sleeping much lately, the same dream again",
)
CRISIS = ("I want to kill myself", "I want to die", "I will end my life", "I am suicidal")
ANSWERS = ("I am here, go on", "That sounds heavy", "Thank you for telling me", "What would help now?")
_HOTLINE = re.compile(r"\b(988|911)\b")
# Area codes whose numbers 555-0100 to 555-0199 are kept for fiction, like those of all the others.
_AREAS = (212, 213, 303, 305, 312, 404, 415, 503, 512, 602)


def number(texter: int) -> str:
    """The number of the n-th texter, of up to a thousand."""
    return f"+1{_AREAS[texter // 100 % len(_AREAS)]}55501{texter % 100:02d}"


def is_crisis(body: str) -> bool:
    """Whether a text of a run is a crisis."""
    return body.startswith(CRISIS)


def names_hotline(body: str) -> bool:
    """Whether a text to a phone says where help is, in the United States."""
    return _HOTLINE.search(body) is not None
