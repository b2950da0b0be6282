"""Twilio's error codes: what each means, and who has to do something. The data is in `codes.toml`."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Kind(StrEnum):
    """What an error asks for."""

    PERMANENT = "permanent"  # this text can never go; the next may
    RETRY = "retry"  # not processed: the same text may be sent again, with back-off
    OPTED_OUT = "opted_out"  # the texter said STOP: send nothing until they say START
    BAD_NUMBER = "bad_number"  # no text will ever reach this number
    TELL_SUPERVISOR = "tell_supervisor"  # this text did not arrive: somebody should try another way
    TELL_OPERATOR = (
        "tell_operator"  # the account or installation is at fault: texts can go once it is put right
    )
    TOO_LATE = "too_late"  # its validity period ended before it could be sent


@dataclass(frozen=True)
class Code:
    """One error code (None: unknown), its meaning and remedy in a sentence each."""

    code: int | None
    kind: Kind
    meaning: str
    remedy: str


@cache
def _known() -> dict[int, Code]:
    table = tomllib.loads(files(__package__).joinpath("codes.toml").read_text(encoding="utf-8"))
    return {
        row["code"]: Code(row["code"], Kind(row["kind"]), row["meaning"], row["remedy"])
        for row in table["code"]
    }


def known() -> tuple[Code, ...]:
    """Every code that the table explains, in order."""
    return tuple(sorted(_known().values(), key=lambda code: code.code or 0))


def explain(code: int | None) -> Code:
    """What a code means; an unknown one is for a supervisor, since a text may not have arrived."""
    found = _known().get(code) if code is not None else None
    if found:
        return found
    where = f"see twilio.com/docs/api/errors/{code}" if code else "see the error log in Twilio's console"
    return Code(code, Kind.TELL_SUPERVISOR, "Twilio gave an error that Textline does not know", where)
