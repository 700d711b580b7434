"""Frames read an answer as it is, and all of them read the same."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from typing import Any

import duckdb
import pandas
import polars
import pyarrow
import pytest
import twin
from conftest import ROOT

QUESTIONS: list[dict[str, Any]] = [
    {"kind": "blast_radius", "entity": "payments@shop"},
    {"kind": "neighbours", "entity": "checkout@shop"},
    {"kind": "drift"},
    {"kind": "find_all", "words": ""},
    {"kind": "find_all", "words": "nothing is called so"},
    {"kind": "cost", "entity": "checkout@shop"},
]


@pytest.fixture(params=QUESTIONS, ids=lambda question: f"{question['kind']} {question.get('words', '')}")
def answer(request: pytest.FixtureRequest, shop: twin.Snapshot) -> twin.Answer:
    """Answers with texts, lists, numbers, flags and gaps; one of them empty."""
    return shop.ask(request.param)


def test_frames_agree(answer: twin.Answer) -> None:
    table = pyarrow.table(answer)
    assert table.num_rows == len(answer)
    expected = table.to_pylist()
    assert polars.DataFrame(answer).to_dicts() == expected
    assert duckdb.sql("select * from answer").to_arrow_table().to_pylist() == expected
    assert pyarrow.Table.from_pandas(answer.to_pandas(), schema=table.schema).to_pylist() == expected
    if hasattr(pandas.DataFrame, "from_arrow"):
        assert pyarrow.table(pandas.DataFrame.from_arrow(answer)).to_pylist() == expected


def test_the_columns_are_those_of_the_question(shop: twin.Snapshot) -> None:
    whole, empty = (pyarrow.table(shop.find_all(words)) for words in ("", "nothing is called so"))
    assert whole.schema == empty.schema == pyarrow.schema(shop.find_all("pay"))
    assert whole.column("name").to_pylist() == [row["name"] for row in shop.find_all("")]


def test_a_capsule_outlives_its_answer(shop: twin.Snapshot) -> None:
    table = pyarrow.table(shop.find_all(""))
    frame = polars.DataFrame(shop.find_all(""))
    assert table.num_rows == frame.height == shop.size
    capsule = shop.find_all("").__arrow_c_stream__()
    del capsule


def test_reading_twice_shares_the_buffers(answer: twin.Answer) -> None:
    first, second = pyarrow.table(answer), pyarrow.table(answer)
    places = [[of.address for of in table.column(0).chunk(0).buffers() if of] for table in (first, second) if len(table)]
    assert places[:1] == places[1:]


def test_the_older_pandas_reads_it_too(shop: twin.Snapshot) -> None:
    python = ROOT / "target" / "python" / "pandas2" / "bin" / "python"
    interpreter = str(python) if python.exists() else sys.executable
    program = "import sys, pickle, pandas; a = pickle.load(sys.stdin.buffer); print(pandas.__version__); print(a.to_pandas().to_json(orient='records'))"
    answer = shop.owners("checkout@shop")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")}
    done = subprocess.run([interpreter, "-c", program], input=pickle.dumps(answer), capture_output=True, env=environment, check=True)
    version, rows = done.stdout.decode().splitlines()
    assert version.startswith("2.") or not python.exists()
    assert [row["owner"] for row in json.loads(rows)] == [row["owner"]["name"] for row in answer]
