"""A little of the fuzzing, for its faults and not for its times: `python -m tests.lexicon.fuzz` tells those."""

import pytest

from tests.lexicon.fuzz import Maker, look


@pytest.mark.parametrize("seed", range(4))
def test_no_text_raises_or_is_milder_in_company_than_alone(seed: int) -> None:
    maker, before = Maker(seed), list[str]()
    for _ in range(150):
        text = maker.text()
        look(text, before)
        before = [*before, text][-3:]
