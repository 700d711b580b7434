"""Scenarios by objectives, and pictures of what was compared: what is handed over, what comes back, and what is refused."""

from __future__ import annotations

import copy
import json
import pickle
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

import pytest
import twin
from conftest import ROOT

TRACES = ROOT / "examples" / "estate" / "telemetry" / "traces.jsonl"
OBJECTIVES: Any = [{"dimension": "blast_radius", "of": "down"}, {"dimension": "single_points_of_failure", "goal": "max"}]


def compared(shop: twin.Snapshot) -> list[twin.Answer]:
    plans = [shop.scenario("as it is", []), shop.scenario("without payments", [twin.change.remove("payments")])]
    return [plan.compare(traces=TRACES) for plan in plans]


def test_scenarios_are_ranked_by_objectives(shop: twin.Snapshot) -> None:
    answers = compared(shop)
    choice = twin.trade_off(answers, OBJECTIVES)
    assert [option["name"] for option in choice.value["options"]] == ["as it is", "without payments"]
    assert any(option["front"] == 0 for option in choice.value["options"])
    assert [(row["option"], row["goal"]) for row in choice] == [(name, goal) for name in ("as it is", "without payments") for goal in ("min", "max")]
    assert "less is better of blast_radius (default)" in choice.assumptions
    again = twin.trade_off(tuple(pickle.loads(pickle.dumps(answer)) for answer in answers), iter(OBJECTIVES))
    assert again == choice and copy.copy(again).to_svg() == choice.to_svg()


def test_what_was_compared_has_pictures(shop: twin.Snapshot) -> None:
    answers = compared(shop)
    for answer in [*answers, twin.trade_off(answers, OBJECTIVES)]:
        picture = answer.to_svg()
        assert ElementTree.fromstring(picture).attrib["role"] == "img"
        assert picture in answer._repr_html_()
        specification = json.loads(answer.to_vega_lite())
        assert specification["$schema"].endswith("/v5.json") and specification["data"]["values"]


def test_a_specification_has_the_numbers_of_the_table(shop: twin.Snapshot) -> None:
    answer = compared(shop)[1]
    drawn = [datum for datum in json.loads(answer.to_vega_lite())["data"]["values"] if datum["panel"] != "Unknown"]
    numbers = {(row["baseline"], row["scenario"], row["delta"]) for row in answer}
    assert drawn and all((datum["baseline"], datum["scenario"], datum["delta"]) in numbers for datum in drawn)


def test_any_two_objectives_are_drawn(shop: twin.Snapshot) -> None:
    choice = twin.trade_off(compared(shop), OBJECTIVES)
    assert choice.to_svg() == choice.to_svg(x=0, y=1) == choice.to_svg(y=1) != choice.to_svg(x=1)


Misuse = Callable[[twin.Snapshot, list[twin.Answer]], object]

MISUSE: list[tuple[str, type[Exception], str, Misuse]] = [
    ("a dimension that is none", twin.UnknownError, "nearest are latency", lambda _, told: twin.trade_off(told, [{"dimension": "latency"}])),  # type: ignore[typeddict-item]
    ("no option", twin.InvalidError, "an option and an objective", lambda _, told: twin.trade_off([], OBJECTIVES)),
    ("one option twice", twin.InvalidError, "two options", lambda _, told: twin.trade_off(told[:1] * 2, OBJECTIVES)),
    ("no answer", TypeError, "Answer", lambda _, told: twin.trade_off([1], OBJECTIVES)),  # type: ignore[list-item]
    ("no comparison", twin.InvalidError, "no comparison", lambda shop, _: twin.trade_off([shop.owners("payments")], OBJECTIVES)),
    ("a picture of owners", twin.InvalidError, "has no picture", lambda shop, _: shop.owners("payments").to_svg()),
    ("axes of a comparison", twin.InvalidError, "a comparison has none", lambda _, told: told[0].to_vega_lite(x=1)),
    ("one axis twice", twin.InvalidError, "two objectives", lambda _, told: twin.trade_off(told, OBJECTIVES).to_svg(x=1, y=1)),
    ("an axis that is none", twin.InvalidError, "from 0 to 1", lambda _, told: twin.trade_off(told, OBJECTIVES).to_svg(x=7)),
]


@pytest.mark.parametrize(("error", "words", "call"), [case[1:] for case in MISUSE], ids=[case[0] for case in MISUSE])
def test_misuse_is_refused(shop: twin.Snapshot, error: type[Exception], words: str, call: Misuse) -> None:
    answers = compared(shop)
    with pytest.raises(error, match=words):
        call(shop, answers)
