"""Changes for scenarios: `now.scenario("payments fails", [twin.change.fail("payments")])`."""

from __future__ import annotations

from typing import Literal, Union

from twin.answers import ChangeDraftFail, ChangeDraftRemove

__all__ = ["State", "fail", "remove"]

State = Union[Literal["delayed"], Literal["degraded"], Literal["down"]]
"""How badly something fails."""


def fail(entity: str, *, state: State | None = None) -> ChangeDraftFail:
    """An entity fails for a while: `delayed`, `degraded` or `down` (default).

    >>> twin.change.fail("payments", state="degraded")
    {'change': 'fail', 'entity': 'payments', 'state': 'degraded'}
    """
    return {"change": "fail", "entity": entity, "state": state}


def remove(entity: str) -> ChangeDraftRemove:
    """An entity is taken away for ever.

    >>> twin.change.remove("payments")
    {'change': 'remove', 'entity': 'payments'}
    """
    return {"change": "remove", "entity": entity}
