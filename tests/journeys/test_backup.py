"""The server died: from a backup made while it ran, another carries on."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import eventually
from tests.installation import ENVIRONMENT, Installation, installation, received

ALEX, JORDAN = "+12025550171", "+12025550172"


def textline(cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "textline", *words]
    return subprocess.run(
        line, capture_output=True, text=True, env=ENVIRONMENT, cwd=cwd, check=False, timeout=120
    )


def maya_of(home: Installation) -> httpx.Client:
    client = home.signed_in("Maya")
    client.post("/availability", data={"available": "true"})
    return client


def listed(maya: httpx.Client, words: str) -> str:
    """The number of the conversation in Maya's list that has these words."""

    def found() -> str | None:
        shown = maya.get("/console/list").text
        return next(
            (
                part[1]
                for part in re.finditer(r"/conversations/(\d+)(.*?)</a>", shown, re.S)
                if words in part[2]
            ),
            None,
        )

    return eventually(found, 15, "Maya does not see it")


def pseudonym(maya: httpx.Client, number: str) -> str:
    return re.search(r"<h1>(.+?)</h1>", maya.get(f"/conversations/{number}/panel").text)[1]


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("key") / "backup key.txt"


def test_another_machine_carries_on(tmp_path: Path, private: Path) -> None:
    public = textline(tmp_path, "keys", "new-backup", str(private)).stdout.strip()
    file = tmp_path / "textline.age"
    with installation(tmp_path / "first") as first:
        maya = maya_of(first)
        first.phone().text(ALEX, first.demo["line"], "I lost my job, Grüße 🌱")
        number = listed(maya, "I lost my job")
        maya.post(f"/conversations/{number}/replies", data={"body": "I am here"})
        assert received(first, ALEX, "I am here")
        name = pseudonym(maya, number)
        made = first.command("backup", "--to", str(file), "--recipient", public)
        assert made.returncode == 0, made.stderr
        first.phone().text(JORDAN, first.demo["line"], "this came after the backup")
    second = tmp_path / "the second"
    done = textline(tmp_path, "restore", str(file), "--identity", str(private), "--data-dir", str(second))
    assert done.returncode == 0, done.stderr
    assert "organizations 1, people 4, texters 1, conversations 1" in done.stdout
    for said in (made, done):
        assert "I lost my job" not in said.stdout + said.stderr
        assert ALEX not in said.stdout + said.stderr
    with installation(second) as home:
        maya = maya_of(home)
        home.phone().text(ALEX, home.demo["line"], "are you still there")
        again = listed(maya, "are you still there")
        assert again == number
        assert pseudonym(maya, again) == name
        thread = maya.get(f"/conversations/{again}/thread").text
        for words in ("I lost my job, Grüße 🌱", "I am here", "are you still there"):
            assert words in thread
        maya.post(f"/conversations/{again}/replies", data={"body": "still here"})
        assert received(home, ALEX, "still here")
        refused = home.command("restore", str(file), "--identity", str(private))
        assert refused.returncode == 1
        assert "Textline runs over" in refused.stderr
    full = textline(tmp_path, "restore", str(file), "--identity", str(private), "--data-dir", str(second))
    assert full.returncode == 1
    assert "There is a record here already" in full.stderr
