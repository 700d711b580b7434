"""A table of one's own, resolved: every sort of table gives the same, long work is watched and stopped, and what is no table is refused."""

from __future__ import annotations

import datetime
import decimal
import gc
import signal
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest
import twin
from conftest import RECORDS, resolved

COLUMNS = sorted({column for record in RECORDS for column in record})


def columns() -> dict[str, list[Any]]:
    """The records as columns by name."""
    return {column: [record.get(column) for record in RECORDS] for column in COLUMNS}


def arrow() -> Any:
    """The records as a table of Arrow."""
    return pyarrow.Table.from_pylist(RECORDS, schema=pyarrow.table(columns()).schema)


class Streams:
    """Whatever has Arrow's interface and nothing else."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return arrow().__arrow_c_stream__(requested_schema)


WAYS: dict[str, Callable[[], Any]] = {
    "dictionaries": lambda: RECORDS,
    "an iterator": lambda: iter(RECORDS),
    "columns": columns,
    "columns of arrays": lambda: {name: pyarrow.array(column) for name, column in columns().items()},
    "pyarrow": arrow,
    "a batch of pyarrow": lambda: arrow().to_batches()[0],
    "anything that streams": Streams,
    "polars": lambda: polars.DataFrame(RECORDS, strict=False),
    "pandas": lambda: pandas.DataFrame(RECORDS),
    "pandas over arrow": lambda: arrow().to_pandas(types_mapper=pandas.ArrowDtype),
    "duckdb": lambda: duckdb.from_arrow(arrow()),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_tables_of_every_sort_give_the_same(way: Callable[[], Any]) -> None:
    resolution = resolved(way())
    assert resolution.things() == [["a", "b"], ["c"], ["d"]]
    assert resolution.explain("a", "b") == resolved().explain("a", "b")


def test_lists_and_structs_are_fields_and_what_is_missing_is_not_said() -> None:
    places = [
        {"id": 1, "name": "gate", "what": "Deployment", "pod_labels": {"app": "gate"}, "note": float("nan")},
        {"id": 2, "name": "door", "what": "Service", "selector": {"app": "gate"}, "note": None},
    ]
    resolution = twin.resolve(places, kind="what")
    assert resolution.things() == [["1", "2"]]
    assert "name, selector.app" in [step["field"] for step in resolution.explain("1", "2")["weights"]]
    assert twin.resolve(pandas.DataFrame(places), kind="what").things() == [["1", "2"]]


def test_cells_are_taken_as_their_text() -> None:
    day, number, name = datetime.date(2026, 11, 24), decimal.Decimal("1.50"), uuid.UUID(int=7)
    cells = [day, number, name, numpy.int64(7), True, datetime.timedelta(1), numpy.array([1, 2])]
    rows = [{"id": numpy.int64(place), "name": f"n{place}", "cell": cell} for place, cell in enumerate(cells)]
    assert twin.resolve(rows).clusters.to_pydict()["id"] == [str(place) for place in range(len(cells))]
    for no_cell in (object(), {1, 2}, b"bytes"):
        with pytest.raises(TypeError, match="a cell of a table is text"):
            twin.resolve([{"id": 1, "name": "x", "cell": no_cell}])


def test_clusters_are_a_table_for_every_frame() -> None:
    clusters = resolved().clusters
    expected = {"id": ["a", "b", "c", "d"], "cluster": ["a", "a", "c", "d"]}
    assert len(clusters) == 4 and clusters.to_pydict() == expected
    assert pyarrow.table(clusters).to_pydict() == polars.DataFrame(clusters).to_dict(as_series=False) == expected
    assert clusters.to_pandas().to_dict("list") == expected
    assert duckdb.sql("select count(distinct cluster) from clusters").fetchall() == [(3,)]


def test_weights_sum_to_the_score_by_any_means() -> None:
    resolution = resolved()
    for a, b in (("a", "b"), ("b", "c"), ("a", "d")):
        why = resolution.explain(a, b)
        weights = [step["weight"] for step in why["weights"]]
        assert sum(weights) == sum(reversed(weights)) == polars.Series(weights).sum() == why["score"]
        assert why["probability"] == resolution.probability(b, a)


def test_decisions_are_kept_and_those_about_nobody_told() -> None:
    resolution = resolved(pins=[("a", "d"), ("a", "gone")], splits=(("a", "b"),))
    assert resolution.things() == [["a", "d"], ["b"], ["c"]]
    assert resolution.why_not("a", "b") == {"kind": "split", "a": "a", "b": "b"}
    assert resolution.ignored == [("a", "gone")]
    assert twin.resolve([{"id": 1, "name": "x"}, {"id": 2, "name": "y"}], pins=[(1, 2)]).things() == [["1", "2"]]


def test_a_notebook_shows_things_and_what_to_review() -> None:
    table = {
        "id": ["<i>", "b", "c"],
        "system": ["compose", "package", "docs"],
        "kind": ["compose-service", "nuget", "page"],
        "name": ["shopcatalog", "Shop.Http.Catalogue", "Shop.Catalogues"],
    }
    html = resolved(table, pins=[("c", "gone")])._repr_html_()
    assert "3 records" in html and "&lt;i&gt;" in html and "<i>" not in html
    assert "to review" in html and "c and gone" in html


WRONG: list[tuple[str, type[BaseException], str, Any, dict[str, Any]]] = [
    ("no column of ids", twin.UnknownError, 'no column "key"', RECORDS, {"id": "key"}),
    ("two of one id", twin.InvalidError, "0 and 1", [{"id": 1, "name": "x"}, {"id": 1, "name": "y"}], {}),
    ("a row without an id", twin.InvalidError, "row 1", [{"id": 1, "name": "x"}, {"id": None, "name": "y"}], {}),
    ("an unknown threshold", twin.UnknownError, "balanced and cautious", RECORDS, {"threshold": "bold"}),
    ("a contradiction", twin.InvalidError, "take one", RECORDS, {"pins": [("a", "b")], "splits": [("b", "a")]}),
    ("no pair", twin.InvalidError, "item 0", RECORDS, {"pins": ["ab"]}),
    ("a text for a table", TypeError, "not str", "table.csv", {}),
    ("a number for a table", TypeError, "not iterable", 7, {}),
    ("a row that is none", twin.InvalidError, "row 0", [("a", "x")], {}),
    ("one record for a table", twin.InvalidError, "no column", {"id": "a", "name": "x"}, {}),
    ("columns of two lengths", twin.InvalidError, "one length", {"id": ["a"], "name": []}, {}),
    ("a number without end", twin.InvalidError, "no data", [{"id": "a", "name": float("inf")}], {}),
    ("a lone surrogate", UnicodeEncodeError, "surrogates", [{"id": "a", "name": "\ud800"}], {}),
]


@pytest.mark.parametrize(("error", "says", "table", "options"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_no_table_is_refused(error: type[BaseException], says: str, table: Any, options: dict[str, Any]) -> None:
    with pytest.raises(error, match=says):
        twin.resolve(table, **options)


def many(count: int) -> Iterator[dict[str, Any]]:
    """So many records, each of its own."""
    return ({"id": number, "name": f"service-{number}"} for number in range(count))


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    assert len(twin.resolve(many(10_000), progress=lambda *phase: told.append(phase))) == 10_000
    assert ("rows", 10_000, 0) in told and ("resolve", 4, 4) in told


def test_ctrl_c_stops_the_work() -> None:
    def interrupted() -> Iterator[dict[str, Any]]:
        yield from many(5000)
        signal.raise_signal(signal.SIGINT)
        yield from many(10_000_000)

    with pytest.raises(KeyboardInterrupt):
        twin.resolve(interrupted())


def test_a_deadline_stops_the_work() -> None:
    with pytest.raises(twin.LimitError):
        twin.resolve(many(10_000_000), deadline=0.05)


def test_what_the_rows_or_the_watcher_raise_comes_back_as_it_is() -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield from many(5000)
        raise KeyError("mine")

    def watch(phase: str, done: int, total: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(KeyError, match="mine"):
        twin.resolve(broken())
    with pytest.raises(ZeroDivisionError):
        twin.resolve(many(10_000), progress=watch)


def test_nothing_is_held_when_it_is_gone() -> None:
    before = twin.live_handles()
    resolution = resolved()
    assert twin.live_handles() == before + 1
    del resolution
    gc.collect()
    assert twin.live_handles() == before
