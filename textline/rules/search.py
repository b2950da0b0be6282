"""Search: many patterns in a text at once."""

from collections.abc import Sequence
from copy import copy
from typing import Any

import re2

_AT_ONCE = 800  # patterns in one filter


class Patterns:
    """Many patterns, searched at once: only those whose rarest pieces stand in a text are looked for at all.

    Takes a time in proportion to the text's length, whatever the text (RE2).
    """

    def __init__(self, expressions: Sequence[str], *, endings: bool = False) -> None:
        self._filters, self._count = _filters(expressions), len(expressions)
        self._ending = (
            [re2.compile(rf"{expression}\z", _options()) for expression in expressions] if endings else []
        )

    def with_more(self, expressions: Sequence[str]) -> "Patterns":
        """These and more, which have the numbers after them; what was made ready is not made again."""
        more = copy(self)
        more._filters = [*self._filters, *_filters(expressions, self._count)]
        more._count += len(expressions)
        return more

    def which(self, folded: str) -> list[int]:
        """The numbers of the patterns that stand somewhere in a folded text."""
        return [first + number for first, some in self._filters for number in some.Match(folded) or ()]

    def places(self, number: int, folded: str) -> list[tuple[int, int]]:
        """Where a pattern stands; the space before it belongs to it."""
        written = folded.encode()
        spans = [found.span() for found in self._pattern(number).finditer(written)]
        return spans if len(written) == len(folded) else _in_characters(written, spans)

    def place(self, number: int, folded: str) -> tuple[int, int]:
        """Where a pattern that stands in a folded text stands first."""
        start, end = self._pattern(number).search(folded).span()
        return int(start), int(end)

    def ends(self, number: int, folded: str) -> bool:
        """Whether a pattern stands at the end of a folded text; only with `endings`."""
        return bool(self._ending[number].search(folded.encode()))

    def _pattern(self, number: int) -> Any:  # RE2's own type has no name in public
        first, some = next(pair for pair in reversed(self._filters) if pair[0] <= number)
        return some.re(number - first)


def _in_characters(written: bytes, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places in UTF-8 as places in the text. RE2's own way costs five times as much a place, and a text may have
    hundreds."""
    found, character, byte = list[tuple[int, int]](), 0, 0
    for start, end in spans:
        begins = character + len(written[byte:start].decode())
        character, byte = begins + len(written[start:end].decode()), end
        found.append((begins, character))
    return found


def _filters(expressions: Sequence[str], first: int = 0) -> list[tuple[int, "re2.Filter"]]:
    """Filters that hold these, each with the number of its first: RE2 gives one no more than eight megabytes."""
    if len(expressions) > _AT_ONCE:
        rest = _filters(expressions[_AT_ONCE:], first + _AT_ONCE)
        return _filters(expressions[:_AT_ONCE], first) + rest
    if not expressions:
        return []
    made = re2.Filter()
    for expression in expressions:
        made.Add(expression, _options())
    try:
        made.Compile()
    except re2.error:
        if len(expressions) == 1:
            raise
        half = len(expressions) // 2
        return [*_filters(expressions[:half], first), *_filters(expressions[half:], first + half)]
    return [(first, made)]


def _options() -> "re2.Options":
    options = re2.Options()
    options.log_errors = False
    return options
