"""Sealing: rotation, what cannot be opened, and the keyed hash."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from textline.seal import Seal, SealBroken

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
LOOKUP = "a lookup key for tests that is long enough"
SEAL = Seal([NEW, OLD], LOOKUP)
words = st.text(st.characters(exclude_categories=["Cs"]))


@settings(deadline=None, max_examples=50)
@given(words)
def test_what_is_closed_is_opened_and_cannot_be_read(text):
    sealed = SEAL.close(text)
    assert SEAL.open(sealed) == text
    assert sealed.isascii()
    assert len(text) < 5 or text not in sealed


def test_the_same_text_is_sealed_differently_each_time():
    assert SEAL.close("+12025550100") != SEAL.close("+12025550100")


def test_the_first_key_seals():
    assert Seal([NEW], LOOKUP).open(SEAL.close("words")) == "words"
    with pytest.raises(SealBroken):
        Seal([OLD], LOOKUP).open(SEAL.close("words"))


def test_all_keys_open():
    before = Seal([OLD], LOOKUP).close("before the rotation")
    assert SEAL.open(before) == "before the rotation"
    assert Seal([OTHER, NEW, OLD], LOOKUP).open(before) == "before the rotation"


def test_a_missing_key_is_told_with_its_remedy_and_without_the_text():
    sealed = Seal([OTHER], LOOKUP).close("secret words")
    with pytest.raises(SealBroken, match="TEXTLINE_SECRET_KEYS") as broken:
        SEAL.open(sealed)
    assert sealed not in str(broken.value)
    assert broken.value.__suppress_context__


@pytest.mark.parametrize("broken", ["", "words", "é", "\x00", "gAAAA", "😔" * 100])
def test_what_was_never_sealed_is_broken(broken):
    with pytest.raises(SealBroken):
        SEAL.open(broken)


@pytest.mark.parametrize("place", [0, 20, 60, -1])
def test_a_changed_character_breaks_it(place):
    sealed = list(SEAL.close("words"))
    sealed[place] = "A" if sealed[place] != "A" else "B"
    with pytest.raises(SealBroken):
        SEAL.open("".join(sealed))


def test_the_hash_is_as_it_has_always_been():
    # Were it to change, no texter would be found again.
    kept = "7fd9b947b95776a883424ee3e9d34d9b1b4d6387d56baabc7d693e2ed350a97d"
    assert SEAL.hash("texter", "+12025550100") == kept


@settings(deadline=None)
@given(st.lists(words, max_size=3))
def test_the_hash_is_stable_and_of_one_length_whatever_the_secret_keys(parts):
    assert SEAL.hash(*parts) == Seal([OTHER], LOOKUP).hash(*parts)
    assert len(SEAL.hash(*parts)) == 64


def test_the_hash_depends_on_its_key_and_on_each_part():
    hashes = {
        SEAL.hash("texter", "+12025550100"), SEAL.hash("inbox", "+12025550100"), SEAL.hash("texter", "+12025550101"),
        SEAL.hash("texter+12025550100"), SEAL.hash("texter", "", "+12025550100"),
        Seal([NEW], LOOKUP + "!").hash("texter", "+12025550100"),
    }  # fmt: skip
    assert len(hashes) == 6


def test_it_cannot_be_made_without_keys():
    with pytest.raises(ValueError, match="at least one"):
        Seal([], LOOKUP)
