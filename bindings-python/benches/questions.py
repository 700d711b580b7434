"""Python's half of W11: the questions and the table of `benches/src/bin/bindings.rs`, which describes the estate. One JSON line each."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow
import twin

NOW = "2026-11-24T09:00:00Z"
ASKED = 10_000
PAGE = 1_000
TIMES = 1_001


def page_of(page: int, services: int, related: bool) -> dict[str, Any]:
    """One page of the estate."""
    numbers = range(page * PAGE, min((page + 1) * PAGE, services))
    records = [record for number in numbers for record in service(page, number, related)]
    return {"scope": f"page-{page}", "records": records}


def service(page: int, number: int, related: bool) -> Iterator[dict[str, Any]]:
    """The two records of a service."""
    at = f"page-{page}:{number + 1}"
    owned = {"relation": "ownedBy", "kind": "Team", "key": f"team {number % 100}"}
    called = {"relation": "calls", "kind": "Instance", "key": f"i{(number - 1) // 2}"}
    yield record("Component", f"c{number}", f"service {number}", at, [owned] if related else [])
    yield record("Instance", f"i{number}", f"instance {number}", at, [called] if related and number else [])


def record(kind: str, key: str, name: str, at: str, relations: list[dict[str, str]]) -> dict[str, Any]:
    """One record."""
    return {"kind": kind, "key": key, "name": name, "at": at, "relations": relations}


def estate(services: int, related: bool) -> twin.Snapshot:
    """What holds once every page was told."""
    pages: Any = (page_of(page, services, related) for page in range(-(-services // PAGE)))
    reads = {"reads": ["Component", "Instance", "Team", "ownedBy", "calls"], "cadence": "1h"}
    with twin.in_memory() as t:
        t.apply(pages, source="bench", capability=reads, now=NOW)
        return t.snapshot(now=NOW)


def timed(times: int, prepare: Callable[[], Any], work: Callable[[Any], Any]) -> float:
    """The median time of some work in microseconds."""
    taken = []
    for _ in range(times):
        given = prepare()
        start = time.perf_counter()
        kept = work(given)
        taken.append(time.perf_counter() - start)
        del kept
    return statistics.median(taken) * 1e6


def told(question: str, microseconds: float, rows: int) -> None:
    """One line."""
    print(json.dumps({"host": "python", "question": question, "microseconds": microseconds, "rows": rows}), flush=True)


def main(services: int) -> None:
    """Asks everything."""
    asked = estate(ASKED, True)
    questions: dict[str, Callable[[], twin.Answer]] = {
        "find_all": lambda: asked.find_all("service 777"),
        "owners": lambda: asked.owners("service 4711"),
        "neighbours": lambda: asked.neighbours("instance 1000"),
        "blast_radius": lambda: asked.blast_radius("instance 1000"),
    }
    for name, ask in questions.items():
        told(name, timed(TIMES, lambda: None, lambda _: ask()), len(ask()))
    large = estate(services, False)
    told("table", timed(7, lambda: large.find_all(""), pyarrow.table), len(large.find_all("")))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)
