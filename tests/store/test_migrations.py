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
        "0011",
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


def test_what_is_known_of_escalations_outlasts_a_step_back_and_forth(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            text("set session_replication_role = replica")
        )  # whose they are does not matter here
        for number, route, discreet in ((1, "medical", "true"), (2, "self", "false")):
            connection.execute(
                text(
                    "insert into escalations (id, organization_id, conversation_id, level, route, routes, discreet,"
                    " undelivered, raised_at)"
                    f" values ({number}, 1, {number}, 2, '{route}', '[]', {discreet}, false, now())"
                )
            )
    migrate.downgrade(engine, "0009")
    with engine.connect() as connection:
        told = connection.execute(text("select id, route from escalations order by id")).all()
    assert [tuple(row) for row in told] == [
        (1, "abuse"),
        (2, "self"),
    ]  # no text of the older version names a danger
    migrate.upgrade(engine)
    with engine.connect() as connection:
        kept = connection.execute(text("select discreet, routes from escalations order by id")).all()
    assert [row.discreet for row in kept] == [True, False]
    assert kept[0].routes == ["abuse"]
