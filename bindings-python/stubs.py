"""Prints the stub of the extension module, from what the module says of itself. Names tell types: one name per idea, everywhere.

`python stubs.py > python/twin/_twin.pyi`; a test holds the two together, and `stubtest` holds the stub against the module.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path

from twin import _twin

PARAMETERS = {
    "path": "str | os.PathLike[str]",
    "read_only": "bool",
    "name": "str",
    "skip": "Sequence[str]",
    "before": "str | os.PathLike[str]",
    "after": "str | os.PathLike[str]",
    "now": "Moment",
    "valid": "Moment",
    "known": "Moment",
    "progress": "Callable[[str, int, int], object]",
    "deadline": "float | timedelta",
    "source": "str",
    "pages": "Iterable[Page | PageDraft]",
    "capability": "Capability | Mapping[str, Any]",
    "make_source": "Callable[[], Source]",
    "question": "Question",
    "earlier": "Snapshot",
    "changes": "Iterable[ChangeDraft]",
    "state": "State",
    "hazard": 'Literal["outage", "removal"]',
    "needs": "Profile",
    "most": "int",
    "since": "Moment",
    "kinds": "Sequence[str]",
    "kind_of": "Iterable[int]",
    "names": "Iterable[str]",
    "relations": "Sequence[str]",
    "relation_of": "Iterable[int]",
    "integers": "Mapping[str, Iterable[int]]",
    "left": "Perspective",
    "right": "Perspective",
    "row": "int",
    "size": "int",
    "requested_schema": "object",
    "table": "Iterable[Mapping[str, Any]] | Mapping[str, Iterable[Any]] | ArrowTable",
    "threshold": "Threshold",
    "writers": "Iterable[Writers]",
    "pins": "Iterable[tuple[object, object]]",
    "splits": "Iterable[tuple[object, object]]",
    "limit": "int",
    "fan_in": "int",
    "fan_out": "int",
    "traces": "str | os.PathLike[str] | Sequence[str | os.PathLike[str]]",
    "policies": "PoliciesDraft",
    "availability": "Mapping[str, float]",
    "data_classes": "Mapping[str, Sequence[str]]",
    "data_policies": "Iterable[DataPolicy]",
    "events": "Iterable[DatedEvent]",
    "tolerances": "Iterable[ToleranceDraft]",
    "duration_ms": "int",
    "at": "Moment",
    "until": "Moment",
    "scenario": "Scenario",
    "reality": "Reality",
    "incidents": "Iterable[PastIncident]",
    "seed": "int",
    "choice": "ChoiceDraft",
    "incident": "IncidentDraft",
    "model": "ModelDraft",
    "answers": "Sequence[Answer]",
    "objectives": "Iterable[ObjectiveDraft]",
    "x": "int",
    "y": "int",
}
"""The types of parameters by their names; whatever is not listed is text."""

SPECIAL = {
    "Twin.sync source": "Source",
    "Twin.rename name": "str",
    "Snapshot.from_columns left": "Iterable[int]",
    "Snapshot.search question": "SearchDraft",
    "Snapshot.from_columns right": "Iterable[int]",
    "Answer.__getitem__ index": "SupportsIndex | slice",
    "Answer.__eq__ value": "object",
    "Answer.__deepcopy__ _memo": "object",
    "Twin.__exit__ _exception": "object",
}
"""Parameters whose name has another type elsewhere."""

RETURNS = {
    "_thaw": "Answer",
    "open": "Twin",
    "in_memory": "Twin",
    "live_handles": "int",
    "Twin.__enter__": "Twin",
    "Twin.__exit__": "None",
    "Snapshot.__len__": "int",
    "Snapshot.from_columns": "Snapshot",
    "Answer.__len__": "int",
    "Answer.__iter__": "Iterator[dict[str, Any]]",
    "Answer.__eq__": "bool",
    "Answer.__ne__": "bool",
    "Answer.__reduce__": "tuple[Callable[[str], Answer], tuple[str]]",
    "Answer.__copy__": "Answer",
    "Answer.__deepcopy__": "Answer",
    "Answer.__arrow_c_schema__": "CapsuleType",
    "Answer.__arrow_c_stream__": "CapsuleType",
    "Answer.pages": "Pages",
    "Answer.to_pandas": "Any",
    "Table.__arrow_c_schema__": "CapsuleType",
    "Table.__arrow_c_stream__": "CapsuleType",
    "Table.__len__": "int",
    "Table.to_pandas": "Any",
    "Table.to_pydict": "dict[str, list[Any]]",
    "Resolution.__len__": "int",
    "resolve": "Resolution",
    "trade_off": "Answer",
    "solve": "dict[str, Any]",
    "Pages.__iter__": "Pages",
    "Pages.__next__": "dict[str, Any]",
    "SourceContext.now": "datetime",
    "SourceContext.check": "None",
}
"""What is given back, where the table of the surface does not say."""

PLAIN = {"dict": "dict[str, Any]"}
"""Types of the table as Python has them."""

HEAD = '''"""The compiled part of `twin`. Printed by `stubs.py`."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, SupportsIndex, final, overload

