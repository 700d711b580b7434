"""A scenario against its base: what is handed over, what comes back, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import twin
from conftest import ROOT

TRACES = ROOT / "examples" / "estate" / "telemetry" / "traces.jsonl"


def rows(answer: Any, dimension: str) -> list[dict[str, Any]]:
    return [row for row in answer if row["dimension"] == dimension]


def test_what_nobody_knows_says_why(shop: twin.Snapshot) -> None:
    plan = shop.scenario("busy", [twin.change.scale_load(2)])
    unknown = [row for row in plan.compare() if row["scenario"] is None]
    assert len(unknown) > 5 and all(row["unknown"] for row in unknown)


@pytest.mark.parametrize("traces", [TRACES, str(TRACES), [TRACES]])
def test_traces_are_paths(shop: twin.Snapshot, traces: Any) -> None:
    plan = shop.scenario("busy", [twin.change.scale_load(1)])
    latency = rows(plan.compare(traces=traces), "latency_p50")
    assert latency and all(row["delta"] == 0 and row["detail"] for row in latency)


def test_the_same_seed_gives_the_same_bytes(shop: twin.Snapshot) -> None:
    plan = shop.scenario("gone", [twin.change.remove("payments")])
    assert plan.compare(traces=TRACES, seed=3).to_json() == plan.compare(traces=TRACES, seed=3).to_json()
    assert plan.compare(traces=TRACES, seed=3).seed == 3


def test_what_is_known_beside_the_twin(shop: twin.Snapshot) -> None:
    plan = shop.scenario("gone", [twin.change.fail("payments")])
    known: Any = {"services": {"payments": {"workers": 2}}, "calls": []}
    down = rows(plan.compare(policies=known, availability={"payments": 0.999}), "availability")
    assert any(row["scenario"] == 43200 for row in down)


MISUSE: list[tuple[str, type[Exception], str, dict[str, Any]]] = [
    ("no such file", twin.TwinError, "nowhere.jsonl", {"traces": "nowhere.jsonl"}),
    ("no such entity", twin.UnknownError, "paymnts", {"availability": {"paymnts": 0.9}}),
    ("more than always", twin.InvalidError, "1.5", {"availability": {"payments": 1.5}}),
    ("no workers", twin.InvalidError, "0 workers", {"traces": TRACES, "policies": {"services": {"payments": {"workers": 0}}}}),
    ("no operation", twin.InvalidError, "service.operation", {"policies": {"calls": [{"caller": "a", "callee": "b.c"}]}}),
    ("an unknown policy", twin.InvalidError, "nothing to compare", {"policies": {"servces": {}}}),
    ("a negative seed", OverflowError, "negative", {"seed": -1}),
    ("unknown needs", twin.UnknownError, "profile", {"needs": "yesterday"}),
]


@pytest.mark.parametrize(("error", "words", "options"), [case[1:] for case in MISUSE], ids=[case[0] for case in MISUSE])
def test_misuse_is_refused(shop: twin.Snapshot, error: type[Exception], words: str, options: dict[str, Any]) -> None:
    plan = shop.scenario("busy", [twin.change.scale_load(2)])
    with pytest.raises(error, match=words):
        plan.compare(**options)


def test_a_deadline_stops_the_work(shop: twin.Snapshot, tmp_path: Path) -> None:
    plan = shop.scenario("busy", [twin.change.scale_load(2)])
    with pytest.raises(twin.TwinError, match="deadline"):
        plan.compare(traces=TRACES, deadline=0)
