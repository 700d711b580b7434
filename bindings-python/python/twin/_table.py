"""Tables of the user's own as rows: whatever frame they are, or columns by name, or rows already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from twin.errors import InvalidError

_CHUNK = 4096
"""How many rows of a frame are turned into dictionaries at once."""


class ArrowTable(Protocol):
    """Whatever hands out its rows by Arrow's PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """The rows."""


def rows_of(table: Any) -> Iterator[object]:
    """The rows of a table, each a dictionary."""
    if isinstance(table, (str, bytes)):
        raise TypeError(f"a table is a frame, columns by name, or dictionaries, not {type(table).__name__}")
    return map(_without_nan, _dictionaries(table))


def _dictionaries(table: Any) -> Iterator[object]:
    """The rows, by what the table can do. Frames of polars and pandas need no pyarrow."""
    if isinstance(table, Mapping):
        return _zipped(table)
    if hasattr(table, "iter_slices"):
        return (row for part in table.iter_slices(_CHUNK) for row in part.to_dicts())
    if hasattr(table, "iloc"):
        return _of_pandas(table)
    if hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__"):
        return _of_arrow(table)
    return iter(table)


def _zipped(columns: Mapping[Any, Any]) -> Iterator[object]:
    """The rows of columns by name."""
    wrong = [name for name, column in columns.items() if isinstance(column, str) or not isinstance(column, Iterable)]
    if wrong:
        raise InvalidError(f"{wrong[0]} is no column: give a list of rows, or columns of one length by name")
    lists = {name: _listed(column) for name, column in columns.items()}
    lengths = {name: len(column) for name, column in lists.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidError(f"the columns of a table have one length, not {lengths}")
    return (dict(zip(lists, row)) for row in zip(*lists.values()))


def _listed(column: Any) -> list[Any]:
    """A column as a list, with Python's own values where arrays have theirs."""
    ways = (getattr(column, way, None) for way in ("to_pylist", "to_list", "tolist"))
    way = next((way for way in ways if way is not None), None)
    return list(column if way is None else way())


def _of_pandas(frame: Any) -> Iterator[object]:
    """The rows of a frame of pandas; what is missing is none."""
    parts = (frame.iloc[start : start + _CHUNK] for start in range(0, len(frame), _CHUNK))
    return (row for part in parts for row in part.astype(object).where(part.notna(), None).to_dict("records"))


def _of_arrow(table: Any) -> Iterator[object]:
    """The rows of anything that has Arrow's interface."""
    import pyarrow

    return (row for batch in pyarrow.table(table).to_batches(max_chunksize=_CHUNK) for row in batch.to_pylist())


def _without_nan(row: object) -> object:
    """A row in which no number is none: it is how frames write what is missing."""
    if not isinstance(row, Mapping):
        return row
    return {name: None if isinstance(value, float) and value != value else value for name, value in row.items()}


def written_cell(value: Any) -> object:
    """A cell that JSON does not know."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID, timedelta)):
        return str(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a cell of a table is text, a number, a time, a list or a struct, not {type(value).__name__}")
