"""Which installation a command works on: the one that the settings name, or `textline up`'s in a data directory."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from textline import config
from textline.backup import Place
from textline.config import Settings
from textline.embedded import places, servers
from textline.up import values
from textline.up.errors import UpError

_SERVERS = {"TEXTLINE_DATABASE_URL", "TEXTLINE_REDIS_URL"}


@contextmanager
def installation(data_dir: Path) -> Iterator[Settings]:
    """The settings of an installation, with its servers running.

    Where both servers are set by the operator, the settings are taken as they are. Otherwise the embedded
    servers of the data directory are attached to, or run for as long as the command takes.

    Raises:
        SettingsError: one line for each setting that is missing or wrong.
        EmbeddedError, UpError: the data directory cannot be used.
    """
    given = values.given()
    if given.keys() >= _SERVERS:
        yield config.load()
        return
    if not (data_dir / "state.json").exists():
        raise UpError(
            f"Nothing is in {data_dir.absolute()}: start `textline up` over it first, name the right --data-dir, or "
            "set TEXTLINE_DATABASE_URL and TEXTLINE_REDIS_URL."
        )
    found = values.known(data_dir)
    with servers(
        data_dir, "TEXTLINE_DATABASE_URL" not in given, "TEXTLINE_REDIS_URL" not in given
    ) as running:
        addresses = {"TEXTLINE_DATABASE_URL": running.database_url, "TEXTLINE_REDIS_URL": running.redis_url}
        whole = {name: value for name, value in addresses.items() if value} | found
        yield config.load(
            **{name.removeprefix(values.PREFIX).lower(): value for name, value in whole.items()}
        )


@contextmanager
def vacancy(data_dir: Path) -> Iterator[Place]:
    """Where a backup may be restored into: the servers that the settings name, or those of a data directory.

    An embedded PostgreSQL runs while inside, and nobody else may use it meanwhile.

    Raises:
        EmbeddedError: the data directory cannot be used.
        UpError: Textline runs over it.
    """
    given = values.given()
    data = None if given.keys() >= _SERVERS else places.data_directory(data_dir)
    kept = values.kept(data) if data else {}
    keys = {name: value for name, value in (kept | given).items() if name in values.SEALING}
    with ExitStack() as stack:
        if data and not stack.enter_context(places.lock(data / "up.lock")):
            raise UpError(f"Textline runs over {data}: end it first, or choose another --data-dir.")
        url = given.get("TEXTLINE_DATABASE_URL", "")
        if not url:
            running = stack.enter_context(servers(data_dir, database=True, redis=False, attach=False))
            url = running.database_url
        yield Place(url, keys, kept, data, values.simulated(given))
