"""The shapes of plain data that answers and receipts hold: dictionaries as the core's JSON has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple, TypedDict, Union

__all__ = [
    "AsOf",
    "Change",
    "Diagnostic",
    "EntityRef",
    "Evidence",
    "Freshness",
    "Interval",
    "Missing",
    "Report",
    "Row",
    "SourceCheck",
    "Status",
    "Step",
    "Tally",
    "Unread",
]

Row = dict[str, Any]
"""A row of an answer. Its fields are those of the question."""

Change = dict[str, Any]
"""What changed about an entity or a relation."""


class AsOf(NamedTuple):
    """The two times that a snapshot or an answer is about."""

    valid: datetime
    """What held then."""
    known: datetime
    """By what the twin knew then."""


class Missing(TypedDict):
    """One scope that could bear on the question and was not read to its end, or is stale."""

    source: str
    scope: str
    why: str
    since: Union[str, None]


class Complete(TypedDict):
    """Everything that can bear on the question was read, and is fresh enough."""

    kind: Literal["complete"]


class Partial(TypedDict):
    """Something that could bear on the question is missing or stale."""

    kind: Literal["partial"]
    missing: list[Missing]


class Unknown(TypedDict):
    """No source that can answer has ever been read."""

    kind: Literal["unknown"]
    why: str


Status = Union[Complete, Partial, Unknown]
"""Whether an answer is whole."""


class Freshness(TypedDict):
    """How old a source is."""

    source: str
    sort: str
    observed_at: str
    age_s: int
    required_s: int
    met: bool


class Interval(TypedDict):
    """Where a number lies."""

    kind: Literal["bounds", "confidence"]
    low: float
    high: float


class EntityRef(TypedDict):
    """An entity."""

    name: str
    kind: str
    id: str


class Step(TypedDict):
    """A place, and what stands there to the letter."""

    locator: str
    raw: str


class Evidence(TypedDict):
    """Why something is so."""

    source: str
    scope: str
    locator: Union[str, None]
    chain: list[Step]
    field: Union[str, None]
    technique: str
    confidence: float
    perspective: str
    observed_at: str


class SourceCheck(TypedDict):
    """One thing that a source must keep to, and whether it does."""

    name: str
    passed: bool
    why: str


class Diagnostic(TypedDict):
    """Something that could not be taken as it was."""

    severity: str
    code: str
    locator: str
    message: str
    records: int


class Tally(TypedDict):
    """What one decoder did."""

    sort: str
    files: int
    read: int
    rejected: int


class Unread(TypedDict):
    """A path, and why it is not known, or not all of it."""

    path: str
    why: str


class Report(TypedDict):
    """What a scan saw."""

    source: str
    folders: int
    files: int
    decoders: list[Tally]
    in_part: list[Unread]
    not_understood: list[Unread]
    nothing_to_keep: list[str]
    not_read: list[Unread]
    nobody_reads: dict[str, int]
    skipped: dict[str, int]
    links: list[str]
