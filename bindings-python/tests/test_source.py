"""The sources among the examples keep to what every source must, and what breaks that is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import twin
from conftest import NOW, READS, ROOT

sys.path.insert(0, str(ROOT / "examples" / "python"))

from feed import Feed  # noqa: E402
from sheet import Sheet  # noqa: E402

EXAMPLES = ROOT / "examples" / "python"
LATER = "2026-11-24T10:00:00Z"
CHECKS = ["full", "capability", "again", "cursor", "failure", "partial", "cancel"]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A copy of the sheet that a test may change."""
    copy = tmp_path / "systems.csv"
    copy.write_bytes((EXAMPLES / "systems.csv").read_bytes())
    return copy


def names(t: twin.Twin) -> list[str]:
    """What the components are called."""
    return [row["name"] for row in t.snapshot(now=LATER).find_all("", of="Component")]


@pytest.mark.parametrize("make", [lambda: Sheet(EXAMPLES / "systems.csv"), lambda: Feed(EXAMPLES / "changes.jsonl")])
def test_an_example_keeps_to_everything(t: twin.Twin, make: type[twin.Source]) -> None:
    checks = t.check_source(make, now=NOW)
    assert [check["name"] for check in checks] == CHECKS
    assert [check for check in checks if not check["passed"]] == []


def test_a_full_pass_takes_away_and_a_torn_one_does_not(sheet: Path) -> None:
    with twin.in_memory() as t:
        assert t.sync(Sheet(sheet, 9), now=NOW).applied == 3 and t.cursor("sheet") is None
        rows = sheet.read_text().splitlines()
        sheet.write_text("\n".join([*rows[:2], ",nameless,,"]))
        torn = t.sync(Sheet(sheet, 9), now=NOW)
        assert (torn.rejected, torn.diagnostics[0]["locator"]) == (1, "systems.csv/0/records/1".replace("/records", "#0/records"))
        assert names(t) == ["checkout", "payments", "storefront"]
        sheet.write_text("\n".join(rows[:2]))
        t.sync(Sheet(sheet, 9), now=NOW)
        assert names(t) == ["payments"]


def test_pages_that_are_no_longer_there_go(sheet: Path) -> None:
    with twin.in_memory() as t:
        t.sync(Sheet(sheet), now=NOW)
        sheet.write_text("\n".join(sheet.read_text().splitlines()[:2]))
        t.sync(Sheet(sheet), now=LATER)
        assert names(t) == ["payments"]


def test_a_pass_that_broke_goes_on_from_its_cursor(sheet: Path) -> None:
    with twin.in_memory() as t:
        with pytest.raises(ConnectionError):
            t.sync(Torn(sheet), now=NOW)
        assert (t.cursor("sheet"), names(t)) == ("2", ["checkout", "payments"])
        assert t.sync(Sheet(sheet), now=NOW, deadline=60).applied == 1
        assert (t.cursor("sheet"), names(t)) == (None, ["checkout", "payments", "storefront"])


def test_changes_go_on_from_their_cursor() -> None:
    with twin.in_memory() as t:
        feed = Feed(EXAMPLES / "changes.jsonl", 3)
        assert t.sync(feed, now=NOW).applied == 4 and t.cursor("feed") == "4"
        assert t.sync(feed, now=NOW).applied == 0


class Torn(Sheet):
    """Breaks on its second page."""

    def read(self, cursor: str | None, context: twin.SourceContext) -> twin.Page:
        if cursor is not None:
            raise ConnectionError("the sheet is gone")
        return super().read(cursor, context)


class Strange(twin.Source):
    """Yields what it never announced, and something else each time."""

    capability = twin.Capability(reads=["Component"])
    passes = 0

    def read(self, cursor: str | None, context: twin.SourceContext) -> twin.Page:
        Strange.passes += 1
        batch = twin.Batch.full(scope="strange")
        batch.record("DataStore", key=f"db {Strange.passes}")
        return twin.Page(batch)


class Failing(twin.Source):
    """Fails before it yields anything."""

    capability = READS

    def read(self, cursor: str | None, context: twin.SourceContext) -> twin.Page:
        raise ConnectionError("nobody answers")


def test_what_breaks_the_rules_is_found(t: twin.Twin) -> None:
    failed = {check["name"] for check in t.check_source(Strange, now=NOW) if not check["passed"]}
    assert {"capability", "again"} <= failed
    [check] = t.check_source(Failing, now=NOW)
    assert not check["passed"] and "ConnectionError: nobody answers" in check["why"]


@pytest.mark.parametrize(("program", "given"), [("sheet.py", "systems.csv"), ("feed.py", "changes.jsonl")])
def test_an_example_runs_by_one_command(program: str, given: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")}
    command = [sys.executable, program, given]
    done = subprocess.run(command, cwd=EXAMPLES, env=environment, capture_output=True, text=True, check=True)
    assert "applied" in done.stdout and "payments" in done.stdout
