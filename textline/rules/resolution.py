"""Resolution: what has to be asked, or written down, before an escalation can be resolved."""

from collections.abc import Iterable

from textline.rules.handoff import UNKNOWN, Kind, State


def missing(*, asked: bool, handed: Iterable[tuple[Kind, State]], told: bool) -> list[str]:
    """What is still to be done, in the words that a supervisor reads.

    `asked`: the safety questions are answered, or need not be. `handed`: the handoffs. `told`: what came of each time
    that the number was shown.
    """
    known = not any(kind != Kind.TEXT and state in UNKNOWN for kind, state in handed)
    needed = (
        (asked, "answer the safety questions (“could not ask” is an answer)"),
        (known, "say what came of the call, or of the referral"),
        (told, "their number was shown: write down whom you called, and what came of it"),
    )
    return [words for done, words in needed if not done]
