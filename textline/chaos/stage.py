"""The stage of a run: a directory, both stores, two ports, and settings made up for this run alone."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from textline.chaos.errors import ChaosError
from textline.chaos.place import Place
from textline.chaos.servers import Stores, stores
from textline.embedded import places
from textline.embedded.guard import Guard
from textline.up import values
from textline.up.ports import port as chosen_port
from textline.up.stopping import Stopping


@contextlib.contextmanager
def stage(data_dir: Path, guard: Guard, stopping: Stopping) -> Iterator[tuple[Place, Stores]]:
    """Have it all over an empty directory while inside. Nothing of the operator's own settings is used.

    Raises:
        ChaosError: the directory is in use, or has been.
    """
    data = places.data_directory(data_dir)
    with contextlib.ExitStack() as stack:
        if not stack.enter_context(places.lock(data / "servers.lock")):
            raise ChaosError(
                f"Another process holds the data directory {data}: choose another with --data-dir."
            )
        if (data / "state.json").exists():
            raise ChaosError(f"{data} has been used before: a run begins in an empty directory.")
        secrets = values.keys(data, {}, used_before=False)
        port = stack.enter_context(chosen_port(None, None))
        carrier_port = stack.enter_context(chosen_port(None, None, port + 1))
        made = stack.enter_context(stores(data, guard))
        addresses = {"TEXTLINE_DATABASE_URL": made.database.url, "TEXTLINE_REDIS_URL": made.queue.url}
        places.write(data / "state.json", f'{{"port": {port}, "carrier_port": {carrier_port}}}')
        found = {**secrets, **addresses, "TEXTLINE_PUBLIC_URL": f"http://127.0.0.1:{port}"}
        environment = values.environment(values.composed(data, found, True, port, carrier_port))
        yield (
            Place(data, made.database.url, made.queue.url, port, carrier_port, environment, guard, stopping),
            made,
        )


def temporary() -> Path:
    """A new directory that the stores' users can enter."""
    made = Path(tempfile.mkdtemp(prefix="textline-chaos-"))
    if os.geteuid() == 0:
        made.chmod(0o711)  # under root PostgreSQL runs as another user, who has to pass through
    return made
