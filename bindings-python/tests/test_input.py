"""Bad input: each a typed exception in Python's idiom, and nothing leaks."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import twin
from conftest import NOW, READS, systems

HUGE = 1 << 80
LONG = "x" * (1 << 20)
LONE = "pay\ud800ments"
NAN = float("nan")

Call = Callable[[twin.Twin, twin.Snapshot], object]


def page(**fields: Any) -> dict[str, Any]:
    """A page of one record with some fields."""
    return {"records": [{"kind": "Component", "key": "pay", **fields}]}


def applied(t: twin.Twin, *pages: Any) -> twin.Receipt:
    """What becomes of pages of a source."""
    return t.apply(pages, source="s", capability=READS, now=NOW)


def asked(now: twin.Snapshot, question: Any) -> twin.Answer:
    """The answer to something that may be no question."""
    return now.ask(question)


FIRST = datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))
CASES: list[tuple[str, type[BaseException], Call]] = [
    ("a number for a name", TypeError, lambda t, now: now.owners(7)),  # type: ignore[arg-type]
    ("nothing for a name", TypeError, lambda t, now: now.owners(None)),  # type: ignore[arg-type]
    ("bytes for a name", TypeError, lambda t, now: now.find(b"payments")),  # type: ignore[arg-type]
    ("an option by position", TypeError, lambda t, now: now.owners("payments", "audit")),  # type: ignore[call-arg, arg-type]
    ("an option that is not there", TypeError, lambda t, now: now.owners("payments", depth=3)),  # type: ignore[call-arg]
    ("a snapshot for a twin", TypeError, lambda t, now: now.diff(t)),  # type: ignore[arg-type]
    ("a new twin by its class", TypeError, lambda t, now: twin.Twin()),
    ("a lone surrogate", UnicodeEncodeError, lambda t, now: now.find(LONE)),
    ("a lone surrogate in a question", UnicodeEncodeError, lambda t, now: now.ask({"kind": "owners", "entity": LONE})),
    ("a lone surrogate in a page", UnicodeEncodeError, lambda t, now: applied(t, page(name=LONE))),
    ("a name of a megabyte", twin.UnknownError, lambda t, now: now.find(LONG)),
    ("a megabyte for a time", twin.InvalidError, lambda t, now: t.snapshot(now=LONG)),
    ("a NUL in a name", LookupError, lambda t, now: now.find("pay\0ments")),
    ("an unknown name", LookupError, lambda t, now: now.find("paymnts")),
    ("an unknown kind", twin.UnknownError, lambda t, now: now.find_all("", of="Componnt")),
    ("an unknown record", twin.UnknownError, lambda t, now: t.pin("a", "b")),
    ("a record beside itself", ValueError, lambda t, now: t.pin("Component:pay", "Component:pay")),
    ("a naive datetime", twin.InvalidError, lambda t, now: t.snapshot(now=datetime(2026, 11, 24))),
    ("a naive datetime in a page", ValueError, lambda t, now: applied(t, page(valid_from=datetime(2026, 11, 24)))),
    ("a number for a time", TypeError, lambda t, now: t.snapshot(now=1732438800)),  # type: ignore[arg-type]
    ("a text that is no time", ValueError, lambda t, now: t.snapshot(valid="soon")),
    ("a time before all times", OverflowError, lambda t, now: t.snapshot(now=FIRST)),
    ("a deadline that is no number", ValueError, lambda t, now: t.scan(".", deadline=NAN)),
    ("a deadline in the past", ValueError, lambda t, now: t.scan(".", deadline=timedelta(seconds=-1))),
    ("a deadline beyond all numbers", OverflowError, lambda t, now: t.scan(".", deadline=10**400)),
    ("a deadline that is text", TypeError, lambda t, now: t.scan(".", deadline="1 s")),  # type: ignore[arg-type]
    ("a text for a list of names", TypeError, lambda t, now: t.scan(".", skip="target")),
    ("a row beyond 64 bits", OverflowError, lambda t, now: now.owners("payments").evidence(HUGE)),
    ("an index beyond 64 bits", IndexError, lambda t, now: now.owners("payments")[HUGE]),
    ("an index that is text", TypeError, lambda t, now: now.owners("payments")["owner"]),  # type: ignore[call-overload]
    ("pages of nothing", ValueError, lambda t, now: now.owners("payments").pages(0)),
    ("pages of less than nothing", ValueError, lambda t, now: now.owners("payments").pages(-1)),
    ("pages beyond 64 bits", OverflowError, lambda t, now: now.owners("payments").pages(HUGE)),
    ("a question of no kind", ValueError, lambda t, now: asked(now, {"kind": "horoscope"})),
    ("a question that is a list", ValueError, lambda t, now: asked(now, [])),
    ("a question that is an object", TypeError, lambda t, now: asked(now, object())),
    ("no number in a question", ValueError, lambda t, now: asked(now, {"kind": "owners", "entity": NAN})),
    ("a huge number in a question", ValueError, lambda t, now: asked(now, {"kind": "owners", "entity": HUGE})),
    ("a change of no kind", ValueError, lambda t, now: now.scenario("s", [{"change": "grow"}])),  # type: ignore[list-item]
    ("changes that are a number", TypeError, lambda t, now: now.scenario("s", 7)),  # type: ignore[arg-type]
    ("a change of nobody", LookupError, lambda t, now: now.scenario("s", [twin.change.remove("nobody")])),
    ("a folder that is not there", ValueError, lambda t, now: t.scan("no/such/folder")),
    ("a file for a folder", ValueError, lambda t, now: t.scan(__file__)),
    ("a path that is a number", TypeError, lambda t, now: twin.open(7)),  # type: ignore[arg-type]
    ("a path in no folder", OSError, lambda t, now: twin.open("no/such/folder/estate.twin")),
    ("a file that is no store", twin.NotAStoreError, lambda t, now: twin.open(Path(__file__))),
    ("no number in a page", ValueError, lambda t, now: applied(t, page(attributes={"cost": NAN}))),
    ("a page that is none", ValueError, lambda t, now: applied(t, 7)),
    ("a page with a strange field", ValueError, lambda t, now: applied(t, {"colour": "red"})),
    ("pages that are none", TypeError, lambda t, now: t.apply(7, source="s", capability=READS)),  # type: ignore[arg-type]
    ("a capability of nothing known", LookupError, lambda t, now: t.apply([], source="s", capability={"reads": ["Tea"]})),
    ("a span that is none", ValueError, lambda t, now: t.apply([], source="s", capability={"reads": [], "cadence": "soon"})),
    ("a source that is none", AttributeError, lambda t, now: t.sync(7)),  # type: ignore[arg-type]
    ("a source of no capability", AttributeError, lambda t, now: t.sync(twin.Source())),
    ("a maker that makes nothing", AttributeError, lambda t, now: t.check_source(lambda: 7)),  # type: ignore[arg-type,return-value]
    ("a twin in a pickle", TypeError, lambda t, now: pickle.dumps(t)),
    ("a snapshot in a pickle", TypeError, lambda t, now: pickle.dumps(now)),
    ("a pickle of garbage", ValueError, lambda t, now: twin._twin._thaw(LONG)),
]


@pytest.mark.parametrize(("expected", "call"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_bad_input_is_a_typed_exception(
    t: twin.Twin, now: twin.Snapshot, expected: type[BaseException], call: Call
) -> None:
    with pytest.raises(expected) as raised:
        call(t, now)
    assert len(str(raised.value)) < 2_000 or isinstance(raised.value, UnicodeEncodeError)
    assert now.owners("payments").size == 1 and t.snapshot(now=NOW).size == 4, "and all goes on"


def test_the_error_says_what_to_do(t: twin.Twin) -> None:
    with pytest.raises(twin.TwinError, match="has no zone: give datetime.now") as raised:
        t.snapshot(now=datetime(2026, 11, 24, 9))
    assert raised.value.code == "invalid"


@pytest.mark.parametrize("garbage", [7, "page", [], {"kind": 7, "key": "k"}, {"kind": "Component"}, page(name=HUGE), None])
def test_records_of_garbage_are_counted(t: twin.Twin, garbage: Any) -> None:
    receipt = t.apply([{"records": [garbage]}], source="s", capability=READS, now=NOW)
    assert (receipt.applied, receipt.rejected, receipt.diagnostic_count) == (0, 1, 1)


class Garbage(twin.Source):
    """A source that gives whatever it was told to."""

    capability = READS

    def __init__(self, given: Any) -> None:
        self.given = given

    def read(self, cursor: str | None, context: twin.SourceContext) -> Any:
        return self.given


GIVEN: list[tuple[Any, type[BaseException]]] = [
    (None, ValueError),
    (7, ValueError),
    (object(), TypeError),
    ({"mode": "sideways"}, ValueError),
    ({"scope": LONE}, UnicodeEncodeError),
    ({"cursor": "again", "done": False}, ValueError),
    ({"done": False}, ValueError),
    (page(name=NAN), ValueError),
]


@pytest.mark.parametrize(("given", "expected"), GIVEN, ids=range(len(GIVEN)))
def test_a_source_that_yields_garbage(t: twin.Twin, given: Any, expected: type[BaseException]) -> None:
    with pytest.raises(expected):
        t.sync(Garbage(given), now=NOW)
    assert t.snapshot(now=NOW).size == 4


ZONED = [
    ("2026-11-24T09:00:00Z", "2026-11-24T09:00:00+00:00"),
    ("2026-11-24T10:00:00.5+01:00", "2026-11-24T09:00:00.500000+00:00"),
    (datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=1))), "2026-11-24T09:00:00+00:00"),
    (date(2026, 11, 24), "2026-11-24T00:00:00+00:00"),
]


@pytest.mark.parametrize(("given", "expected"), ZONED, ids=range(len(ZONED)))
def test_times_have_a_zone_in_and_out(t: twin.Twin, given: datetime | date | str, expected: str) -> None:
    snapshot = t.snapshot(now=given)
    assert snapshot.now.isoformat() == expected and snapshot.as_of.valid == snapshot.now
    assert snapshot.cycles().as_of == snapshot.as_of


def test_the_clock_is_the_hosts(t: twin.Twin) -> None:
    before = datetime.now(timezone.utc)
    assert before <= t.snapshot().now <= datetime.now(timezone.utc)


def test_what_is_closed_is_closed() -> None:
    t = twin.in_memory()
    now = t.snapshot(now=NOW)
    t.close()
    t.close()
    calls: list[Callable[[], object]] = [
        lambda: t.scan("."),
        lambda: t.sync(Garbage({})),
        lambda: t.apply([], source="s", capability=READS),
        t.snapshot,
        lambda: t.pin("a", "b"),
        lambda: t.rename("a", "b"),
        lambda: t.cursor("s"),
        t.refresh,
        lambda: t.check_source(twin.Source),
        lambda: t.revision,
    ]
    for call in calls:
        with pytest.raises(twin.ClosedError) as raised:
            call()
        assert raised.value.code == "closed" and isinstance(raised.value, (twin.TwinError, ValueError))
    assert "closed" in repr(t) and now.size == 0


def test_nothing_leaks(tmp_path: Path) -> None:
    def once() -> None:
        with twin.open(tmp_path / "estate.twin") as t:
            t.apply([systems()], source="systems", capability=READS, now=NOW)
            now = t.snapshot(now=NOW)
            assert [*now.owners("payments").pages(1)] and now.scenario("s", []).outcome().size == 0
            for _, expected, call in CASES:
                with pytest.raises(expected):
                    call(t, now)

    once()
    gc.collect()
    before = twin.live_handles()
    for _ in range(5):
        once()
    gc.collect()
    assert twin.live_handles() == before
