"""The notebook runs from folder to frame to picture, in ten lines, and is kept without its outputs."""

from __future__ import annotations

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

PATH = ROOT / "examples" / "notebooks" / "first.ipynb"


@pytest.fixture(scope="module")
def shown() -> list[str]:
    """What each cell of code shows."""
    notebook = nbformat.read(PATH, as_version=4)
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(PATH.parent)}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [str([output.get("data", {}).get("text/html") or output for output in cell.outputs]) for cell in code]


def test_each_step_shows_something(shown: list[str]) -> None:
    receipt, impact, frame, picture = shown
    assert "ScanReceipt" in receipt
    assert "twin-answer" in impact and "payments" in impact
    assert "<table" in frame and "k8s/" in frame
    assert "<svg" in picture


def test_the_notebook_is_short_and_without_outputs() -> None:
    notebook = nbformat.read(PATH, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert sum(len([line for line in cell.source.splitlines() if line]) for cell in code) <= 10
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
