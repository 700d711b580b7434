"""Everything that every host has, this host has: by the table that the core prints."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
import twin
from conftest import ROOT

TABLE: list[dict[str, Any]] = json.loads((ROOT / "conformance" / "surface.json").read_text())


def found(member: dict[str, Any]) -> Any:
    """What has the member's name here."""
    on = twin if member["on"] == "module" else getattr(twin, member["on"])
    return inspect.getattr_static(on, member["name"])


@pytest.mark.parametrize("member", TABLE, ids=lambda member: f"{member['on']}.{member['name']}")
def test_a_member_is_there_with_its_parameters(member: dict[str, Any]) -> None:
    here = found(member)
    assert inspect.getdoc(here), "it says what it is for"
    if member["property"]:
        assert inspect.isgetsetdescriptor(here)
        return
    parameters = [of for of in inspect.signature(here).parameters.values() if of.name != "self"]
    by_place = [of.name for of in parameters if of.kind is not of.KEYWORD_ONLY]
    by_name = {of.name for of in parameters if of.kind is of.KEYWORD_ONLY}
    assert (by_place, by_name) == (member["positional"], set(member["options"]))


def test_the_table_covers_every_public_member() -> None:
    told = {(member["on"], member["name"]) for member in TABLE}
    classes = ("Twin", "Snapshot", "Scenario", "Answer", "Resolution")
    here = {(on, name) for on in classes for name in vars(getattr(twin, on)) if not name.startswith("_")}
    own = {("Answer", "to_pandas"), ("Snapshot", "from_columns")}
    assert here - told == own, "frames and arrays are Python's own"
