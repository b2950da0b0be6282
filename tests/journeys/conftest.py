"""A whole installation for the journeys: real processes, real workers, a simulated carrier."""

from collections.abc import Iterator

import pytest

from tests.installation import Installation, installation


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A demonstration, seeded, in a directory with a space in its name."""
    with installation(tmp_path_factory.mktemp("a home") / "data dir") as made:
        yield made
