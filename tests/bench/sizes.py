"""How much is measured: in full, and quickly for trying."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of texts, runs and seconds. The quick ones say whether everything works, not how fast it is."""

    ack_texts: int = 4000
    ack_runs: int = 5
    texts: int = 5000
    texters: int = 500
    rounds: int = 3
    forking_texts: int = 600
    forking_texters: int = 60


FULL = Sizes()
QUICK = Sizes(
    ack_texts=400, ack_runs=1, texts=300, texters=30, rounds=1, forking_texts=60, forking_texters=10,
)  # fmt: skip
