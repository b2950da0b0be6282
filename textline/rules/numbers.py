"""Phone numbers, by Google's `phonenumbers` data."""

import phonenumbers


def country_of(number: str) -> str | None:
    """The ISO 3166 country of an E.164 number, or None when the number does not say.

    A number in no range that the data knows (they are always behind) counts for its calling code's main country.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(parsed)
    region = region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return None if region in ("ZZ", "001") else str(region)


def e164(entered: str, country: str | None = None) -> str | None:
    """A number as somebody entered it, in E.164 form, or None when it cannot be one."""
    try:
        number = phonenumbers.parse(entered, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    made = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    number.extension = None  # which the form leaves out
    # Zeros alone are read as another number each time: what is kept must be found again.
    return made if phonenumbers.parse(made) == number else None


def to_ring(entered: str, country: str) -> str | None:
    """A person's number as they entered it, in E.164 form; None when it is no number that is in use.

    Stricter than `e164`: whoever is rung at it is let into a call.
    """
    try:
        number = phonenumbers.parse(entered, country)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None


def to_be_dialled(published: str, country: str) -> str:
    """A number as published within a country, as a carrier dials it from anywhere.

    A short one, such as 988 or 116 123, has no international form: its digits are dialled as they are.
    """
    digits = "".join(character for character in published if character in "+0123456789")
    try:
        number = phonenumbers.parse(published, country)
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_valid_number(number):
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def readable(number: str) -> str:
    """A number in the international form that people read."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return number
