"""Sends step back for those that record beside them, and for nobody else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WEIGHTS = """
from pathlib import Path
from workers.process import step_back
before = Path("/proc/self/autogroup").read_text().split()[-1]
step_back()
import os
print(before, Path("/proc/self/autogroup").read_text().split()[-1], os.nice(0))
"""


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this system does not weigh sessions")
def test_who_steps_back_takes_nothing_from_its_session():
    """The processes of a kind are one session: with its weight lowered, recording had next to nothing."""
    ours = os.nice(0)
    done = subprocess.run(
        [sys.executable, "-c", WEIGHTS], capture_output=True, text=True, start_new_session=True, check=True
    )
    before, after, itself = map(int, done.stdout.split())
    assert after == before
    assert itself == min(19, ours + 15)
