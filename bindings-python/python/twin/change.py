"""Changes for scenarios: `now.scenario("payments fails", [twin.change.fail("payments")])`."""

from __future__ import annotations

from typing import Literal, TypedDict, Union

__all__ = ["Change", "Fail", "Remove", "State", "fail", "remove"]

State = Literal["delayed", "degraded", "down"]
"""How badly something fails."""


class Fail(TypedDict):
    """An entity fails for a while."""

    change: Literal["fail"]
    entity: str
    state: Union[State, None]


class Remove(TypedDict):
    """An entity is taken away for ever."""

    change: Literal["remove"]
    entity: str


Change = Union[Fail, Remove]
"""A change of a scenario."""


def fail(entity: str, *, state: State | None = None) -> Fail:
    """An entity fails for a while: `delayed`, `degraded` or `down` (default).

    >>> twin.change.fail("payments", state="degraded")
    {'change': 'fail', 'entity': 'payments', 'state': 'degraded'}
    """
    return {"change": "fail", "entity": entity, "state": state}


def remove(entity: str) -> Remove:
    """An entity is taken away for ever.

    >>> twin.change.remove("payments")
    {'change': 'remove', 'entity': 'payments'}
    """
    return {"change": "remove", "entity": entity}
