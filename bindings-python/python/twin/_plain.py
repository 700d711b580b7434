"""Plain data on its way in and out of the extension module, which calls these functions."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta, timezone
from itertools import islice
from os import PathLike, fspath
from typing import Any

from twin._table import rows_of, written_cell
from twin.errors import InvalidError
from twin.receipts import Receipt, ScanReceipt
from twin.times import AsOf

loads: Callable[[str], Any] = json.loads

_PAGE = 4096
"""How many rows of a table are handed over at once."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def dumps(value: object) -> str:
    """A value as JSON. Text that is no Unicode stays as it is, for the extension module to refuse it by Python's own error."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_written)


def _written(value: Any) -> object:
    """A value that says itself how it is written."""
    if isinstance(value, date):
        return moment(value)
    written = getattr(type(value), "_written", None)
    if written is None:
        raise TypeError(f"{type(value).__name__} cannot be handed to a twin: give plain data")
    return written(value)


def moment(value: object) -> str:
    """A time as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return _aware(value).astimezone(timezone.utc).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a time is a datetime with a zone, a date, or text, not {type(value).__name__}")


def _aware(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise InvalidError(f"{value} has no zone: give datetime.now(timezone.utc), or value.astimezone() if it is local")
    return value


def seconds(value: object) -> float:
    """A span of time in seconds."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (int, float)):
        return float(value)
    raise TypeError(f"a deadline is a number of seconds or a timedelta, not {type(value).__name__}")


def datetime_of(micros: int) -> datetime:
    """The moment so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=micros)


def as_of(valid: int, known: int) -> AsOf:
    """The two times that an answer is about."""
    return AsOf(datetime_of(valid), datetime_of(known))


def comparing(
    traces: Any, policies: Any, availability: Any, data_classes: Any, data_policies: Any, seed: int, needs: str | None
) -> str:
    """What a comparison is made with, in JSON. One path is a list of one."""
    known = {"policies": policies or {}, "availability": dict(availability or {})}
    known |= {"data_classes": dict(data_classes or {}), "data_policies": list(data_policies or [])}
    return dumps({"traces": paths(traces), "seed": seed, "needs": needs} | known)


def paths(given: Any) -> list[str]:
    """Paths as texts. One path is a list of one."""
    return [fspath(path) for path in ([given] if isinstance(given, (str, PathLike)) else given or [])]


def listed(items: Iterable[object]) -> str:
    """Items as a list in JSON."""
    return dumps(list(items))


def column(values: Any) -> tuple[str, bytes]:
    """How each whole number of a column is written, such as `u4`, and all of them. Arrays are taken as they lie in memory."""
    given = values.to_numpy() if hasattr(values, "to_numpy") else values
    lies = hasattr(given, "__array_interface__") or isinstance(given, (array, bytes, bytearray, memoryview))
    view = memoryview(given if lies else array("q", given))
    signs = {"b": "i", "h": "i", "i": "i", "l": "i", "q": "i", "B": "u", "H": "u", "I": "u", "L": "u", "Q": "u"}
    if view.ndim != 1 or view.format not in signs:
        raise TypeError(f"a column holds whole numbers in one row, not {view.ndim} dimensions of {view.format}")
    return f"{signs[view.format]}{view.itemsize}", view.tobytes()


def texts(values: Any) -> Iterable[str]:
    """A column of texts. Arrow's own texts become Python's."""
    listed: Iterable[str] = values.to_pylist() if hasattr(values, "to_pylist") else values
    return listed


def resolving(id: str, name: str, system: str | None, kind: str | None, threshold: str, pins: object, splits: object) -> str:
    """The options of a resolution as JSON."""
    options = {"id": id, "name": name, "system": system, "kind": kind, "threshold": threshold}
    decided: Any = {"pins": pins, "splits": splits}
    return dumps({**options, **{which: list(pairs) for which, pairs in decided.items() if pairs is not None}})


def table_pages(table: object) -> Iterator[str]:
    """The rows of a table, page by page, each as JSON."""
    rows = rows_of(table)
    return iter(lambda: _page(list(islice(rows, _PAGE))), "[]")


def _page(rows: list[object]) -> str:
    try:
        return json.dumps(rows, ensure_ascii=False, allow_nan=False, default=written_cell)
    except ValueError as error:
        raise InvalidError(f"a cell of the table is no data: {error}") from error


def next_page(pages: Iterator[str]) -> str | None:
    """The next page, if there is any."""
    return next(pages, None)


def pages(given: Iterable[object]) -> list[str]:
    """Pages, each as JSON."""
    return [dumps(page) for page in given]


def name_of(source: Any) -> str:
    """What a source is called that was given no name: as it says, else as its class is called."""
    name = getattr(source, "name", None) or type(source).__name__.lower()
    return str(name)


def capability_of(source: Any) -> str:
    """What a source can see."""
    return dumps(source.capability)


def page_of(source: Any, cursor: str | None, context: object) -> str:
    """The next page of a source."""
    return dumps(source.read(cursor, context))


def noted(stop: BaseException, units: int) -> None:
    """Notes on an exception how far the work came. Python 3.10 knows no notes, but keeps them."""
    notes = [*getattr(stop, "__notes__", []), f"the work stopped after {units} units; what was not finished changed nothing"]
    stop.__notes__ = notes
    stop.units = units  # type: ignore[attr-defined]


def told(answer: Any) -> str:
    """An answer on one line."""
    rows = "1 row" if answer.size == 1 else f"{answer.size} rows"
    return f"<twin.Answer {answer.question['kind']}: {answer.status['kind']}, {rows}, revision {answer.revision}>"


def to_pandas(answer: Any) -> Any:
    """An answer as a frame of pandas."""
    import pyarrow

    return pyarrow.table(answer).to_pandas()


receipt = Receipt
scan_receipt = ScanReceipt
