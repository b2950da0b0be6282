"""Migrations: bring the database to the newest shape. `python -m textline.store.migrate` is the release phase."""

import sys
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine

from textline import config
from textline.errors import TextlineError, Unavailable
from textline.store.database import translated


def configured(engine: Engine) -> Config:
    """Alembic's configuration, without a file."""
    made = Config()
    made.set_main_option("script_location", str(files("textline.store").joinpath("migrations")))
    made.attributes["engine"] = engine
    return made


def upgrade(engine: Engine) -> None:
    """To the newest shape; a second run at the same time waits for the first."""
    command.upgrade(configured(engine), "head")


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Back to an earlier shape."""
    command.downgrade(configured(engine), revision)


def pending(engine: Engine) -> list[str]:
    """The revisions that the database still lacks, in the order in which they are applied."""
    script = ScriptDirectory.from_config(configured(engine))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    steps = script.iterate_revisions("head", current or "base")
    return [step.revision for step in steps if step.revision != current][::-1]


def main() -> None:
    """Migrate the database that the environment names."""
    try:
        engine = create_engine(config.load().database_url, connect_args={"connect_timeout": 5})
        with translated():
            upgrade(engine)
    except Unavailable:
        sys.exit("PostgreSQL cannot be reached: see whether it runs, and TEXTLINE_DATABASE_URL")
    except TextlineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
