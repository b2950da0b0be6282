"""What a backup says of itself."""

import json
from dataclasses import asdict, dataclass

from textline.backup.errors import BackupError

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """The first thing in a backup.

    Attributes:
        format: of the file; a newer one is not ours to read.
        textline: the version that made it.
        revision: the record's last migration.
        made_at: in UTC, ISO 8601.
        server: PostgreSQL's major version.
        dumped_by: pg_dump's major version.
        demonstration: whether its people have a password that everybody knows.
        counts: rows by table.
    """

    format: int
    textline: str
    revision: str
    made_at: str
    server: int
    dumped_by: int
    demonstration: bool
    counts: dict[str, int]

    def written(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self), indent=1).encode()


def read(content: bytes) -> Manifest:
    """A manifest from its JSON.

    Raises:
        BackupError: it is of a newer Textline, or is none.
    """
    try:
        found = json.loads(content)
        if found["format"] > FORMAT:
            raise newer(str(found["textline"]))
        return Manifest(**found)
    except (ValueError, TypeError, KeyError):
        raise BackupError("This file holds no backup of Textline: name one that it made.") from None


def newer(made_by: str) -> BackupError:
    """The error for a backup that this version cannot know."""
    from textline import __version__

    return BackupError(
        f"This backup was made by Textline {made_by}, and this is {__version__}: install that version or a newer one, "
        "then restore."
    )
