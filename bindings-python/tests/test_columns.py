"""A graph from columns: lists, arrays of NumPy, Arrow and polars give the same snapshot, and what is no column is refused."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import numpy
import polars
import pyarrow
import pytest
import twin
from conftest import NOW

WAYS: dict[str, Callable[[list[int]], Any]] = {
    "lists": list,
    "tuples": tuple,
    "arrays": lambda values: array("H", values),
    "numpy": lambda values: numpy.array(values, dtype=numpy.uint32),
    "numpy in steps": lambda values: numpy.repeat(numpy.array(values, dtype=numpy.int64), 2)[::2],
    "numpy in bytes": lambda values: numpy.array(values, dtype=numpy.int8),
    "arrow": lambda values: pyarrow.array(values, pyarrow.uint32()),
    "arrow in chunks": lambda values: pyarrow.chunked_array([values[:1], values[1:]]),
    "polars": lambda values: polars.Series(values),
}


def graph(way: Callable[[list[int]], Any] = list, **other: Any) -> twin.Snapshot:
    """Three instances on a database."""
    columns: dict[str, Any] = {
        "kinds": ["Instance", "DataStore"],
        "kind_of": way([0, 0, 0, 1]),
        "names": ["web", "shop", "pay", "ledger"],
        "relations": ["calls", "readsFrom"],
        "left": way([0, 1, 2]),
        "right": way([1, 2, 3]),
        "relation_of": way([0, 0, 1]),
        **other,
    }
    return twin.Snapshot.from_columns(now=NOW, **columns)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_columns_of_every_sort_give_the_same(way: Callable[[list[int]], Any]) -> None:
    hits = graph(way).blast_radius("ledger")
    assert {hit["entity"]["name"] for hit in hits} == {"web", "shop", "pay"}
    assert hits.to_json() == graph().blast_radius("ledger").to_json()


def test_names_come_from_anything_with_texts() -> None:
    names = ["web", "shop", "pay", "Lager für Geld"]
    for given in (names, tuple(names), iter(names), numpy.array(names), pyarrow.array(names), polars.Series(names)):
        assert graph(names=given).find("Lager für Geld")["kind"] == "DataStore"


def test_a_relation_alone_needs_no_column_and_integers_are_kept() -> None:
    made = graph(relation_of=None, relations=["calls"], integers={"replicas": [1, 2, 3, 4]})
    assert (made.size, made.now.isoformat()) == (4, "2026-11-24T09:00:00+00:00")
    assert len(made.blast_radius("ledger")) == 3


WRONG: list[tuple[str, type[BaseException], dict[str, Any]]] = [
    ("a kind that nobody knows", twin.UnknownError, {"kinds": ["Instanc", "DataStore"]}),
    ("a node that is not there", twin.InvalidError, {"right": [1, 2, 4]}),
    ("a column that is too short", twin.InvalidError, {"names": ["web"]}),
    ("a number below zero", twin.InvalidError, {"left": [0, 1, -1]}),
    ("a number that does not fit", twin.InvalidError, {"kind_of": numpy.array([0, 0, 0, 1 << 16])}),
    ("a number that fits nowhere", OverflowError, {"left": [0, 1, 1 << 70]}),
    ("fractions", TypeError, {"left": [0.0, 1.0, 2.0]}),
    ("fractions of numpy", TypeError, {"left": numpy.array([0.0, 1.0, 2.0])}),
    ("a table", TypeError, {"left": numpy.zeros((3, 1), dtype=numpy.uint32)}),
    ("the other order of bytes", TypeError, {"left": numpy.array([0, 1, 2], dtype=">u4")}),
    ("numbers for names", TypeError, {"names": [1, 2, 3, 4]}),
    ("nothing for a column", TypeError, {"left": None}),
    ("text for a column", TypeError, {"left": "012"}),
    ("a lone surrogate", UnicodeEncodeError, {"names": ["web", "shop", "pay", "\ud800"]}),
]


@pytest.mark.parametrize(("error", "other"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_no_column_is_refused(error: type[BaseException], other: dict[str, Any]) -> None:
    with pytest.raises(error):
        graph(**other)
