"""Where a run takes place: what the system under trial is given."""

from dataclasses import dataclass
from pathlib import Path

from textline.embedded.guard import Guard
from textline.up.stopping import Stopping


@dataclass(frozen=True)
class Place:
    """A run's directory, addresses and ports. `environment` is that of every process of the run."""

    data: Path
    database_url: str
    redis_url: str
    port: int
    carrier_port: int
    environment: dict[str, str]
    guard: Guard
    stopping: Stopping

    @property
    def web(self) -> str:
        """The address of the web process."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def carrier(self) -> str:
        """The address of the simulated carrier."""
        return f"http://127.0.0.1:{self.carrier_port}"

    @property
    def filling(self) -> dict[str, str]:
        """What stands for the places in a command."""
        return {"port": str(self.port), "carrier_port": str(self.carrier_port), "data": str(self.data)}
