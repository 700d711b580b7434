"""Who is one thing: planned before it is read, reviewed by people, remembered, and told by whoever may tell it."""

from __future__ import annotations

import pytest
import twin

from conftest import NOW, READS, small, systems


def test_a_plan_writes_nothing() -> None:
    t = twin.in_memory()
    plan = t.plan_identity([systems()], source="systems", capability=READS, now=NOW)
    assert {change["change"] for change in plan["changes"]} == {"created"}
    assert plan["applied"] == 3 and t.revision == 0
    t.apply([systems()], source="systems", capability=READS, now=NOW)
    again = t.plan_identity([systems()], source="systems", capability=READS, now=NOW)
    assert again["changes"] == [] and again["duplicate"] == 3


def test_a_decision_is_remembered() -> None:
    t = small()
    t.pin("Component:web", "Component:shop", now="2026-11-25")
    events = [event["event"] for event in t.history("Component:web")["identity"]]
    assert {next(iter(event)) for event in events} == {"changed", "decided"}
    assert any(str(event.get("decided", "")).startswith("pin") for event in events)
    later = t.snapshot(now="2026-11-25")
    assert [row["contradicted"] for row in later.review().value] == [True], "two of one source are two things"
    assert len(later.review(most=0)) == 0


def test_whoever_may_write_goes_before_others() -> None:
    t = small()
    batch = twin.Batch.full(scope="list.csv")
    batch.component(key="pay", name="payments").owned_by(team="ledger")
    t.apply([twin.Page(batch)], source="list", capability=READS, now=NOW)
    now = t.snapshot(now=NOW)
    for source, team in [("list", "ledger"), ("systems", "billing")]:
        owners = now.owners("payments", writers=[{"attribute": "ownedBy", "sources": [source]}])
        assert [row["owner"]["name"] for row in owners.value if row["shown"]] == [team]
    with pytest.raises(twin.TwinError):
        now.conflicts("payments", writers=[{"sources": 1}])  # type: ignore[typeddict-item]
