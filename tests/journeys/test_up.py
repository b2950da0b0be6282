"""What `textline up` does around a demonstration, and what the doctor says of a broken setup."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.installation import ENVIRONMENT, installation

BROKEN = {
    "TEXTLINE_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    "TEXTLINE_REDIS_URL": "redis://127.0.0.1:9/0",
    "TEXTLINE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TEXTLINE_TWILIO_AUTH_TOKEN": "wrong",
    "TEXTLINE_TWILIO_API_URL": "http://127.0.0.1:9",
    "TEXTLINE_PUBLIC_URL": "http://127.0.0.1:9",
    "TEXTLINE_SECRET_KEYS": "A" * 43 + "=",
    "TEXTLINE_LOOKUP_KEY": "x" * 40,
}


def textline(cwd: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "textline", *words]
    environment = {**ENVIRONMENT, **settings}
    return subprocess.run(
        line, capture_output=True, text=True, env=environment, cwd=cwd, check=False, timeout=60
    )


def test_the_doctor_names_each_fault_of_a_broken_setup(tmp_path: Path) -> None:
    found = textline(tmp_path, "doctor", **BROKEN)
    assert found.returncode == 1
    for name in ("PostgreSQL", "Redis", "Twilio account", "Public address"):
        assert f"FAULT {name}:" in found.stdout, found.stdout + found.stderr
    assert "4 faults." in found.stdout


@pytest.mark.parametrize(
    "missing", ["TEXTLINE_SECRET_KEYS", "TEXTLINE_PUBLIC_URL", "TEXTLINE_TWILIO_AUTH_TOKEN"]
)
def test_a_missing_setting_is_named_in_one_line_by_every_process(tmp_path: Path, missing: str) -> None:
    settings = {name: value for name, value in BROKEN.items() if name != missing}
    for module in (
        ["textline", "doctor"],
        ["workers", "texts"],
        ["workers.clock"],
        ["textline.store.migrate"],
    ):
        line = [sys.executable, "-m", *module]
        found = subprocess.run(
            line,
            capture_output=True,
            text=True,
            env={**ENVIRONMENT, **settings},
            cwd=tmp_path,
            check=False,
            timeout=60,
        )
        assert found.returncode == 1
        assert found.stderr.startswith(f"{missing} is missing: set it to"), found.stderr
        assert len(found.stderr.splitlines()) == 1


def test_a_second_start_takes_up_where_the_first_left_off_also_after_kill_9(tmp_path: Path) -> None:
    with installation(tmp_path / "data") as first:
        web, line = first.web, first.demo["line"]
        first.phone().text("+12025550171", line, "remember me")
        with psycopg.connect(first.demo["database_url"]) as connection:
            for _ in range(100):
                if connection.execute("select count(*) from messages where author = 'texter'").fetchone()[0]:
                    break
                time.sleep(0.05)
    data = tmp_path / "data"
    command = [sys.executable, "-m", "textline", "up", "--data-dir", str(data)]
    killed = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=tmp_path)
    assert killed.stdout
    assert "ready" in killed.stdout.readline()
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    with installation(data) as second:
        assert second.web == web
        with psycopg.connect(second.demo["database_url"]) as connection:
            assert (
                connection.execute("select count(*) from messages where author = 'texter'").fetchone()[0] == 1
            )
            assert connection.execute("select count(*) from people").fetchone()[0] == 4


def test_a_demonstration_never_becomes_a_real_line(tmp_path: Path) -> None:
    with installation(tmp_path / "data"):
        pass
    real = {"TEXTLINE_TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TEXTLINE_TWILIO_AUTH_TOKEN": "secret"}
    found = textline(tmp_path, "up", "--data-dir", str(tmp_path / "data"), **real)
    assert found.returncode == 1
    assert "holds a demonstration" in found.stderr


def test_make_demo_touches_nothing_that_env_says_is_real(tmp_path: Path) -> None:
    lines = [f"{name}={value}" for name, value in BROKEN.items()]
    (tmp_path / ".env").write_text("\n".join(lines))
    with installation(tmp_path / "data", "--demo") as made:
        assert made.demo["account_sid"] != BROKEN["TEXTLINE_TWILIO_ACCOUNT_SID"]
        assert (made.data / "demonstration").exists()
        made.phone().text("+12025550172", made.demo["line"], "hello")
