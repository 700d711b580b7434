"""Runs the README's example in an environment that has nothing but the wheel, and looks whether the wheel holds what it must."""

from __future__ import annotations

import importlib.metadata
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Fails by an assertion."""
    import twin

    assert "site-packages" in str(twin.__file__), f"{twin.__file__} is not the wheel's"
    files = [str(file) for file in importlib.metadata.files("software-twin") or []]
    for needed in ("LICENSE-APACHE", "LICENSE-MIT", "_twin.pyi", "py.typed"):
        assert any(file.endswith(needed) for file in files), f"the wheel has no {needed}"
    sys.path.insert(0, str(HERE))
    sys.modules["conftest"] = type(sys)("conftest")
    sys.modules["conftest"].ROOT = HERE.parents[1]  # type: ignore[attr-defined]
    from test_readme import example

    with tempfile.TemporaryDirectory() as folder:
        lines = example(HERE.parents[1] / "examples" / "estate", Path(folder) / "estate.twin")
    assert lines, "the example found nothing"
    print(f"the README's example ran: {len(lines)} lines of evidence, first {lines[0]}")


if __name__ == "__main__":
    main()
