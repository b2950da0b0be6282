"""A cast with a history, a pair of keys, and an empty database beside the record."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyrage import x25519
from sqlalchemy import create_engine, make_url, text

from tests.cast import ALEX, JORDAN, Cast
from textline import backup
from textline.backup import Place
from textline.backup.keyring import of
from textline.flow import reply


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """The file of a private key."""
    path = tmp_path / "key.txt"
    backup.new_identity(path)
    return path


@pytest.fixture
def public(private: Path) -> list[x25519.Recipient]:
    """The public key that belongs to it."""
    return [identity.to_public() for identity in backup.identities(private)]


@pytest.fixture
def history(cast: Cast) -> Cast:
    """Two texters, an answer that is on its way, and a crisis."""
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "is anybody there, Grüße 🌱")
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.maya, conversation.id, "I am here")
    cast.texts(JORDAN, "I want to kill myself")
    return cast


@pytest.fixture
def empty(history: Cast) -> str:
    """The address of a new database."""
    url = make_url(history.run.settings.database_url)
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("drop database if exists restored with (force)"))
        connection.execute(text("create database restored"))
    return url.set(database="restored", drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def place(history: Cast, empty: str) -> Place:
    """A Procfile's installation: its keys are set."""
    return Place(empty, of(history.run.settings), {}, None, simulated=True)


@pytest.fixture
def made(history: Cast, public: list[x25519.Recipient], tmp_path: Path) -> Path:
    """A backup of it all."""
    path = tmp_path / "textline.age"
    backup.back_up(history.run.settings, path, public)
    return path


Tables = Callable[[], list[str]]


@pytest.fixture
def tables(empty: str) -> Tables:
    """The tables that are in the new database."""
    engine = create_engine(empty.replace("postgresql:", "postgresql+psycopg:"))

    def there() -> list[str]:
        with engine.connect() as connection:
            return list(
                connection.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
            )

    return there