from typing_extensions import CapsuleType

from twin._table import ArrowTable
from twin.answers import (
    Change,
    ChangeDraft,
    ChangesSince,
    ChoiceDraft,
    DataPolicy,
    DatedEvent,
    Diagnostic,
    EntityRef,
    Evidence,
    Explanation,
    Freshness,
    History,
    IdentityPlan,
    IncidentDraft,
    Interval,
    LeftOut,
    ModelDraft,
    ObjectiveDraft,
    PageDraft,
    PastIncident,
    Perspective,
    PoliciesDraft,
    Prediction,
    Profile,
    Question,
    Reality,
    Redaction,
    Related,
    SearchDraft,
    SourceCheck,
    Status,
    Threshold,
    ToleranceDraft,
    Uncertain,
    Verified,
    WhyNot,
    Writers,
)
from twin.change import State
from twin.receipts import Receipt, ScanReceipt
from twin.source import Capability, Page, Source
from twin.times import AsOf, Moment
'''

GETITEM = """    @overload
    def __getitem__(self, index: SupportsIndex, /) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[dict[str, Any]]: ..."""


def surface() -> dict[str, str]:
    """What each member gives back, by the table that the core prints."""
    table = json.loads((Path(__file__).parent.parent / "conformance" / "surface.json").read_text())
    return {f"{member['on']}.{member['name']}": member["returns"] for member in table}


SURFACE = surface()


def returned(name: str) -> str:
    """The type of what a member gives back."""
    known = RETURNS.get(name) or SURFACE.get(name) or ("str" if name.endswith(("__repr__", "_repr_html_")) else None)
    if known is None:
        raise LookupError(f"nobody says what {name} gives: add it to the table of the surface, or here")
    return PLAIN.get(known, known)


def parameter(owner: str, of: inspect.Parameter) -> str:
    """One parameter as the stub has it."""
    if of.name == "self":
        return "self"
    mark = "*" if of.kind is of.VAR_POSITIONAL else ""
    of_type = SPECIAL.get(f"{owner} {of.name}") or PARAMETERS.get(of.name, "str")
    if of.default is of.empty:
        return f"{mark}{of.name}: {of_type}"
    optional = of.default is None and of_type != "object"
    return f"{of.name}: {of_type + ' | None' if optional else of_type} = {of.default!r}"


def parameters(name: str, called: object) -> str:
    """The parameters of something that can be called."""
    written: list[str] = []
    before: object = None
    for of in inspect.signature(called).parameters.values():  # type: ignore[arg-type]
        if before == of.POSITIONAL_ONLY != of.kind and written != ["self"]:
            written.append("/")
        if of.kind is of.KEYWORD_ONLY != before:
            written.append("*")
        written.append(parameter(name, of))
        before = of.kind
    if before == inspect.Parameter.POSITIONAL_ONLY and written != ["self"]:
        written.append("/")
    return ", ".join(written)


def function(name: str, called: object, indent: str) -> str:
    """A function or method."""
    if name == "Answer.__getitem__":
        return GETITEM
    own = name.rpartition(".")[2]
    return f"{indent}def {own}({parameters(name, called)}) -> {returned(name)}: ..."


def member(owner: str, name: str, of: object) -> str:
    """A member of a class."""
    if inspect.isgetsetdescriptor(of):
        return f"    @property\n    def {name}(self) -> {returned(f'{owner}.{name}')}: ..."
    decorated = "    @staticmethod\n" if isinstance(of, staticmethod) else ""
    return decorated + function(f"{owner}.{name}", of, "    ")


SILENT = {
    *("__doc__", "__module__", "__new__", "__hash__", "__static_attributes__"),
    *("__ne__", "__lt__", "__le__", "__gt__", "__ge__"),
}
"""What every class has."""


def class_of(owner: str, of: type) -> str:
    """A class."""
    members = [member(owner, name, value) for name, value in sorted(vars(of).items()) if name not in SILENT]
    hashed = "    __hash__ = None  # type: ignore[assignment]"
    members[:0] = [hashed] if of.__hash__ is None else []
    return "\n".join([f"@final\nclass {owner}:", *members])


def stub() -> str:
    """The whole stub."""
    names = sorted(name for name in vars(_twin) if not name.startswith("__"))
    parts = [(name, getattr(_twin, name)) for name in names]
    written = [class_of(name, of) if isinstance(of, type) else function(name, of, "") for name, of in parts]
    exported = f"__all__ = {_twin.__all__!r}"
    return "\n\n".join([HEAD + exported, *written]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(stub())
