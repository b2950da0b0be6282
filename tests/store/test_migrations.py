"""Migrations go up and down, and give what the tables say."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from textline.config import Settings
from textline.store import migrate


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """An empty database of its own."""
    url = make_url(settings.database_url)
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("drop database if exists migrations"))
        connection.execute(text("create database migrations"))
    made = create_engine(url.set(database="migrations"))
    yield made
    made.dispose()


def test_up_down_and_up_again_without_drift(engine: Engine) -> None:
    assert migrate.pending(engine) == [
        "0001",
        "0002",
        "0003",
        "0004",
        "0005",
        "0006",
        "0007",
        "0008",
        "0009",
        "0010",
    ]
    migrate.upgrade(engine)
    assert migrate.pending(engine) == []
    command.check(migrate.configured(engine))
    migrate.downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrate.upgrade(engine)
    command.check(migrate.configured(engine))


def test_a_second_migration_changes_nothing(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    assert migrate.pending(engine) == []
