"""One build for all interpreters from 3.10 on: each that lies on this machine loads it and gives the same answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import twin
from conftest import ROOT

PROGRAM = """
import pickle, sys, twin
assert sys.version_info >= (3, 10)
t = twin.in_memory()
t.scan(sys.argv[1], name="estate", now="2026-11-24T09:00:00Z")
answer = t.snapshot(now="2026-11-24T09:00:00.5Z").blast_radius("payments@shop")
assert pickle.loads(pickle.dumps(answer)) == answer and answer.as_of.valid.microsecond == 500_000
sys.stdout.buffer.write(answer.to_json().encode())
"""


def interpreters() -> list[str]:
    """This one, and whichever others are at hand."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    folders += (Path.home() / ".pyenv" / "versions").glob("3.*/bin")
    names = [f"python3.{minor}" for minor in range(10, 20)]
    found = {os.path.realpath(folder / name) for folder in folders for name in names if (folder / name).is_file()}
    return [sys.executable, *sorted(path for path in found if os.access(path, os.X_OK) and is_python(path))]


def is_python(path: str) -> bool:
    """Whether it runs: a shim of a version that is not chosen does not."""
    return subprocess.run([path, "-c", "import sys; assert sys.version_info >= (3, 10)"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("interpreter", interpreters(), ids=lambda path: Path(path).name)
def test_an_interpreter_loads_the_same_build(interpreter: str, shop: twin.Snapshot) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")}
    command = [interpreter, "-c", PROGRAM, str(ROOT / "examples" / "estate")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = shop.blast_radius("payments@shop")
    assert done.stdout.count('"entity"') == expected.to_json().count('"entity"') > 0
