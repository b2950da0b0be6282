"""What is done once before the processes start."""

import os
from pathlib import Path

from textline.up.steps import compile_ahead


def test_byte_code_lies_beside_the_program_and_is_made_anew_with_it(tmp_path: Path) -> None:
    module = tmp_path / "program.py"
    module.write_text("print('old')")
    compile_ahead([tmp_path])
    kept = next(tmp_path.glob("__pycache__/program.*.pyc"))
    old = kept.read_bytes()
    module.write_text("print('a newer one')")
    os.utime(module, (1, 1))  # byte code knows its source's time in whole seconds
    compile_ahead([tmp_path])
    assert b"a newer one" in kept.read_bytes() != old


def test_what_cannot_be_compiled_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def")
    (tmp_path / "__pycache__").write_text("no directory can be made here")
    (tmp_path / "well.py").write_text("")
    compile_ahead([tmp_path, tmp_path / "nowhere"])
