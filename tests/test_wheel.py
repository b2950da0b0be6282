"""The wheel holds all that an installed package needs: pages, scripts, data, migrations."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEXICON = sorted((ROOT / "textline" / "lexicon").glob("*/*.toml"))
NEEDED = (
    "textline/web/static/vendor/htmx.min.js",
    "textline/web/static/vendor/sse.min.js",
    "textline/web/static/console.js",
    "textline/web/templates/admin/line.html",
    "textline/texts/es.toml",
    "textline/lexicon/emoji.toml",
    *(f"textline/lexicon/{file.parent.name}/{file.name}" for file in LEXICON),
    "textline/hotlines/facts.json",
    "textline/carrier/codes.toml",
    "textline/store/migrations/env.py",
    "textline/store/migrations/versions/0001_the_record.py",
    "workers/clock.py",
)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is in a wheel made from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    line = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", str(ROOT)]
    subprocess.run([*line, "--wheel-dir", str(folder)], check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("textline-*.whl"))) as wheel:
        return wheel.namelist()


@pytest.mark.parametrize("name", NEEDED)
def test_it_is_there(names: list[str], name: str) -> None:
    assert name in names


def test_nothing_else_came_along(names: list[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert tops == {"textline", "workers", "textline-0.1.0.dist-info"}
    assert not any(".textline" in name or "__pycache__" in name or name.endswith(".env") for name in names)
