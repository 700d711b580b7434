"""What is searched for, what is to come, and what was predicted."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import polars
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


def test_the_input_that_would_turn_a_choice_is_named(shop: twin.Snapshot) -> None:
    payments = shop.find("payments")["id"]
    fails: Any = {"name": "it fails", "changes": [twin.change.fail("payments", minutes=10)]}
    rented: Any = {"name": "rented", "changes": [twin.change.replace("payments", "rent", availability=0.9985)]}
    objectives: Any = [{"dimension": "availability", "of": payments}]
    unknown: Any = {"option": "it fails", "field": "minutes", "low": 0, "high": 60, "owner": "Payments"}
    choice: Any = {"options": [fails, rented], "objectives": objectives, "inputs": [unknown]}
    told: list[str] = []
    found = shop.next_questions(
        choice, availability={"payments": 0.999}, progress=lambda phase, done, total: told.append(phase)
    )
    (row,) = found
    assert (row["option"], row["other"], row["owner"]) == ("it fails", "rented", "Payments")
    assert row["turned"][0][0] == pytest.approx(21.62, abs=0.01) and told
    wrong: list[tuple[Any, type[twin.TwinError], str]] = [
        ({**choice, "inputs": [{**unknown, "field": "minute", "assumed": 1}]}, twin.InvalidError, "minute"),
        ({**choice, "inputs": [{**unknown, "option": "it fell"}]}, twin.UnknownError, "it fails"),
    ]
    for other, error, words in wrong:
        with pytest.raises(error, match=words):
            shop.next_questions(other)
    with pytest.raises(twin.LimitError):
        shop.next_questions(choice, availability={"payments": 0.999}, deadline=0)


def test_models_of_plain_numbers_are_solved() -> None:
    station: Any = {"arrivals_per_s": 8, "service_rate_per_s": 10}
    assert twin.solve({"model": "queue", "station": station})["steady"]["mean_wait_ms"] == pytest.approx(400)
    more: Any = {"model": "queue", "station": {**station, "arrivals_per_s": 12}}
    busy = twin.solve(more)
    assert busy["stable"] is False and busy["steady"] is None
    wrong: Any = {"model": "queue", "station": {**station, "server": 2}}
    with pytest.raises(twin.InvalidError, match="server"):
        twin.solve(wrong)


CALM = {"metric": "latency", "normal": [0.1, 0.11, 0.12] * 8, "during": [0.11, 0.1, 0.12]}
LATE = CALM | {"during": [0.11, 0.45, 0.47]}
INCIDENT: Any = {
    "symptom": {"entity": "storefront", "metric": "latency"},
    "series": [LATE | {"entity": "storefront"}, LATE | {"entity": "payments"}],
    "begins": "2026-11-24T08:45:00Z",
    "interval_s": 300,
    "changes": [{"entity": "payments", "what": "release 2", "at": "2026-11-24T08:48:00Z"}],
}


def test_suspects_come_with_the_way_to_them_and_what_speaks_for_them(shop: twin.Snapshot) -> None:
    found = shop.suspects(INCIDENT)
    frame = polars.DataFrame(found)
    assert frame["entity"][0] == "payments"
    assert frame["path"][0].to_list()[0] == "storefront" and frame["path"][0].to_list()[-1] == "payments"
    assert any(told.startswith("release 2, ") for told in found.value[0]["supporting"])
    assert found.evidence(0) and shop.suspects(INCIDENT).to_json() == found.to_json()
    calm = INCIDENT | {"series": [CALM | {"entity": "storefront"}]}
    assert len(shop.suspects(calm)) == 0
    with pytest.raises(twin.UnknownError, match="nearest are storefront"):
        shop.suspects(INCIDENT | {"symptom": {"entity": "storefrnt", "metric": "latency"}})
    with pytest.raises(twin.InvalidError, match="this is no incident"):
        shop.suspects(3)  # type: ignore[arg-type]
    with pytest.raises(twin.LimitError):
        shop.suspects(INCIDENT, deadline=0)


def test_what_a_shop_will_be_is_a_scenario(shop: twin.Snapshot) -> None:
    events: Any = [{"entity": "payments", "what": "sunset", "at": "2027-03-31T00:00:00Z"}]
    wrong: Any = [{"what": "feast"}]
    later = shop.as_of_future("2028-01-01", events=events)
    assert [change["change"] for change in later.changes] == ["remove"]
    assert len(later.snapshot().find_all("payments", of="Component")) == 0
    with pytest.raises(twin.InvalidError, match="events make no sense"):
        shop.as_of_future("2028-01-01", events=wrong)


def test_smells_are_findings_and_paths_need_requests(shop: twin.Snapshot) -> None:
    assert len(shop.smells(fan_in=1, fan_out=1)) > len(shop.smells())
    assert shop.critical_path([]).status["kind"] == "unknown"
    assert {row["rests_on"] for row in shop.call_templates().value} == {"counts"}
    assert shop.call_templates(traces=[]).to_json() == shop.call_templates().to_json()
    with pytest.raises(twin.IoError, match="nowhere.json"):
        shop.call_templates(traces="nowhere.json")
    with pytest.raises(twin.LimitError):
        shop.call_templates(deadline=0)
    with pytest.raises(twin.IoError, match="nowhere.json"):
        shop.critical_path("nowhere.json")
