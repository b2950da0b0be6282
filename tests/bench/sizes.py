"""How much is measured: in full, and quickly for trying."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Sizes:
    """Numbers of texts, runs and seconds. The quick ones say whether everything works, not how fast it is."""

    ack_texts: int = 8000
    ack_runs: int = 5
    texts: int = 5000
    texters: int = 500
    rounds: int = 3
    forking_texts: int = 600
    forking_texters: int = 60
    seconds: float = 15  # at each rate
    pages: int = 50  # open ones, in part 3
    rates: tuple[float, ...] = (10, 50, 200)
    queued: int = 10_000
    queued_texters: int = 1000
    growth: tuple[tuple[int, int], ...] = ((1000, 10), (10_000, 100), (100_000, 1000))
    memory_texts: int = 100_000
    memory_texters: int = 2000


FULL = Sizes()
SHORT = replace(FULL, memory_texts=5000, memory_texters=500)
QUICK = Sizes(
    ack_texts=400, ack_runs=1, texts=300, texters=30, rounds=1, forking_texts=40, forking_texters=10, seconds=2, pages=10,
    rates=(10, 50), queued=300, queued_texters=50, growth=((100, 5), (1000, 20)), memory_texts=300, memory_texters=30,
)  # fmt: skip
