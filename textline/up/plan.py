"""What `textline up` runs, as data."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Child:
    """A process that runs as long as Textline does. `{port}`, `{carrier_port}` and `{data}` are filled in."""

    name: str
    argv: tuple[str, ...]
    # A path at which its port answers 200 once it is ready.
    port: str = ""
    ready: str = ""

    def filled(self, places: dict[str, str]) -> "Child":
        """The same with its places filled in."""
        argv = tuple(part.format_map(places) for part in self.argv)
        return Child(self.name, argv, self.port.format_map(places), self.ready)


@dataclass(frozen=True)
class Plan:
    """The two commands before, the carrier if it is simulated, and the children."""

    migrate: tuple[str, ...]
    seed: tuple[str, ...]
    carrier: Child
    children: tuple[Child, ...]


def _python(command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *command.split())


PLAN = Plan(
    migrate=_python("textline.store.migrate"),
    seed=_python("textline.seed"),
    carrier=Child(
        "carrier",
        (*_python("textline.carrier.simulated --port {carrier_port} --data"), "{data}/carrier"),
        "{carrier_port}",
        "/simulated/health",
    ),
    children=(
        Child(
            "web",
            _python("textline.serve --host 127.0.0.1 --port {port} --processes 2"),
            "{port}",
            "/health/ready",
        ),
        Child("worker", _python("workers texts + first matches + sends")),
        Child("urgent", _python("workers urgent + soon")),
        Child("clock", _python("workers.clock")),
    ),
)
