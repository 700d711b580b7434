"""The README's example is this file's, to the letter, and runs."""

from __future__ import annotations

from pathlib import Path

import twin
from conftest import ROOT


def example(folder: Path, store: Path) -> list[tuple[str, str | None]]:
    """What breaks if `payments` is down, and where that stands."""
    # example:begin
    with twin.open(store) as t:  # twin.in_memory() forgets
        t.scan(folder)
        now = t.snapshot()
    impact = now.blast_radius("payments@shop", state="down")  # an answer is rows, and a frame: polars.DataFrame(impact)
    why = [(hit["path"], proof["locator"]) for row, hit in enumerate(impact) for proof in impact.evidence(row)]
    # example:end
    return why


def between(text: str, begin: str, end: str) -> list[str]:
    """The lines between two marks, without their indentation."""
    lines = text.split(begin, 1)[1].split(end, 1)[0].splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("```")]


def test_the_readme_holds_the_example() -> None:
    readme = (ROOT / "README.md").read_text()
    own = between(Path(__file__).read_text(), "# example:begin\n", "# example:end\n")
    assert len(own) == 5, "five lines"
    assert between(readme, "<!-- python:begin -->", "<!-- python:end -->") == own


def test_the_example_runs(tmp_path: Path) -> None:
    lines = example(ROOT / "examples" / "estate", tmp_path / "estate.twin")
    assert any(locator == "k8s/shop/checkout.yaml:42" for _, locator in lines), lines
