"""The Procfile's processes, under honcho, over servers of the operator's own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from tests.conftest import SID, TOKEN, eventually, free_port
from textline.config import Settings
from textline.runtime import Runtime

ROOT = Path(__file__).parents[2]


def processes(mark: str) -> list[int]:
    """Those whose environment holds a mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (
                mark.encode() in (folder / "environ").read_bytes()
                and b"Z" not in (folder / "stat").read_bytes()[:40]
            ):
                found.append(int(folder.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def test_the_procfile_runs_under_honcho_and_ends_whole(run: Runtime, settings: Settings) -> None:
    port, mark = free_port(), f"textline-test-{os.urandom(6).hex()}"
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": os.environ.get("HOME", "/"),
        "MARK": mark,
        "TEXTLINE_DATABASE_URL": settings.database_url,
        "TEXTLINE_REDIS_URL": settings.redis_url,
        "TEXTLINE_TWILIO_ACCOUNT_SID": SID,
        "TEXTLINE_TWILIO_AUTH_TOKEN": TOKEN,
        "TEXTLINE_TWILIO_API_URL": str(settings.twilio_api_url),
        "TEXTLINE_PUBLIC_URL": f"http://localhost:{port}",
        "TEXTLINE_SECRET_KEYS": settings.secret_keys[0].get_secret_value(),
        "TEXTLINE_LOOKUP_KEY": settings.lookup_key.get_secret_value(),
    }
    honcho = [sys.executable, "-m", "honcho", "-d", str(ROOT)]
    release = [*honcho, "start", "release"]
    subprocess.run(release, env=environment, check=True, capture_output=True, timeout=60)
    started = subprocess.Popen(
        [*honcho, "start", "-p", str(port), "web", "worker", "urgent", "clock"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        eventually(lambda: _ready(port), 30)
        eventually(lambda: all(run.live.server.workers().values()), 30)
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(30)
    eventually(lambda: processes(mark) == [], 10, "a process was left behind")


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
