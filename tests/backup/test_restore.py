"""Into an empty installation, as a whole or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest
from pyrage import x25519

from tests.backup.conftest import Tables
from tests.cast import ALEX, Cast
from textline import backup
from textline.backup import BackupError, Place, manifest, pack, programs, sealing
from textline.backup.keyring import LOOKUP_KEY, SECRET_KEYS, of, read, written
from textline.flow.drain import drain
from textline.flow.receive import inbox_of
from textline.flow.waiting import waiting
from textline.rules.delivery import Delivery
from textline.runtime import Runtime, start
from textline.store import messages, whole
from textline.store.migrate import pending, upgrade

Public = list[x25519.Recipient]


def elsewhere(history: Cast, url: str) -> Runtime:
    """A runtime over the restored record."""
    address = url.replace("postgresql:", "postgresql+psycopg:")
    return start(history.run.settings.model_copy(update={"database_url": address}))


def restored(place: Place, made: Path, private: Path) -> backup.Restored:
    return backup.restore(place, backup.examine(made, backup.identities(private)))


def test_the_same_words_from_the_same_people(history: Cast, made: Path, private: Path, place: Place) -> None:
    done = restored(place, made, private)
    assert done.counts["people"] == 4
    run = elsewhere(history, place.database_url)
    assert pending(run.store.engine) == []
    there = replace(history, run=run)
    conversation = there.conversation(ALEX)
    assert conversation.id == history.conversation(ALEX).id
    ours, theirs = history.thread(conversation), there.thread(conversation)
    assert [(one.body, one.at, one.author) for one in theirs] == [
        (one.body, one.at, one.author) for one in ours
    ]
    assert "is anybody there, Grüße 🌱" in there.bodies(conversation)
    run.close()


def test_what_was_on_its_way_out_is_never_sent_blindly(
    history: Cast, made: Path, private: Path, place: Place
) -> None:
    done = restored(place, made, private)
    run = elsewhere(history, place.database_url)
    with run.unit(history.organization) as unit:
        states = {text.delivery for text in unit.session.query(messages.Message) if text.delivery}
    assert states == {Delivery.UNKNOWN}
    assert done.doubted > 1
    run.close()


def test_what_waited_is_recorded_once(
    history: Cast, public: Public, private: Path, place: Place, tmp_path: Path
) -> None:
    text = history.arrives(ALEX, "waited in Redis")
    left = waiting(history.run)
    drain(history.run, inbox_of(history.run.seal, text))
    again = history.arrives(ALEX, "waited, and never recorded")
    left = [*(left or []), *(waiting(history.run) or [])]
    path = tmp_path / "one.age"
    backup.back_up(history.run.settings, path, public, left)
    assert restored(place, path, private).waiting == 2
    there = replace(history, run=elsewhere(history, place.database_url))
    drain(there.run, inbox_of(history.run.seal, again))
    bodies = there.bodies(there.conversation(ALEX))
    assert [body for body in bodies if body.startswith("waited")] == [
        "waited in Redis",
        "waited, and never recorded",
    ]
    there.run.close()


def damaged(made: Path, how: str) -> None:
    content = bytearray(made.read_bytes())
    if how == "cut short":
        made.write_bytes(content[: len(content) // 2])
    elif how == "cut short by one":
        made.write_bytes(content[:-1])
    elif how == "changed":
        content[len(content) // 2] ^= 1
        made.write_bytes(content)
    elif how == "empty":
        made.write_bytes(b"")
    else:
        made.write_bytes(b"something else entirely\n" * 100)


def test_a_damaged_file(made: Path, private: Path) -> None:
    whole_file = made.read_bytes()
    for how in ("cut short", "cut short by one", "changed", "empty", "something else"):
        made.write_bytes(whole_file)
        damaged(made, how)
        with pytest.raises(BackupError, match="damaged or cut short"):
            backup.examine(made, backup.identities(private))


def test_another_key(made: Path, tmp_path: Path) -> None:
    backup.new_identity(tmp_path / "other.txt")
    with pytest.raises(BackupError, match="not sealed to this key"):
        backup.examine(made, backup.identities(tmp_path / "other.txt"))
    with pytest.raises(BackupError, match="There is no file"):
        backup.examine(tmp_path / "none.age", backup.identities(tmp_path / "other.txt"))


def test_damage_that_comes_between_looking_and_restoring(
    made: Path, private: Path, place: Place, tables: Tables
) -> None:
    found = backup.examine(made, backup.identities(private))
    damaged(made, "cut short")
    with pytest.raises(BackupError, match="damaged or cut short"):
        backup.restore(place, found)
    assert tables() == []


def test_a_record_that_is_not_empty(
    history: Cast, made: Path, private: Path, place: Place, tables: Tables
) -> None:
    ours = replace(place, database_url=history.run.settings.database_url)
    with pytest.raises(BackupError, match="There is a record here already"):
        restored(ours, made, private)
    assert "is anybody there, Grüße 🌱" in history.bodies(history.conversation(ALEX))
    restored(place, made, private)
    with pytest.raises(BackupError, match="There is a record here already"):
        restored(place, made, private)
    assert "messages" in tables()


def test_a_migrated_but_empty_record_is_one_to_restore_into(
    history: Cast, made: Path, private: Path, place: Place
) -> None:
    run = elsewhere(history, place.database_url)
    upgrade(run.store.engine)
    assert restored(place, made, private).counts["organizations"] == 1
    run.close()


def test_other_keys(made: Path, private: Path, place: Place, tables: Tables) -> None:
    for wrong in ({LOOKUP_KEY: "another lookup key, which finds nobody"}, {SECRET_KEYS: "A" * 43 + "="}):
        with pytest.raises(BackupError, match=r"keys here are not the backup's.*--keys-to"):
            restored(replace(place, keys=place.keys | wrong), made, private)
    with pytest.raises(BackupError, match="keys are not set"):
        restored(replace(place, keys={}), made, private)
    assert tables() == []


def test_a_newer_key_in_front_is_welcome(made: Path, private: Path, place: Place) -> None:
    keys = place.keys | {SECRET_KEYS: "A" * 43 + "=," + place.keys[SECRET_KEYS]}
    assert restored(replace(place, keys=keys), made, private).counts


def test_keys_go_into_the_data_directory(
    history: Cast, made: Path, private: Path, place: Place, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    restored(replace(place, keys={}, data=data), made, private)
    path = data / "keys.env"
    assert path.stat().st_mode & 0o777 == 0o600
    assert read(path.read_text()) == of(history.run.settings)


def test_a_restore_that_fails_leaves_nothing(
    made: Path, private: Path, place: Place, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    script = tmp_path / "pg_restore"
    script.write_text("#!/bin/sh\nhead -c 100 >/dev/null\necho 'pg_restore: error: no' >&2\nexit 1\n")
    script.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setattr(programs, "to_restore", lambda *_: programs.Program(script, 99))
        with pytest.raises(BackupError, match="pg_restore failed: pg_restore: error: no"):
            restored(replace(place, keys={}, data=data), made, private)
    assert tables() == []
    assert not (data / "keys.env").exists()

    found = backup.examine(made, backup.identities(private))
    promised = replace(found.manifest, counts=found.manifest.counts | {"messages": 99})
    with pytest.raises(BackupError, match="not what the backup promised"):
        backup.restore(place, replace(found, manifest=promised))
    assert tables() == []


def test_a_restore_that_was_cut_off_is_done_again(
    history: Cast, made: Path, private: Path, place: Place, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 right after pg_restore: nothing starts over what it left, and nothing there is sent."""
    found = backup.examine(made, backup.identities(private))

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(whole, "settle", killed)
        patch.setattr(whole, "clear", lambda _engine: None)  # dead people tidy nothing
        with pytest.raises(SystemExit):
            backup.restore(place, found)
    assert "messages" in tables()
    run = elsewhere(history, place.database_url)
    with pytest.raises(Exception, match="already exists"):
        upgrade(run.store.engine)
    run.close()
    assert backup.restore(place, found).counts == found.manifest.counts


