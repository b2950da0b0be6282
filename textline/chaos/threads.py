"""The threads of a run: what goes wrong in one is not lost."""

import threading
from collections.abc import Callable


class Threads:
    """Started, joined, and asked for what went wrong."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self.failures: list[tuple[str, Exception]] = []

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Do this in a thread."""

        def guarded() -> None:
            try:
                work()
            except Exception as error:
                self.failures.append((name, error))

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def await_(self, names: tuple[str, ...], seconds: float) -> None:
        """Wait for those whose names begin so, each at most so long."""
        for thread in list(self._threads):
            if thread.name.startswith(names):
                thread.join(seconds)

    def join(self, seconds: float) -> list[str]:
        """Wait for all, each at most so long; the names of those that have not ended."""
        for thread in list(self._threads):
            thread.join(seconds)
        return [thread.name for thread in self._threads if thread.is_alive()]
