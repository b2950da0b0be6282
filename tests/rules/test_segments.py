"""How many segments a text takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.rules.segments import _BASIC, _EXTENDED, segments


def test_the_alphabet_is_whole():
    assert len(set(_BASIC)) == len(_BASIC) == 127, "GSM 03.38 has 128 places, of which one is the escape"
    assert len(set(_EXTENDED)) == len(_EXTENDED) == 10
    assert not set(_BASIC) & set(_EXTENDED)


@pytest.mark.parametrize(
    ("body", "count"),
    [("", 0), ("a", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("a" * 1600, 11),
     ("€" * 80, 1), ("€" * 81, 2), ("a" * 158 + "€", 1), ("a" * 159 + "€", 2), ("ñéèùìò¿¡" * 20, 1),
     ("á" * 70, 1), ("á" * 71, 2), ("á" * 134, 2), ("á" * 135, 3), ("a" * 70 + "’", 2), ("a" * 71 + "'", 1),
     ("😔" * 35, 1), ("😔" * 36, 2), ("👩‍👩‍👧" * 8, 1), ("👩‍👩‍👧" * 9, 2),
     ("\x00", 1), ("\x00" * 71, 2), ("\u200b" + "a" * 70, 2),
     ("\n\r" * 80, 1), ("\f" * 81, 2), ("`" + "a" * 70, 2)],
)  # fmt: skip
def test_by_values(body, count):
    assert segments(body) == count


def test_an_escaped_character_is_not_cut_in_two():
    assert segments("a" * 152 + "€" + "a" * 152) == 3, "306 places, but the escape stays with its character"
    assert segments("a" * 151 + "€" + "a" * 153) == 2
    assert segments("€" * 153) == 3


def test_a_pair_of_surrogates_is_not_cut_in_two():
    assert segments("á" * 66 + "😔" + "á" * 66) == 3
    assert segments("á" * 65 + "😔" + "á" * 67) == 2
    assert segments("😔" * 67) == 3


def test_half_an_emoji_is_counted_and_breaks_nothing():
    assert segments("\ud83d" * 70) == 1
    assert segments("\ud83d" * 71) == 2


@given(st.text(max_size=400), st.text(max_size=400))
def test_two_texts_never_take_fewer_than_one(one, other):
    assert max(segments(one), segments(other)) <= segments(one + other)


@given(st.text(st.sampled_from("aé€{á😔’\n"), max_size=500))
def test_between_as_if_cut_anywhere_and_one_place_lost_in_each(body):
    gsm = all(c in _BASIC + _EXTENDED for c in body)
    length = sum(1 + (c in _EXTENDED) for c in body) if gsm else len(body.encode("utf-16-le")) // 2
    each = 153 if gsm else 67
    if length <= (160 if gsm else 70):
        assert segments(body) == (1 if body else 0)
    else:
        assert -(-length // each) <= segments(body) <= -(-length // (each - 1))
