import json
import os
import re
import signal
import socket
import stat
import subprocess
import time
import urllib.request
from pathlib import Path

import psycopg
import redis

from tests.embedded.conftest import postmasters
from tests.up.conftest import left_over
from textline import config
from textline.embedded import process
from textline.up import known


def given(data: Path) -> dict[str, str]:
    return json.loads((data / "given.json").read_text())


def test_from_nothing_to_ready_and_to_a_clean_end(start, cwd):
    up = start(first=True)
    address = up.ready().removeprefix("Textline is ready at ")
    assert re.fullmatch(r"http://localhost:\d+", address)
    request = urllib.request.Request(address + "/health/ready", headers={"Host": "localhost"})
    assert urllib.request.urlopen(request, timeout=5).status == 200

    demo = json.loads((up.data / "demo.json").read_text())
    assert stat.S_IMODE((up.data / "demo.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((up.data / "keys.env").stat().st_mode) == 0o600
    assert demo["web"] == address
    assert demo["line"] == "+15005550006"
    assert [person["name"] for person in demo["people"]] == ["Maya"]
    assert re.fullmatch("AC[0-9a-f]{32}", demo["account_sid"])
    assert urllib.request.urlopen(
        urllib.request.Request(demo["carrier"] + "/simulated/health", headers={"Host": "localhost"}),
        timeout=5,
    )
    assert psycopg.connect(demo["database_url"]).execute("SELECT count(*) FROM migrated").fetchone() == (1,)
    assert redis.Redis.from_url(demo["redis_url"]).ping()

    assert set(given(up.data)) <= {f"TEXTLINE_{name.upper()}" for name in config.Settings.model_fields}

    assert up.end(signal.SIGINT) == 0
    assert not (up.data / "demo.json").exists()
    assert not left_over(cwd)
    assert up.lines() == []


def test_the_next_start_keeps_secrets_and_ports(start):
    up = start()
    first = up.ready()
    before, keys = given(up.data), (up.data / "keys.env").read_text()
    up.end()
    up = start(seed=False)
    assert up.ready() == first
    after = given(up.data)
    assert after == before
    assert (up.data / "keys.env").read_text() == keys
    assert json.loads((up.data / "demo.json").read_text())["people"] == []
    assert after["TEXTLINE_DEMO"] == "1"
    # A command in a second terminal finds the same, but for the servers' addresses, which it gets by attaching.
    same = {name: value for name, value in before.items() if not name.endswith(("DATABASE_URL", "REDIS_URL"))}
    assert known(up.data) == same


def test_a_second_up_over_the_same_directory_says_so(start):
    up = start(children={})
    address = up.ready().split()[-1]
    second = start()
    assert second.wait() == 1
    assert "running already" in second.said()
    assert address in second.said()
    assert up.process.poll() is None
    assert (up.data / "demo.json").exists()


def test_two_directories_at_once_get_different_ports(start):
    ups = [start(name, children={}) for name in ("one", "two")]
    assert len({up.ready() for up in ups}) == 2


def test_killing_it_takes_everything_along_and_the_next_start_works(start, cwd):
    up = start()
    up.ready()
    up.end(signal.SIGKILL)
    assert process.wait(lambda: not left_over(cwd), 12), left_over(cwd)
    assert start().ready()


def test_orphans_of_a_killed_up_are_ended_at_the_next_start_and_strangers_are_not(start, cwd):
    up = start()
    up.ready()
    orphans = up.pids()
    for pid in process.everyone():  # the guards first
        command = Path(f"/proc/{pid}/cmdline")
        if command.exists() and b"embedded.guard" in command.read_bytes() and parent(pid) == up.process.pid:
            os.kill(pid, signal.SIGKILL)
    up.end(signal.SIGKILL)
    assert all(process.identify(pid) for pid in orphans)
    noted = json.loads((up.data / "run.json").read_text())
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", start_new_session=True)
    noted["children"] += [{"pid": stranger.pid, "started": "long ago"}, {"pid": "x"}, None]
    (up.data / "run.json").write_text(json.dumps(noted))
    up = start()
    up.ready()
    assert len(postmasters(up.data)) == 1
    assert not any(process.identify(pid) for pid in orphans)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_child_that_is_killed_is_started_again_and_so_are_the_servers(start):
    up = start()
    up.ready()
    before = up.pids()
    os.kill(before[-1], signal.SIGKILL)
    [postmaster] = postmasters(up.data)
    os.kill(postmaster, signal.SIGKILL)
    assert process.wait(
        lambda: up.pids()[-1] != before[-1] and postmasters(up.data) not in ([], [postmaster]), 15
    )
    assert up.pids()[:-1] == before[:-1]
    assert "clock ended (-9); starting it again" in up.said()
    assert process.wait(lambda: "postgres had ended" in up.said(), 5)
    assert up.end() == 0


def test_a_child_that_dies_again_and_again_ends_it_all(start):
    up = start(children={"urgent": "dies"}, tries=2)
    assert up.wait() == 1
    assert "urgent ended 2 times" in up.said()
    assert "this is why I died" in up.said()
    assert not (up.data / "demo.json").exists()


def test_a_failing_migration_is_shown_and_ends_it_all(start):
    up = start(migrate="fails")
    assert up.wait() == 1
    assert "relation is not what it was" in up.said()
    assert "Traceback" not in up.said()


def test_whoever_does_not_become_ready_is_named(start):
    up = start(path="/elsewhere", limit=1)
    assert up.wait() == 1
    assert "web answers 503" in up.said()


def test_a_second_request_to_stop_hurries(start):
    up = start(children={"clock": "stubborn"})
    up.ready()
    assert process.wait((up.data / "stubborn").exists, 20), "it no longer hears the first request"
    begun = time.monotonic()
    up.process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert up.process.poll() is None
    assert up.end(signal.SIGINT) == 0
    assert time.monotonic() - begun < 5


def test_a_request_to_stop_while_it_starts(start):
    up = start(path="/never")
    assert process.wait((up.data / "run.json").exists, 20)
    assert up.end() == 0


def test_settings_of_ones_own_are_used_and_dotenv_counts(start, cwd):
    from textline.embedded import servers

    sid = "AC" + "a" * 32
    with servers(cwd / "elsewhere") as mine:
        (cwd / ".env").write_text(
            f"TEXTLINE_REDIS_URL='{mine.redis_url}'\ntextline_twilio_account_sid={sid}\nTEXTLINE_LOG_LEVEL=ERROR\n"
        )
        up = start(
            environment={
                "TEXTLINE_DATABASE_URL": mine.database_url,
                "TEXTLINE_TWILIO_AUTH_TOKEN": "secret",
                "TEXTLINE_LOG_LEVEL": "INFO",
                "TEXTLINE_PUBLIC_URL": "https://line.example.org",
            }
        )
        assert up.ready()
        seen = given(up.data)
        assert seen["TEXTLINE_DATABASE_URL"] == mine.database_url
        assert seen["TEXTLINE_REDIS_URL"] == mine.redis_url
        assert seen["TEXTLINE_TWILIO_ACCOUNT_SID"] == sid
        assert seen["TEXTLINE_LOG_LEVEL"] == "INFO"
        assert seen["TEXTLINE_PUBLIC_URL"] == "https://line.example.org"
        assert "TEXTLINE_DEMO" not in seen
        assert "TWILIO" not in (up.data / "keys.env").read_text()
        assert postmasters(up.data) == []
        assert not (up.data / "demo.json").exists()
        assert not (up.data / "seeded").exists()
        assert up.end() == 0


def test_a_wrong_setting_is_named(start):
    up = start(environment={"TEXTLINE_LOG_LEVEL": "LOUD"})
    assert up.wait() == 1
    assert "TEXTLINE_LOG_LEVEL" in up.said()
    assert "Traceback" not in up.said()


def test_lost_keys_are_not_replaced_in_silence(start):
    up = start(children={})
    up.ready()
    up.end()
    (up.data / "keys.env").write_text("TEXTLINE_SECRET_KEYS=")
    again = start()
    assert again.wait() == 1
    assert "TEXTLINE_SECRET_KEYS and TEXTLINE_LOOKUP_KEY is gone" in again.said()
    assert (up.data / "keys.env").read_text() == "TEXTLINE_SECRET_KEYS="


def test_a_wanted_port_that_is_taken(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        up = start(port=taken.getsockname()[1])
        assert up.wait() == 1
        assert "--port" in up.said()
