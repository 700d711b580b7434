"""The stub is what the module says of itself, and types hold over package, tests and examples."""

from __future__ import annotations

import os
import subprocess
import sys

import stubs
from conftest import ROOT

HERE = ROOT / "bindings-python"


def ran(*arguments: str) -> str:
    """What a tool says; nothing but praise, if all is well."""
    environment = {**os.environ, "MYPYPATH": str(HERE / "python")}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_stub_is_what_the_module_says() -> None:
    assert (HERE / "python" / "twin" / "_twin.pyi").read_text() == stubs.stub()


def test_types_hold_strictly() -> None:
    assert "no issues found" in ran("mypy", "--strict", "python/twin", "stubs.py", "tests", "benches", "../examples/python")


def test_the_stub_is_true() -> None:
    assert "no issues found" in ran("mypy.stubtest", "--mypy-config-file", "pyproject.toml", "twin")
