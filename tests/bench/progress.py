"""The progress bar, on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class Bar:
    """What is being done, and how much of all is done."""

    def __init__(self, progress: Progress, steps: int) -> None:
        self._progress, self._steps = progress, steps
        self._task = progress.add_task("starting the servers", total=1.0)
        self._begun = 0

    def step(self, words: str) -> None:
        """The next step begins."""
        self._progress.update(self._task, description=words, completed=self._begun / self._steps)
        self._begun = min(self._begun + 1, self._steps)

    def advance(self, share: float) -> None:
        """So much of this step is done (0 to 1)."""
        done = (self._begun - 1 + min(share, 1.0)) / self._steps
        self._progress.update(self._task, completed=done)


@contextmanager
def bar(steps: int) -> Iterator[Bar]:
    """A bar over so many steps while inside."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bar(progress, steps)