def test_a_demonstration_never_becomes_a_real_line(
    history: Cast, public: Public, private: Path, place: Place, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "demonstration").touch()
    settings = history.run.settings.model_copy(update={"data_dir": data})
    backup.back_up(settings, tmp_path / "demo.age", public)
    real = tmp_path / "real"
    real.mkdir()
    with pytest.raises(BackupError, match="whose passwords everybody knows"):
        restored(replace(place, data=real, simulated=False), tmp_path / "demo.age", private)
    restored(replace(place, data=real), tmp_path / "demo.age", private)
    assert (real / "demonstration").exists()


def sealed(path: Path, public: Public, *members: tuple[str, bytes]) -> Path:
    with path.open("wb") as file:
        sealing.seal(pack.packed(iter(members), 0), file, public)
    return path


def test_of_a_newer_textline(
    history: Cast, made: Path, public: Public, private: Path, place: Place, tables: Tables, tmp_path: Path
) -> None:
    found = backup.examine(made, backup.identities(private))
    later = replace(found.manifest, revision="9999", textline="9.9")
    with pytest.raises(BackupError, match=r"made by Textline 9\.9.*install that version"):
        backup.restore(place, replace(found, manifest=later))
    strange = replace(found.manifest, format=manifest.FORMAT + 1, textline="9.9")
    path = sealed(tmp_path / "later.age", public, (pack.MANIFEST, strange.written()))
    with pytest.raises(BackupError, match=r"made by Textline 9\.9"):
        backup.examine(path, backup.identities(private))
    assert tables() == []


def test_sealed_to_us_and_no_backup(public: Public, private: Path, tmp_path: Path) -> None:
    keys = backup.identities(private)
    for number, members in enumerate(
        ((), (("x", b"y"),), ((pack.MANIFEST, b"{}"),), ((pack.MANIFEST, b"[1"),))
    ):
        path = sealed(tmp_path / f"{number}.age", public, *members)
        with pytest.raises(BackupError, match="no backup of Textline"):
            backup.examine(path, keys)
    with (tmp_path / "raw.age").open("wb") as file:
        sealing.seal(iter([b"no tar at all" * 1000]), file, public)
    with pytest.raises(BackupError, match="no backup of Textline"):
        backup.examine(tmp_path / "raw.age", keys)


def test_a_backup_that_lacks_its_end(made: Path, public: Public, private: Path, tmp_path: Path) -> None:
    keys = backup.identities(private)
    with sealing.opened(made, keys) as stream:
        members = [member for member in pack.unpacked(stream) if member[0] != pack.END]
    path = sealed(tmp_path / "short.age", public, *members)
    with pytest.raises(BackupError, match="not whole"):
        backup.examine(path, keys)


@pytest.mark.parametrize("value", ["plain", "it's", 'a "b" #c', "back\\slash", "$HOME ${X}", " blanks ", "ü"])
def test_keys_of_any_letters(value: str) -> None:
    assert read(written({"A": value, "B": "b"})) == {"A": value, "B": "b"}
