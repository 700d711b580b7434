"""Twin keeps a live, queryable model of a software estate, and answers what would break, who owns it, what it costs, and why.

>>> with twin.in_memory() as t:
...     receipt = t.scan("examples/estate", now="2026-11-24T09:00:00Z")
...     impact = t.snapshot(now="2026-11-24T09:00:00Z").blast_radius("payments", state="down")
>>> len(impact) > 0
True
"""

from twin import answers, change, errors
from twin._twin import (
    Answer,
    Pages,
    Resolution,
    Scenario,
    Snapshot,
    SourceContext,
    Table,
    Twin,
    in_memory,
    live_handles,
    open,
    resolve,
    solve,
    trade_off,
)
from twin.errors import (
    AmbiguousError,
    BusyError,
    CancelledError,
    ClosedError,
    CorruptError,
    InvalidError,
    IoError,
    LimitError,
    NewerError,
    NotAStoreError,
    TwinError,
    UnknownError,
)
from twin.receipts import Receipt, ScanReceipt
from twin.source import Batch, Capability, Page, Record, Source
from twin.times import AsOf

__all__ = [
    "AmbiguousError",
    "Answer",
    "AsOf",
    "Batch",
    "BusyError",
    "CancelledError",
    "Capability",
    "ClosedError",
    "CorruptError",
    "InvalidError",
    "IoError",
    "LimitError",
    "NewerError",
    "NotAStoreError",
    "Page",
    "Pages",
    "Receipt",
    "Record",
    "Resolution",
    "Scenario",
    "ScanReceipt",
    "Snapshot",
    "Source",
    "SourceContext",
    "Table",
    "Twin",
    "TwinError",
    "UnknownError",
    "answers",
    "change",
    "errors",
    "in_memory",
    "live_handles",
    "open",
    "resolve",
    "solve",
    "trade_off",
]
