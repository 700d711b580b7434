"""What became of a reading."""

from __future__ import annotations

import json

from twin.answers import Change, Diagnostic, Report

__all__ = ["Receipt", "ScanReceipt"]


class Receipt:
    """What became of some pages: `applied + duplicate + late + rejected` is the number of records that came in.

    >>> receipt = twin.in_memory().apply([], source="sheet", capability=twin.Capability(reads=["Component"]))
    >>> receipt
    <twin.Receipt 0 applied, 0 duplicate, 0 late, 0 rejected, revision 0>
    """

    applied: int
    """Records that said something new."""
    duplicate: int
    """Records that said nothing new."""
    late: int
    """Records that are older than what is known; kept in history."""
    rejected: int
    """Records that could not be taken; each has a diagnostic."""
    revision: int
    """The twin's revision after it."""
    diagnostics: list[Diagnostic]
    """The first thousand of what could not be taken as it was."""
    diagnostic_count: int
    """How many diagnostics there are in all."""
    changes: list[Change]
    """The first thousand changes of entities and relations."""
    change_count: int
    """How many changes there are in all."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.__dict__.update(json.loads(text))

    def to_json(self) -> str:
        """Canonical JSON, as the core writes it for every host.

        >>> receipt = twin.in_memory().apply([], source="sheet", capability=twin.Capability(reads=["Component"]))
        >>> receipt.to_json()[:13]
        '{"applied":0,'
        """
        return self._text

    def __repr__(self) -> str:
        return f"<twin.{type(self).__name__} {self._told()}>"

    def _told(self) -> str:
        counts = f"{self.applied} applied, {self.duplicate} duplicate, {self.late} late, {self.rejected} rejected"
        return f"{counts}, revision {self.revision}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Receipt) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


class ScanReceipt(Receipt):
    """What became of a scan: the receipt, and what was read and not understood.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     twin.in_memory().scan(folder).report["files"]
    0
    """

    report: Report
    """What was read, recognised, and not understood."""

    def _told(self) -> str:
        return f"{super()._told()}; {self.report['files']} files"
