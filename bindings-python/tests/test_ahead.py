"""What is searched for, what is to come, and what was predicted."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import twin

LATER = "2030-01-01T00:00:00Z"


def test_options_of_a_search_are_scenarios(shop: twin.Snapshot) -> None:
    told: list[str] = []
    question: Any = {"aim": {"find": "migrate", "entities": ["payments", "checkout"], "region": "eu-west-1"}}
    found = shop.search(question, progress=lambda phase, done, total: told.append(phase))
    assert found.value["is_finished"] and len(found) >= 1
    option = found.value["options"][0]
    plan = shop.scenario(option["name"], option["changes"])
    assert [change["change"] for change in plan.changes].count("move") >= 2


def test_what_a_search_cannot_be_is_refused(shop: twin.Snapshot) -> None:
    questions: list[tuple[Any, str]] = [({"aim": {"find": "gold"}}, "gold"), ({}, "aim")]
    for question, words in questions:
        with pytest.raises(twin.InvalidError) as error:
            shop.search(question)
        assert words in f"{error.value}{error.value.__cause__}"


def test_what_is_given_to_come_is_in_the_timeline(shop: twin.Snapshot) -> None:
    events: Any = [{"entity": "payments", "what": "sunset", "at": "2029-06-01T00:00:00Z"}]
    future = shop.future(datetime(2030, 1, 1, tzinfo=timezone.utc), events=events)
    assert [(row["entity"]["name"], row["what"]) for row in future] == [("payments", "sunset")]
    wrong: Any = [{"what": "sunset"}, 3]
    with pytest.raises(twin.InvalidError, match="events"):
        shop.future(LATER, events=wrong)


def test_tolerances_put_an_outage_off(shop: twin.Snapshot) -> None:
    at_once = shop.time_to_impact("payments", LATER)
    held: Any = [{"relation": "calls", "least_ms": 60_000, "expected_ms": 60_000, "most_ms": 60_000}]
    later = shop.time_to_impact("payments", LATER, tolerances=held)
    assert len(at_once) > 0 and len(later) > 0
    assert max(row["earliest"] for row in later) > max(row["earliest"] for row in at_once)
    with pytest.raises(twin.InvalidError, match="tolerance"):
        shop.time_to_impact("payments", LATER, tolerances=[{"least_ms": 1}])


def test_predictions_are_kept_and_scored() -> None:
    capability = twin.Capability(reads=["Component", "calls"])
    first = datetime(2026, 11, 20, 9, tzinfo=timezone.utc)
    with twin.in_memory() as t:
        batch = twin.Batch.full(scope="sheet")
        batch.component(key="web", name="web", at="sheet:1")
        t.apply([twin.Page(batch)], source="sheet", capability=capability, now=first)
        plan = t.snapshot(now=first).scenario("one more", [twin.change.add("pay")])
        kept = t.keep(plan, now=first + timedelta(minutes=1))
        assert t.keep(plan, now=first + timedelta(minutes=2)) == kept
        assert [row["id"] for row in t.predictions()] == [kept["id"]]
        assert t.score({"measured": []}, now=first + timedelta(minutes=3)).value["predictions"][0]["scored"] == 0
        with pytest.raises(twin.UnknownError, match="prediction"):
            t.score({"measured": []}, prediction="none")
        # Reality arrives: the component is there.
        later = twin.Batch.full(scope="sheet")
        for place, name in enumerate(["web", "pay"]):
            later.component(key=name, name=name, at=f"sheet:{place + 1}")
        t.apply([twin.Page(later)], source="sheet", capability=capability, now=first + timedelta(days=1))
        after = first + timedelta(days=2)
        (row,) = t.predictions(now=after)
        assert (row["progress"], row["is_due"]) == ("made", True)
        scores = t.score({"measured": []}, prediction=kept["id"], now=after)
        assert scores.value["predictions"][0]["scored"] > 0
        past = t.backtest(now=after).value
        assert past["commits"] == 1 and past["events"][0]["changes"][0]["change"] == "add"
