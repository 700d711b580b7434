"""Times, in and out."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple, Union

__all__ = ["AsOf", "Moment"]

Moment = Union[datetime, date, str]
"""A time: an aware datetime, a date (midnight UTC), or text as RFC 3339 has it."""


class AsOf(NamedTuple):
    """The two times that a snapshot or an answer is about.

    >>> now.as_of.valid == now.as_of.known == now.now
    True
    """

    valid: datetime
    """What held then."""
    known: datetime
    """By what the twin knew then."""
