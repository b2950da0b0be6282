"""What a backup is: sealed, whole or not there, of one instant, readable with standard programs."""

import io
import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pyrage
import pytest
from pyrage import x25519
from sqlalchemy import func, select

from tests.cast import ALEX, SASHA, Cast
from textline import backup
from textline.backup import BackupError, programs
from textline.embedded import binaries
from textline.errors import Unavailable
from textline.flow.waiting import waiting
from textline.store.messages import Message

Public = list[x25519.Recipient]


def test_it_is_ours_alone_and_sealed(made: Path, history: Cast) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    content = made.read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n")
    key = history.run.settings.secret_keys[0].get_secret_value()
    for secret in (b"Maya", b"messages", key.encode(), b"maya@harbor.example"):
        assert secret not in content


def test_standard_programs_open_it(made: Path, private: Path, tmp_path: Path) -> None:
    """As the package's first lines say: age, tar, cat, pg_restore."""
    opened = io.BytesIO()
    with made.open("rb") as file:
        pyrage.decrypt_io(file, opened, backup.identities(private))
    out = tmp_path / "out"
    out.mkdir()
    subprocess.run(["tar", "-x", "-C", out], input=opened.getvalue(), check=True)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["counts"]["organizations"] == 1
    assert "TEXTLINE_LOOKUP_KEY=" in (out / "keys.env").read_text()
    dump = b"".join(piece.read_bytes() for piece in sorted(out.glob("record.dump.*")))
    listing = [binaries.postgres(None) / "pg_restore", "--list"]
    said = subprocess.run(listing, input=dump, capture_output=True, check=True).stdout
    assert b"TABLE DATA public messages" in said


def test_age_itself_opens_it(made: Path, private: Path) -> None:
    if shutil.which("age") is None:
        pytest.skip("age is not installed: apt-get install age")
    line = ["age", "--decrypt", "--identity", str(private), str(made)]
    opened = subprocess.run(line, capture_output=True, check=True).stdout
    assert opened.startswith(b"manifest.json")


def test_it_is_of_one_instant(history: Cast, public: Public, private: Path, tmp_path: Path) -> None:
    """What is recorded after the first count is in neither the counts nor the dump."""
    path = tmp_path / "one.age"
    original = programs.dumping

    def late(*given: object, **more: object) -> object:
        history.texts(SASHA, "too late for this one")
        return original(*given, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programs, "dumping", late)
        done = backup.back_up(history.run.settings, path, public)
    with history.run.unit(history.organization) as unit:
        now = unit.session.scalar(select(func.count()).select_from(Message))
    assert done.counts["messages"] < now
    found = backup.examine(path, backup.identities(private))
    assert found.manifest.counts == done.counts


def test_what_waits_in_redis_is_in_it_before_it_is_recorded(
    history: Cast, public: Public, private: Path, tmp_path: Path
) -> None:
    history.arrives(ALEX, "acknowledged, not recorded", sid="SM" + "f" * 32)
    left = waiting(history.run)
    assert left
    done = backup.back_up(history.run.settings, tmp_path / "one.age", public, left)
    assert done.waiting == len(left) == 1
    found = backup.examine(tmp_path / "one.age", backup.identities(private))
    row = json.loads(found.waiting)
    assert row["sid"] == "SM" + "f" * 32
    assert b"acknowledged" not in found.waiting


def test_it_never_overwrites_unasked(made: Path, history: Cast, public: Public) -> None:
    before = made.read_bytes()
    with pytest.raises(BackupError, match="--force"):
        backup.back_up(history.run.settings, made, public)
    assert made.read_bytes() == before
    backup.back_up(history.run.settings, made, public, force=True)
    assert made.read_bytes() != before


def test_a_dump_that_fails_leaves_nothing(
    history: Cast, public: Public, made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "bin" / "pg_dump"
    broken.parent.mkdir()
    broken.write_text(
        "#!/bin/sh\nhead -c 9000000 /dev/zero\necho 'pg_dump: error: the disk is gone' >&2\nexit 1\n"
    )
    broken.chmod(0o755)
    monkeypatch.setattr(programs, "to_dump", lambda _server: programs.Program(broken, 99))
    before = made.read_bytes()
    with pytest.raises(BackupError, match="pg_dump failed: pg_dump: error: the disk is gone"):
        backup.back_up(history.run.settings, made, public, force=True)
    assert made.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["bin", "key.txt", "textline.age"]


def test_nowhere_to_write(history: Cast, public: Public, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written"):
        backup.back_up(history.run.settings, tmp_path / "none" / "x.age", public)
    with pytest.raises(BackupError, match="cannot be written"):
        backup.back_up(history.run.settings, Path("/dev/null/x.age"), public)


def test_nobody_there(history: Cast, public: Public, tmp_path: Path) -> None:
    gone = history.run.settings.model_copy(
        update={"database_url": "postgresql+psycopg://nobody@127.0.0.1:9/none"}
    )
    with pytest.raises(Unavailable):
        backup.back_up(gone, tmp_path / "x.age", public)
    assert not (tmp_path / "x.age").exists()


def test_a_pair_of_keys(tmp_path: Path) -> None:
    path = tmp_path / "key.txt"
    public = backup.new_identity(path)
    assert public.startswith("age1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [str(identity.to_public()) for identity in backup.identities(path)] == [public]
    with pytest.raises(BackupError, match="is there already"):
        backup.new_identity(path)
    with pytest.raises(BackupError, match="new-backup"):
        backup.recipients(["age1nonsense"])
    (tmp_path / "empty.txt").write_text("# nothing\n")
    with pytest.raises(BackupError, match="AGE-SECRET-KEY"):
        backup.identities(tmp_path / "empty.txt")
    with pytest.raises(BackupError, match="cannot be read"):
        backup.identities(tmp_path / "none.txt")


def test_the_right_program(monkeypatch: pytest.MonkeyPatch) -> None:
    have = [programs.Program(Path(f"/{major}/bin"), major) for major in (15, 16, 18)]
    monkeypatch.setattr(programs, "_found", lambda _name: have)
    assert [programs.to_dump(server).major for server in (14, 15, 16, 17, 18)] == [15, 15, 16, 18, 18]
    with pytest.raises(BackupError, match="postgresql-client-19"):
        programs.to_dump(19)
    assert programs.to_restore(16, 15).major == 16
    assert programs.to_restore(18, 15).major == 18
    with pytest.raises(BackupError, match="version 18 or newer"):
        programs.to_restore(15, 18)
    have.pop()
    with pytest.raises(BackupError, match="postgresql-client-17"):
        programs.to_restore(17, 16)
