"""Restore a backup into an installation that holds nothing yet: as a whole, or not at all."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from textline.backup import keyring, manifest, pack, programs, sealing
from textline.backup.errors import BackupError
from textline.backup.examine import Examined
from textline.embedded import places
from textline.errors import TextlineError
from textline.store import whole
from textline.store.whole import Waiting


@dataclass(frozen=True)
class Place:
    """Where to restore into.

    Attributes:
        database_url: the database.
        keys: what of the two keys is set or kept already, by name.
        kept: all that `keys.env` holds already, by name.
        data: the data directory that `textline up` keeps keys in; None where all comes from settings.
        simulated: whether nothing leads to a real Twilio account.
    """

    database_url: str
    keys: dict[str, str]
    kept: dict[str, str]
    data: Path | None
    simulated: bool


@dataclass(frozen=True)
class Restored:
    """What was restored: rows by table, texts to be recorded, and sent texts to be looked up in Twilio's log."""

    counts: dict[str, int]
    waiting: int
    doubted: int


def restore(place: Place, found: Examined) -> Restored:
    """Put an examined backup into its place.

    Raises:
        BackupError: the place is not empty, has other keys, or does not fit; nothing was changed. Or pg_restore
            failed; the database is empty then.
        Unavailable: PostgreSQL cannot be reached.
    """
    engine = whole.connected(place.database_url)
    try:
        _known(engine, found)
        _keys_agree(place, found)
        _no_demonstration_of_a_real_line(place, found)
        state = whole.state(engine)
        if state.holds_a_record:
            raise BackupError(_NOT_EMPTY)
        program = programs.to_restore(state.server, found.manifest.dumped_by)
        with _keys_kept(place, found):
            return _fill(engine, program, found)
    finally:
        engine.dispose()


def _known(engine: Engine, found: Examined) -> None:
    if not whole.known(engine, found.manifest.revision):
        raise manifest.newer(found.manifest.textline)


def _keys_agree(place: Place, found: Examined) -> None:
    if not keyring.agree(place.keys, found.keys):
        elsewhere = "name a --data-dir that is empty or does not exist yet."
        raise BackupError(
            "The keys here are not the backup's, so that nothing in it could be read: "
            + (elsewhere if keyring.NAMES & place.kept.keys() else _TAKE_OUT)
        )
    if place.data is None and not place.keys.keys() >= keyring.NAMES:
        raise BackupError("The keys are not set: " + _TAKE_OUT)


_TAKE_OUT = (
    "take the backup's out with `textline restore FILE --identity KEYFILE --keys-to KEYS.env`, set "
    f"{keyring.SECRET_KEYS} and {keyring.LOOKUP_KEY} to what is in it, and restore again."
)


def _no_demonstration_of_a_real_line(place: Place, found: Examined) -> None:
    if found.manifest.demonstration and (place.data is None or not place.simulated):
        raise BackupError(
            "This is a backup of a demonstration, whose passwords everybody knows: restore it where no "
            "TEXTLINE_TWILIO_… setting leads to a real line."
        )


_NOT_EMPTY = (
    "There is a record here already, and a backup is restored only into an empty one: name a --data-dir that "
    "does not exist yet, or set TEXTLINE_DATABASE_URL to an empty database."
)


@contextlib.contextmanager
def _keys_kept(place: Place, found: Examined) -> Iterator[None]:
    """Keys first: a record without its keys would be the worse half."""
    if place.data is None:
        yield
        return
    path = place.data / "keys.env"
    before = place.kept
    places.write(place.data / ".gitignore", "*\n")
    keys = {name: value for name, value in found.keys.items() if name not in place.keys}
    places.write(path, keyring.written(before | keys))
    try:
        if found.manifest.demonstration:
            places.write(place.data / places.DEMONSTRATION, places.DEMONSTRATION_WORDS)
        yield
    except BaseException:
        (place.data / places.DEMONSTRATION).unlink(missing_ok=True)
        if before:
            places.write(path, keyring.written(before))
        else:
            path.unlink(missing_ok=True)
        raise


def _fill(engine: Engine, program: programs.Program, found: Examined) -> Restored:
    whole.clear(engine)
    address = programs.Address(*whole.address(engine))
    try:
        with (
            programs.restoring(program, address) as record,
            sealing.opened(found.path, found.identities) as stream,
        ):
            for name, content in pack.unpacked(stream):
                if name.startswith(pack.DUMP):
                    record.write(content)
        counts = whole.state(engine).counts
        if counts != found.manifest.counts:
            raise BackupError("The restored record is not what the backup promised: nothing of it was kept.")
        waiting = list(_waiting(found.waiting))
        doubted = whole.settle(engine, waiting)
        whole.finish(engine, found.manifest.revision)
    except BaseException:
        with contextlib.suppress(TextlineError):
            whole.clear(engine)
        raise
    return Restored(counts, len(waiting), doubted)


def _waiting(lines: bytes) -> Iterator[Waiting]:
    for line in lines.decode().splitlines():
        one = json.loads(line)
        at = datetime.fromisoformat(one.pop("received_at"))
        yield Waiting(**one, received_at=at)
