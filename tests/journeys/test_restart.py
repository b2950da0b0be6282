"""Clean restarts under load: nothing is refused, and nothing is lost."""

import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.conftest import eventually
from tests.installation import Installation, webhook
from tests.stream import Stream
from textline.embedded import places

RATE, SECONDS = 50, 6


def processes(home: Installation, words: str) -> list[int]:
    """The processes of this installation whose name, or command line, holds these words."""
    port = home.web.rsplit(":", 1)[1]
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "comm").read_text() + (entry / "cmdline").read_text().replace("\0", " ")
            mine = f"--port {port} " in line or (entry / "cwd").resolve() == home.data.resolve()
        except (OSError, UnicodeDecodeError):
            continue
        if mine and re.search(words, line):
            found.append(int(entry.name))
    return sorted(found)


def under_load(home: Installation, name: str, disturb: list[tuple[float, int, int]]) -> list[int]:
    """Post texts at a steady rate, and send signals meanwhile (after seconds, to a process). Gives the answers."""
    began = time.monotonic()
    for after, pid, number in disturb:
        threading.Timer(after, os.kill, (pid, number)).start()

    def post(n: int) -> int:
        time.sleep(max(0, began + n / RATE - time.monotonic()))
        return webhook(home, f"+1202555{3000 + n % 150}", f"{name} {n}", f"SM{name}{n:020d}")

    with ThreadPoolExecutor(24) as pool:
        return list(pool.map(post, range(RATE * SECONDS)))


def recorded(home: Installation, name: str) -> list[tuple[str, int]]:
    """Texter and number of each text of a load, in the order of the record."""
    url = str(places.read_json(home.data / "servers.json")["database_url"])
    query = "select texter_id, sid from messages where sid like %s order by at, id"
    with psycopg.connect(url) as connection:
        rows = connection.execute(query, (f"SM{name}%",)).fetchall()
    return [(texter, int(sid.removeprefix(f"SM{name}"))) for texter, sid in rows]


def arrived(home: Installation, name: str) -> None:
    """All are recorded, once each, each texter's in order."""
    found = eventually(lambda: f if len(f := recorded(home, name)) >= RATE * SECONDS else None, 15)
    assert sorted(n for _, n in found) == list(range(RATE * SECONDS))
    for texter in {texter for texter, _ in found}:
        mine = [n for whose, n in found if whose == texter]
        assert mine == sorted(mine)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds processes through /proc")
def test_restarting_web_under_load_refuses_nothing(home: Installation) -> None:
    web = processes(home, r"^python\S*\n.*textline\.serve")[0]
    before = set(processes(home, r"^web \d\n"))
    maya = Stream(home.signed_in("Maya"))
    answers = under_load(home, "hup", [(1.0, web, signal.SIGHUP)])
    assert set(answers) == {200}
    arrived(home, "hup")
    now = eventually(lambda: now if not before & (now := set(processes(home, r"^web \d\n"))) else None)
    assert (len(before), len(now)) == (2, 2)
    assert web in processes(home, r"^python\S*\n.*textline\.serve"), (
        "who started it no longer finds it by its number"
    )
    assert maya.ended, "the old process let a page wait on a stream that nobody fills any more"


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds processes through /proc")
def test_workers_told_to_stop_under_load_give_back_what_they_hold(home: Installation) -> None:
    workers = processes(home, r"^(texts|urgent|first matches)\n")
    assert len(workers) == 3
    answers = under_load(
        home, "term", [(1.0 + place, pid, signal.SIGTERM) for place, pid in enumerate(workers)]
    )
    assert set(answers) == {200}
    arrived(home, "term")
