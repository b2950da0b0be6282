"""Reads the lexicon's files."""

import tomllib
from functools import cache
from importlib.resources import files

LEVELS = ("concern", "crisis", "imminent")
LANGUAGES = ("en", "es")


@cache
def phrases() -> tuple[tuple[str, str], ...]:
    """Every phrase with the name of its level, of all languages: whoever texts may use either."""
    read = []
    for language in LANGUAGES:
        data = tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text("utf-8"))
        read += [(words, level) for level in LEVELS for words in data[level]["phrases"]]
    return tuple(read)
