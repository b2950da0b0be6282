"""Whoever would rather talk than text is told how; whoever only speaks of calls is not."""

import pytest

from textline.flow.lanes import asks_for_a_call


@pytest.mark.parametrize(
    "text",
    [
        "I want to talk to someone",
        "i wanna talk to a real person",
        "can you call me please",
        "Could someone just call me?",
        "please call me",
        "is there a number I can call?",
        "can i talk to you on the phone",
        "id rather talk than text",
        "do you take calls",
        "quiero hablar con alguien",
        "¿Me pueden llamar?",
        "llámame por favor",
        "prefiero hablar por teléfono",
    ],
)
def test_they_ask(text: str) -> None:
    assert asks_for_a_call(text)


@pytest.mark.parametrize(
    "text",
    [
        "they call me names at school",
        "my mom never calls me",
        "I called my sister yesterday",
        "he said he will call me tomorrow",
        "I can't talk to anyone about this",
        "nobody to talk to",
        "the phone scares me",
        "thanks for texting back",
        "mi madre me llama todos los días",
        "me llamo Ana",
        "hablé con una amiga",
    ],
)
def test_they_do_not(text: str) -> None:
    assert not asks_for_a_call(text)
