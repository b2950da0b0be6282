"""The keys without which a record cannot be read, as the lines of a file that settings can be read from."""

import io
import re

from dotenv import dotenv_values

from textline.config import Settings

SECRET_KEYS, LOOKUP_KEY = "TEXTLINE_SECRET_KEYS", "TEXTLINE_LOOKUP_KEY"
NAMES = frozenset({SECRET_KEYS, LOOKUP_KEY})


def of(settings: Settings) -> dict[str, str]:
    """Those of an installation."""
    secret = ",".join(key.get_secret_value() for key in settings.secret_keys)
    return {SECRET_KEYS: secret, LOOKUP_KEY: settings.lookup_key.get_secret_value()}


def agree(here: dict[str, str], theirs: dict[str, str]) -> bool:
    """Whether what is sealed with theirs can be read with those that are here; what is missing here may be taken over."""
    ours = set(split(here.get(SECRET_KEYS, "")))
    same = here.get(LOOKUP_KEY, theirs[LOOKUP_KEY]) == theirs[LOOKUP_KEY]
    return same and (not ours or ours >= set(split(theirs[SECRET_KEYS])))


def split(keys: str) -> list[str]:
    """Keys from their setting."""
    return [key.strip() for key in keys.split(",") if key.strip()]


def written(values: dict[str, str]) -> str:
    """Settings as lines; `read` gives them back whatever they hold."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in values.items())


def read(lines: str) -> dict[str, str]:
    """Settings from lines."""
    found = dotenv_values(stream=io.StringIO(lines), interpolate=False)
    return {name: value for name, value in found.items() if value}


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w=,+/.:-]+", value, re.ASCII):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
