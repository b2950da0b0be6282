"""Phone numbers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textline.rules.numbers import country_of, e164, readable


@pytest.mark.parametrize(
    ("number", "country"),
    [("+12125550123", "US"), ("+16135550123", "CA"), ("+442079460123", "GB"), ("+34612345678", "ES"),
     ("+525512345678", "MX"), ("+881612345678", None), ("2125550123", None), ("12345", None), ("", None),
     ("unknown:SM0123456789abcdef", None), ("Anonymous", None), ("+1\x00", None), ("+" + "1" * 5000, None)],
)  # fmt: skip
def test_the_country_that_a_number_says(number, country):
    assert country_of(number) == country


@pytest.mark.parametrize(
    ("entered", "country", "number"),
    [("+1 (202) 555-0100", None, "+12025550100"), ("(202) 555-0100", "US", "+12025550100"),
     ("020 7946 0123", "GB", "+442079460123"), ("+44 (0)20 7946 0123", None, "+442079460123"),
     ("202 555 0100", None, None), ("+1 202", None, None), ("hello", "US", None), ("", "US", None),
     ("988", None, None), ("+1 202 555 0100 0100 0100", None, None), ("+" + "9" * 5000, None, None),
     ("06 1234 5678", "IT", "+390612345678"), ("00000000000", "GB", None),
     ("+1 202 555 0141 x12", None, "+12025550141")],
)  # fmt: skip
def test_as_it_is_entered(entered, country, number):
    assert e164(entered, country) == number


@given(
    st.text(max_size=60) | st.from_regex(r"\A[+(]?[0-9 ().x-]{1,25}\Z"), st.sampled_from([None, "US", "GB"])
)
def test_whatever_is_entered_makes_a_plain_number_or_none(entered, country):
    number = e164(entered, country)
    assert number is None or re.fullmatch(r"\+[1-9][0-9]{2,16}", number, re.ASCII)
    if number:
        assert e164(number) == number, "what is kept is found again"
    assert country_of(entered) is None or re.fullmatch("[A-Z]{2}", country_of(entered))
    assert isinstance(readable(entered), str)


def test_for_people():
    assert readable("+12025550100") == "+1 202-555-0100"
    assert readable("no number") == "no number"
