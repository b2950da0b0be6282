"""Redis behind Sentinel: the address is understood, and a failover is survived."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis

from tests.conftest import eventually, free_port
from textline.embedded import binaries
from textline.errors import Unavailable
from textline.live import Live
from textline.live.inbox import Item


class Watched:
    """A master, a replica, and three Sentinels that watch them."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self._directory, self._stack = directory, stack
        self.master_port, self.replica_port = free_port(), free_port()
        self.master = self._run("master", f"port {self.master_port}")
        self._run("replica", f"port {self.replica_port}\nreplicaof 127.0.0.1 {self.master_port}")
        self.sentinels = [free_port() for _ in range(3)]
        for port in self.sentinels:
            watch = (
                f"port {port}\nsentinel monitor line 127.0.0.1 {self.master_port} 2\n"
                "sentinel down-after-milliseconds line 1000\nsentinel failover-timeout line 5000"
            )
            self._run(f"sentinel-{port}", watch, "--sentinel")
        for port in self.sentinels:
            eventually(lambda port=port: self._knows_all(port), 40, "a Sentinel does not know the others")

    def _run(self, name: str, settings: str, *more: str) -> "subprocess.Popen[bytes]":
        home = self._directory / name
        home.mkdir()
        (home / "conf").write_text(f"bind 127.0.0.1\ndir {home}\nsave ''\n{settings}\n")
        with (home / "log").open("wb") as log:
            child = subprocess.Popen(
                [str(binaries.valkey()), str(home / "conf"), *more], stdout=log, stderr=log
            )
        self._stack.callback(child.wait)
        self._stack.callback(child.kill)
        return child

    @staticmethod
    def _knows_all(port: int) -> bool:
        """Each of them must: one that leads a failover without knowing the replica gives up, and waits ten seconds."""
        try:
            with Redis(port=port) as sentinel:
                state = sentinel.sentinel_master("line")
            return state["num-slaves"] == 1 and state["num-other-sentinels"] == 2
        except Exception:
            return False

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        return f"redis+sentinel://{hosts}/line"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with ExitStack() as stack:
        yield Watched(tmp_path, stack)


def test_after_a_failover_texts_are_kept_by_the_new_master(watched: Watched) -> None:
    live = Live(watched.url)
    assert live.inbox.put(Item("one", "SM1", "sealed", 1.0, "texts"))
    live.jobs.wake([("match", "matches", (1,))])
    with Redis(port=watched.replica_port) as replica:
        eventually(lambda: replica.hget("textline:inbox:one", "SM1"), why="it was not replicated")
    watched.master.kill()
    with pytest.raises(Unavailable):
        live.inbox.put(Item("one", "SM2", "sealed", 2.0, "texts"))

    def kept() -> bool:
        try:
            live.inbox.put(Item("one", "SM3", "sealed", 3.0, "texts"))
        except Unavailable:
            return False
        return True

    eventually(kept, 60, "no new master was found")  # Sentinels that were held up wait 30 s before they judge
    assert sorted(live.inbox.read("one")) == ["SM1", "SM3"]
    live.close()
