"""Words that a pattern of the lexicon matches, made from its regular expression."""

import random
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any


def sample(expression: str, dice: random.Random) -> str:
    """One of the texts that the expression matches."""
    return "".join(_some(parser.parse(expression), dice))


def _some(parts: Any, dice: random.Random) -> list[str]:
    found: list[str] = []
    for code, value in parts:
        if code is codes.LITERAL:
            found.append(chr(value))
        elif code is codes.MAX_REPEAT:
            least, most, inner = value
            times = dice.randint(least, min(most, least + 1))
            for _ in range(times):
                found += _some(inner, dice)
        elif code is codes.SUBPATTERN:
            found += _some(value[3], dice)
        elif code is codes.BRANCH:
            found += _some(dice.choice(value[1]), dice)
        elif code is codes.IN:
            found.append("x" if value[0][0] is codes.NEGATE else chr(value[0][1][0]))
        elif code is codes.AT:
            continue
        else:
            raise NotImplementedError(code)
    return found
