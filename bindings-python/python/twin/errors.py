"""Errors. Each is a `TwinError` with a `code` for machines and one line for people, and also what Python users expect to catch."""

from __future__ import annotations

__all__ = [
    "AmbiguousError",
    "BusyError",
    "CancelledError",
    "ClosedError",
    "CorruptError",
    "InvalidError",
    "IoError",
    "LimitError",
    "NewerError",
    "NotAStoreError",
    "TwinError",
    "UnknownError",
]


class TwinError(Exception):
    """Whatever goes wrong in Twin.

    >>> try:
    ...     now.owners("paymnts")
    ... except twin.errors.TwinError as error:
    ...     error.code
    'unknown'
    """

    code: str = "error"


class UnknownError(TwinError, LookupError):
    """A name that the twin does not know. The message names the nearest known.

    >>> now.owners("paymnts")
    Traceback (most recent call last):
    twin.errors.UnknownError: unknown entity "paymnts": nearest are payments
    """

    code = "unknown"


class AmbiguousError(TwinError, LookupError):
    """A name that several things answer to. The message lists them.

    >>> twin.errors.AmbiguousError.code
    'ambiguous'
    """

    code = "ambiguous"


class InvalidError(TwinError, ValueError):
    """An argument that makes no sense.

    >>> t.snapshot(valid="the day before yesterday")
    Traceback (most recent call last):
    twin.errors.InvalidError: ...
    """

    code = "invalid"


class CorruptError(TwinError):
    """The store file is damaged.

    >>> twin.errors.CorruptError.code
    'corrupt'
    """

    code = "corrupt"


class NewerError(TwinError):
    """The store file was written by a newer version.

    >>> twin.errors.NewerError.code
    'newer'
    """

    code = "newer"


class BusyError(TwinError):
    """The store file is held by another writer.

    >>> twin.errors.BusyError.code
    'busy'
    """

    code = "busy"


class NotAStoreError(TwinError):
    """A file that is no store of Twin.

    >>> twin.errors.NotAStoreError.code
    'not_a_store'
    """

    code = "not_a_store"


class IoError(TwinError, OSError):
    """The operating system said no.

    >>> twin.open("no/such/folder/estate.twin")
    Traceback (most recent call last):
    twin.errors.IoError: ...
    """

    code = "io"


class LimitError(TwinError):
    """A limit was reached: bytes, depth, items, or the deadline.

    >>> twin.errors.LimitError.code
    'limit'
    """

    code = "limit"


class CancelledError(TwinError):
    """The host cancelled the work.

    >>> twin.errors.CancelledError.code
    'cancelled'
    """

    code = "cancelled"


class ClosedError(TwinError, ValueError):
    """The twin was closed.

    >>> t.close()
    >>> t.revision
    Traceback (most recent call last):
    twin.errors.ClosedError: the twin is closed: open it anew; snapshots that were taken before still answer
    """

    code = "closed"


_BY_CODE: dict[str, type[TwinError]] = {
    of.code: of
    for of in (
        UnknownError,
        AmbiguousError,
        InvalidError,
        CorruptError,
        NewerError,
        BusyError,
        NotAStoreError,
        IoError,
        LimitError,
        CancelledError,
        ClosedError,
    )
}


def _of(code: str, message: str) -> TwinError:
    """The error of a code of the core's."""
    return _BY_CODE.get(code, TwinError)(message)
