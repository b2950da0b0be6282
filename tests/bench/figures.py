"""Figures under plain names, the table that people read, and the line that programs read."""

import json
import math
import os
import statistics
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

Figures = dict[str, float | int | str | bool | None]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share (0 to 1) of all lie; nearest rank."""
    ordered = sorted(values)
    rank = math.ceil(round(share * len(ordered), 6))  # 0.95 of 100 is 95, whatever floating point says
    return ordered[max(rank, 1) - 1]


def milliseconds(name: str, seconds: Sequence[float], *shares: int) -> Figures:
    """Percentiles as `name_p50_ms`."""
    prefix = f"{name}_" if name else ""
    return {f"{prefix}p{share}_ms": rounded(1000 * percentile(seconds, share / 100)) for share in shares}


def rounded(value: float) -> float:
    """To three or four digits that mean something."""
    return round(value, 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4)


def medians(runs: Sequence[Figures]) -> Figures:
    """Of each name, the median over all runs."""
    return {name: rounded(statistics.median(float(run[name] or 0) for run in runs)) for name in runs[0]}


def ratio(figures: Figures, above: str, below: str) -> float | None:
    """One figure over another, or None where one is missing."""
    a, b = figures.get(above), figures.get(below)
    if not isinstance(a, int | float) or not isinstance(b, int | float) or not b:
        return None
    return rounded(a / b)


def machine() -> Figures:
    """What it was measured on: cores, and how busy they were before."""
    return {"machine_cores": os.cpu_count(), "machine_load_1m_before": round(os.getloadavg()[0], 2)}


def show(figures: Figures) -> None:
    """The table, and as the last line one JSON object."""
    table = Table("figure", "value", box=None)
    for name, value in figures.items():
        table.add_row(name, str(value))
    Console(width=100).print(table)
    print(json.dumps(figures))
