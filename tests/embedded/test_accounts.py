import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.embedded.conftest import nobody_left, postmasters, remember, remembered
from textline.embedded import EmbeddedError, servers
from textline.embedded.account import reachable

ORDINARY = ["unshare", "--user", "--map-user=1", "--map-group=1", "--"]
as_root = pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="for root on Linux")

USE = """
    import os, sys
    from pathlib import Path
    from textline.embedded import EmbeddedError, servers
    assert os.geteuid() == 1
    try:
        with servers(Path(sys.argv[1])) as running:
            print(running.database_url)
    except EmbeddedError as error:
        sys.exit(str(error))
"""


def ordinary(data):
    """Use the servers as an ordinary user: root's files, another number, no powers."""
    command = [*ORDINARY, sys.executable, "-c", textwrap.dedent(USE), str(data)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def user_of(pid):
    return os.stat(f"/proc/{pid}").st_uid


@as_root
def test_root_has_postgresql_run_by_somebody_without_powers(empty):
    with servers(empty, redis=False):
        assert [user_of(pid) for pid in postmasters(empty)] != [0]
        assert (empty / "postgres").stat().st_uid != 0


@as_root
def test_root_with_a_directory_that_is_shut_and_then_opened(empty):
    shut = empty / "shut"
    shut.mkdir(parents=True, mode=0o700)
    for mode, words in ((0o700, ["one"]), (0o711, ["one", "two"]), (0o700, ["one", "two", "three"])):
        shut.chmod(mode)
        with servers(shut / "data") as running:
            remember(running.database_url, running.redis_url, words[-1])
            assert remembered(running.database_url, running.redis_url) == (words, words)
            [postmaster] = postmasters(shut / "data")
            powers = Path(f"/proc/{postmaster}/status").read_text()
            assert "CapEff:\t0000000000000000" in powers
    assert nobody_left(shut / "data")


@as_root
def test_an_ordinary_user(empty):
    done = ordinary(empty)
    assert done.stdout.startswith("postgresql://"), done.stderr
    assert nobody_left(empty)


@as_root
def test_an_ordinary_user_after_root_is_told_what_to_do(empty):
    with servers(empty, redis=False):
        pass
    done = ordinary(empty)
    assert done.returncode == 1
    assert "belongs to the user" in done.stderr
    assert "chown" in done.stderr
    assert "Traceback" not in done.stderr


@as_root
def test_root_over_another_users_directory(empty):
    empty.mkdir()
    os.chown(empty, 1, 1)
    with servers(empty, redis=False):
        assert [user_of(pid) for pid in postmasters(empty)] == [1]


@as_root
def test_root_over_the_directory_of_a_user_without_a_name(empty):
    empty.mkdir()
    os.chown(empty, 43210, 43210)
    with servers(empty, redis=False):
        assert [user_of(pid) for pid in postmasters(empty)] not in ([0], [43210])


def test_reachable_asks_for_the_right_to_enter_each_directory_above(open_directory):
    inside = open_directory / "shut" / "inside"
    inside.mkdir(parents=True)
    assert reachable(inside, 4321, 4321)
    (open_directory / "shut").chmod(0o700)
    assert not reachable(inside, 4321, 4321)
    assert reachable(inside, os.geteuid(), os.getegid()) or os.geteuid() == 0


def test_a_data_directory_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedError, match="--data-dir"), servers(tmp_path / "file" / "data"):
        pass
