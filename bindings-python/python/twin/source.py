"""A source of one's own: say what it can see, and give pages. What is written here is plain data, which the core reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from twin._twin import SourceContext
from twin.answers import Handle, Mode, Space
from twin.times import Moment

__all__ = ["Batch", "Capability", "Page", "Record", "Source"]


@dataclass(frozen=True)
class Capability:
    """What a source can and cannot see. `reads` names kinds and relations.

    >>> twin.Capability(reads=["Component", "ownedBy"], cadence="1h", cannot_see=["systems that nobody listed"]).mode
    'full'
    """

    reads: list[str]
    """The kinds and relations that it can yield."""
    mode: Mode = "full"
    """`full`: each pass tells everything. `delta`: only what changed."""
    cadence: str | None = None
    """How long a reading is fresh: `30s`, `15min`, `1h`, `2d`. An hour, if nothing is said."""
    stale_after: str | None = None
    """A reading older than this is stale. Twice the cadence, if nothing is said."""
    cannot_see: list[str] = field(default_factory=list)
    """What it cannot see, each a phrase for people."""

    def _written(self) -> dict[str, Any]:
        return dict(self.__dict__)


class Record:
    """Everything that a page says about one thing. `Batch` makes it.

    >>> record = twin.Batch.full().record("Component", key="pay", name="payments")
    >>> record.attribute("tier", "1").relate("ownedBy", kind="Team", key="billing").key
    'pay'
    """

    def __init__(self, kind: str, key: str, **fields: Any) -> None:
        self.kind = kind
        self.key = key
        self._fields = {name: value for name, value in fields.items() if value is not None}
        self._attributes: dict[str, Any] = {}
        self._known_as: list[Handle] = []
        self._relations: list[dict[str, Any]] = []

    def attribute(self, name: str, value: object) -> Record:
        """Says something of it, by a name of the table.

        >>> twin.Batch.full().component(key="pay").attribute("description", "takes money").kind
        'Component'
        """
        self._attributes[name] = value
        return self

    def known_as(self, space: Space, value: str, *, within: str = "") -> Record:
        """Another name that it answers to, and by which records of other sources may refer to it.

        >>> twin.Batch.full().component(key="pay").known_as("component_name", "payments").kind
        'Component'
        """
        self._known_as.append({"space": space, "value": value, "within": within})
        return self

    def relate(
        self,
        relation: str,
        *,
        kind: str | None = None,
        key: str | None = None,
        name: str | None = None,
        handle: Handle | None = None,
        at: str | None = None,
        **more: Any,
    ) -> Record:
        """Relates it to something: by `kind` and `key` within this source, by the `name` that people call it, or by a `handle`.

        >>> twin.Batch.full().component(key="pay").relate("connectsTo", name="ledger").kind
        'Component'
        """
        given = {"kind": kind, "key": key, "name": name, "handle": handle, "at": at, **more}
        self._relations.append({"relation": relation, **_present(given)})
        return self

    def owned_by(self, *, team: str) -> Record:
        """Says which team answers for it.

        >>> twin.Batch.full().component(key="pay").owned_by(team="billing").kind
        'Component'
        """
        return self.relate("ownedBy", kind="Team", key=team)

    def depends_on(self, component: str) -> Record:
        """Says which component of this source it needs, by its key.

        >>> twin.Batch.full().component(key="shop").depends_on("pay").kind
        'Component'
        """
        return self.relate("dependsOn", kind="Component", key=component)

    def _written(self) -> dict[str, Any]:
        said = {"attributes": self._attributes, "known_as": self._known_as, "relations": self._relations}
        return {"kind": self.kind, "key": self.key, **self._fields, **said}


class Batch:
    """What was read of one scope: a file, a namespace, a sheet.

    >>> batch = twin.Batch.full(scope="systems.xlsx")
    >>> batch.component(key="pay", name="payments", at="systems.xlsx:2").owned_by(team="billing").key
    'pay'
    """

    def __init__(self, scope: str = "", *, mode: Mode = "full", **fields: Any) -> None:
        self.scope = scope
        self.mode = mode
        self._fields = fields
        self._records: list[Record] = []
        self._gone: list[dict[str, str]] = []

    @classmethod
    def full(cls, *, scope: str = "", observed_at: Moment | None = None) -> Batch:
        """A reading to the end: what is not listed is gone.

        >>> twin.Batch.full(scope="systems.xlsx").mode
        'full'
        """
        return cls(scope, observed_at=observed_at)

    @classmethod
    def delta(cls, *, scope: str = "", observed_at: Moment | None = None) -> Batch:
        """What changed: what is not listed stays, and `gone` says what goes.

        >>> batch = twin.Batch.delta(scope="feed")
        >>> batch.gone("Component", "pay")
        """
        return cls(scope, mode="delta", observed_at=observed_at)

    @classmethod
    def partial(cls, *, why: str, scope: str = "", observed_at: Moment | None = None) -> Batch:
        """A reading that did not come to its end: nothing is taken away.

        >>> twin.Batch.partial(scope="systems.xlsx", why="the sheet is locked").scope
        'systems.xlsx'
        """
        return cls(scope, partial=why, observed_at=observed_at)

    @classmethod
    def listing(cls, members: Iterable[str], *, scope: str = "", observed_at: Moment | None = None) -> Batch:
        """Which scopes there are within this one, each by its whole path: whatever an earlier reading found in others is gone.

        >>> twin.Batch.listing(["sheets/2025.xlsx", "sheets/2026.xlsx"], scope="sheets").scope
        'sheets'
        """
        return cls(scope, members=list(members), observed_at=observed_at)

    def record(
        self,
        kind: str,
        *,
        key: str,
        name: str | None = None,
        at: str | None = None,
        raw: str | None = None,
        valid_from: Moment | None = None,
        valid_to: Moment | None = None,
        **more: Any,
    ) -> Record:
        """A record of any kind of the table. `at` says where it stands, as `path:line`, and `raw` what stands there.

        >>> twin.Batch.full().record("DataStore", key="orders-db", at="systems.xlsx:7").kind
        'DataStore'
        """
        times = {"valid_from": valid_from, "valid_to": valid_to}
        record = Record(kind, key, name=name, at=at, raw=raw, **times, **more)
        self._records.append(record)
        return record

    def component(self, *, key: str, name: str | None = None, at: str | None = None, raw: str | None = None) -> Record:
        """A component.

        >>> twin.Batch.full().component(key="pay", name="payments").kind
        'Component'
        """
        return self.record("Component", key=key, name=name, at=at, raw=raw)

    def gone(self, kind: str, key: str) -> None:
        """In a delta: the source says that this is gone.

        >>> twin.Batch.delta().gone("Component", "pay")
        """
        self._gone.append({"kind": kind, "key": key})

    def _written(self) -> dict[str, Any]:
        said = {"scope": self.scope, "mode": self.mode, "records": self._records, "gone": self._gone}
        return {**said, **_present(self._fields)}


@dataclass(frozen=True)
class Page:
    """One page of a reading. It is the last one, unless it has a cursor to go on from.

    >>> twin.Page(twin.Batch.full(scope="systems.xlsx"), cursor="page 2", done=False).cursor
    'page 2'
    """

    batch: Batch
    """What was read."""
    cursor: str | None = None
    """Where to go on: kept with the page, so that a crash reads again and never skips."""
    done: bool | None = None
    """Whether this is the last page."""

    def _written(self) -> dict[str, Any]:
        return {**self.batch._written(), **_present({"cursor": self.cursor, "done": self.done})}


class Source:
    """Something that is read page by page, at the host's own cadence. Derive from it, or write a class that has the same.

    >>> class Sheet(twin.Source):
    ...     capability = twin.Capability(reads=["Component"])
    ...     def read(self, cursor, context):
    ...         return twin.Page(twin.Batch.full(scope="systems.xlsx"))
    >>> twin.in_memory().sync(Sheet()).applied
    0
    """

    capability: Capability
    """What it can and cannot see."""
    name: str = ""
    """What it is called. If nothing is said, as its class is, in lower case."""

    def read(self, cursor: str | None, context: SourceContext) -> Page:
        """Gives the page at a cursor, or the first one. Whatever it raises comes back from `sync` as it is.

        >>> twin.Source().read(None, None)
        Traceback (most recent call last):
        NotImplementedError: a source says how it is read
        """
        raise NotImplementedError("a source says how it is read")


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
