"""An answer is an envelope, a sequence of rows, and something that outlives its twin."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timezone
from typing import Any

import pytest
import twin
from conftest import NOW

QUESTIONS = [
    ("describe", {"entity": "checkout@shop"}),
    ("blast_radius", {"entity": "payments@shop", "state": "down"}),
    ("find_all", {"words": "pay"}),
    ("drift", {}),
    ("cycles", {}),
    ("owners", {"entity": "checkout@shop"}),
    ("cost", {"entity": "checkout@shop"}),
    ("neighbours", {"entity": "checkout@shop"}),
]


@pytest.fixture(params=QUESTIONS, ids=lambda question: question[0])
def answer(request: pytest.FixtureRequest, shop: twin.Snapshot) -> twin.Answer:
    """The answer to each question about the example estate."""
    kind, options = request.param
    asked: twin.Answer = getattr(shop, kind)(**options)
    question: Any = {"kind": kind, **options}
    assert asked == shop.ask(question)
    return asked


def test_the_envelope_is_the_cores(answer: twin.Answer) -> None:
    told = json.loads(answer.to_json())
    for name in set(told) - {"as_of", "evidence"}:
        assert getattr(answer, name) == told[name], name
    assert answer.as_of == (datetime(2026, 11, 24, 9, tzinfo=timezone.utc),) * 2


def test_an_answer_is_a_sequence_of_rows(answer: twin.Answer) -> None:
    rows = list(answer)
    assert len(answer) == answer.size == len(rows)
    assert answer[:] == rows and answer[1:3] == rows[1:3] and answer[::-1] == rows[::-1]
    if rows:
        assert answer[0] == rows[0] and answer[-1] == rows[-1]
    for beyond in (len(rows), -len(rows) - 1):
        with pytest.raises(IndexError):
            answer[beyond]
        with pytest.raises(IndexError):
            answer.evidence(beyond)


def test_pages_are_the_rows_with_the_evidence_that_they_cite(answer: twin.Answer) -> None:
    pages = list(answer.pages(3))
    assert [len(page["rows"]) for page in pages] == [min(3, len(answer) - at) for at in range(0, len(answer), 3)]
    cited = [[page["evidence"][str(number)] for number in row.get("evidence", [])] for page in pages for row in page["rows"]]
    assert cited == [answer.evidence(row) for row in range(len(answer))]


def test_an_answer_outlives_its_twin(answer: twin.Answer) -> None:
    thawed = pickle.loads(pickle.dumps(answer))
    for twice in (copy.copy(answer), copy.deepcopy(answer), thawed):
        assert twice == answer and twice is not answer
        assert list(twice) == list(answer) and twice.to_json() == answer.to_json()
        assert repr(twice) == repr(answer) and twice.as_of == answer.as_of
    assert all(thawed.evidence(row) == answer.evidence(row) for row in range(len(answer)))


def test_an_answer_shows_itself(answer: twin.Answer) -> None:
    line = repr(answer)
    assert "\n" not in line and answer.status["kind"] in line and str(answer.revision) in line
    assert answer._repr_html_() == answer.to_html()
    assert answer.to_html().startswith("<div") and "<script" not in answer.to_html()


def test_answers_differ_by_what_they_say(shop: twin.Snapshot) -> None:
    assert shop.owners("checkout@shop") != shop.owners("payments@shop")
    assert shop.cycles() != 1
    with pytest.raises(TypeError, match="unhashable"):
        hash(shop.cycles())


def test_what_changed_and_what_would(t: twin.Twin, now: twin.Snapshot) -> None:
    t.pin("Component:web", "Component:shop", now="2026-11-25")
    t.rename("Component:pay", "payment service", now="2026-11-25")
    later = t.snapshot(now="2026-11-25")
    assert later.diff(now).size > 0 and now.diff(now).size == 0
    plan = later.scenario("no payments", [twin.change.remove("payment service")])
    assert plan.snapshot().scenario_name == plan.name == "no payments"
    assert plan.outcome().question["name"] == "no payments"
    with pytest.raises(twin.UnknownError):
        plan.snapshot().find("payment service")


def test_a_snapshot_never_moves(t: twin.Twin, now: twin.Snapshot) -> None:
    before = now.find_all("").to_json()
    t.apply([twin.Page(twin.Batch.full(scope="systems.csv"))], source="systems", capability={"reads": []}, now="2026-11-25")
    assert t.snapshot(now="2026-11-25").size == 0
    assert t.snapshot(now="2026-11-25", valid=NOW, known=NOW).size == now.size == 4
    t.close()
    assert now.find_all("").to_json() == before


def test_pictures(shop: twin.Snapshot) -> None:
    assert shop.to_svg().startswith("<svg") and shop.to_html().startswith("<!DOCTYPE html>")
    assert "checkout" in shop.to_mermaid() and shop._repr_html_().startswith("<iframe")
    assert len(shop) == shop.size and str(shop.size) in repr(shop)
