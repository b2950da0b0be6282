"""Reads the published hotlines."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def published() -> tuple[dict[str, Any], ...]:
    """Every entry: country, name, numbers, hours, whom it serves, and where and when it was published."""
    return tuple(json.loads(files(__package__).joinpath("facts.json").read_text("utf-8")))
