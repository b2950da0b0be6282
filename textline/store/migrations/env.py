"""What Alembic runs around each migration."""

from alembic import context
from sqlalchemy import Engine, text

from textline.store import tables

_LOCK = 7_811_206  # any constant: two releases at once take turns

engine: Engine = context.config.attributes["engine"]
with engine.connect() as connection:
    connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
    connection.commit()
    try:
        context.configure(connection=connection, target_metadata=tables.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": _LOCK})
        connection.commit()
