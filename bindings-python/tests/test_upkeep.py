"""The past of an entity, what changed since somebody asked, and what keeps a store in good order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import twin
from conftest import NOW, READS, systems
from test_processes import in_fork

LATER = "2026-11-25T09:00:00Z"


def kept(path: Path) -> twin.Twin:
    """The small twin in a store."""
    made = twin.open(path)
    made.apply([systems()], source="systems", capability=READS, now=NOW)
    return made


def emptied(t: twin.Twin) -> None:
    """The next day, nothing is there any more."""
    t.apply([twin.Page(twin.Batch.full(scope="systems.csv"))], source="systems", capability=READS, now=LATER)


def test_a_history_has_spells_gaps_and_proofs(t: twin.Twin) -> None:
    emptied(t)
    history = t.history("Component:pay")
    assert history["records"] == ["systems/Component:pay"]
    assert history["gaps"] == [{"since": LATER, "until": None}]
    [name] = [spell for spell in history["spells"] if "exists" in spell["statement"]]
    assert (name["statement"], name["since"], name["until"]) == ({"exists": {"name": "payments"}}, NOW, LATER)
    assert (name["source"], name["scope"]) == ("systems", "systems.csv")
    assert name["evidence"][0]["locator"] == "systems.csv:2"
    assert t.history(history["entity"]) == history
    with pytest.raises(twin.UnknownError, match="nearest are"):
        t.history("Component:pya")


def test_pages_of_changes_go_on_in_another_handle(tmp_path: Path) -> None:
    path = tmp_path / "estate.twin"
    with kept(path) as t, twin.open(path, read_only=True) as reader:
        whole = t.changes_since()
        pages, cursor, more = [], "", True
        while more:
            page = reader.changes_since(cursor, most=2)
            assert 0 < len(page["changes"]) <= 2
            pages += page["changes"]
            cursor, more = page["cursor"], page["more"]
        assert (pages, cursor) == (whole["changes"], whole["cursor"])
        assert reader.changes_since(cursor)["changes"] == []
        emptied(t)
        reader.refresh()
        gone = [change for change in reader.changes_since(cursor)["changes"] if change["change"] == "entity_removed"]
        assert len(gone) == 4
        with pytest.raises(twin.InvalidError, match="no cursor"):
            t.changes_since("yesterday")
        with pytest.raises(twin.InvalidError, match="at least one"):
            t.changes_since(most=0)


def test_a_store_is_verified_and_copied_and_its_copy_answers_the_same(tmp_path: Path) -> None:
    with kept(tmp_path / "estate.twin") as t:
        verified = t.verify()
        assert verified["commits"] == 1 and verified["rows"] > 0 and verified["pages"]
        t.backup(tmp_path / "copy.twin")
        with twin.open(tmp_path / "copy.twin") as copy:
            assert copy.snapshot(now=NOW).find_all("") == t.snapshot(now=NOW).find_all("")
        with pytest.raises(twin.InvalidError, match="is there already"):
            t.backup(tmp_path / "copy.twin")


def test_an_export_is_taken_by_a_new_twin_only(tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    with kept(tmp_path / "estate.twin") as t, twin.in_memory() as other:
        emptied(t)
        t.export_to(path)
        with pytest.raises(twin.InvalidError, match="is there already"):
            t.export_to(path)
        assert other.import_from(path) == []
        assert other.history("Component:pay") == t.history("Component:pay")
        assert other.changes_since() == t.changes_since()
        with pytest.raises(twin.InvalidError, match="import into a new one"):
            other.import_from(path)
    path.write_text(path.read_text() + "not a line\n")
    with twin.in_memory() as other:
        [told] = other.import_from(path)
        assert told["severity"] == "rejected" and other.revision == 2
    with twin.in_memory() as other, pytest.raises(twin.IoError, match="file .*no.jsonl"):
        other.import_from(tmp_path / "no.jsonl")


def test_what_is_not_retained_is_not_told(tmp_path: Path) -> None:
    with kept(tmp_path / "estate.twin") as t:
        emptied(t)
        assert t.retain(LATER) == 2
        assert t.snapshot(now=LATER).size == 0
        with pytest.raises(twin.InvalidError, match="nothing is kept"):
            t.snapshot(now=LATER, known=NOW, valid=NOW)


def test_what_is_redacted_is_nowhere_in_the_store(tmp_path: Path) -> None:
    path = tmp_path / "estate.twin"
    with kept(path) as t:
        assert t.redact("Component:pay")["names"] == 1
        assert t.snapshot(now=NOW).find("pay")["name"] == "pay"
        t.export_to(tmp_path / "estate.jsonl")
    assert b"payments" not in path.read_bytes() + (tmp_path / "estate.jsonl").read_bytes()


def test_a_forked_child_leaves_the_store_alone(tmp_path: Path) -> None:
    with kept(tmp_path / "estate.twin") as t:
        calls = [
            t.verify,
            lambda: t.backup(tmp_path / "copy.twin"),
            lambda: t.export_to(tmp_path / "estate.jsonl"),
            lambda: t.import_from(tmp_path / "estate.jsonl"),
            lambda: t.retain(NOW),
            lambda: t.redact("Component:pay"),
        ]
        assert [in_fork(call) for call in calls] == ["busy"] * len(calls)
        assert in_fork(lambda: t.history("Component:pay")["records"]) == "['systems/Component:pay']"


def test_other_threads_work_while_a_store_is_verified(tmp_path: Path) -> None:
    with kept(tmp_path / "estate.twin") as t, ThreadPoolExecutor(2) as pool:
        held = t.snapshot(now=NOW)
        checks = [pool.submit(t.verify) for _ in range(8)]
        assert held.find("payments")["kind"] == "Component"
        assert all(check.result()["commits"] == 1 for check in checks)
