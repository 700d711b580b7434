"""Changes for scenarios: `now.scenario("payments fails", [twin.change.fail("payments")])`."""

from __future__ import annotations

from typing import Literal, Union

from twin.answers import (
    ChangeDraftAddDependency,
    ChangeDraftAddLatency,
    ChangeDraftFail,
    ChangeDraftMove,
    ChangeDraftRemove,
    ChangeDraftRemoveCache,
    ChangeDraftRemoveDependency,
    ChangeDraftScaleLoad,
)

__all__ = [
    "State",
    "add_dependency",
    "add_latency",
    "fail",
    "move",
    "remove",
    "remove_cache",
    "remove_dependency",
    "scale_load",
]

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


def add_dependency(entity: str, on: str, *, relation: str | None = None) -> ChangeDraftAddDependency:
    """An entity comes to depend on another one, by `calls` or the relation that is given.

    >>> twin.change.add_dependency("web", "ledger-db", relation="readsFrom")
    {'change': 'add_dependency', 'entity': 'web', 'on': 'ledger-db', 'relation': 'readsFrom'}
    """
    return {"change": "add_dependency", "entity": entity, "on": on, "relation": relation}


def remove_dependency(entity: str, on: str, *, relation: str | None = None) -> ChangeDraftRemoveDependency:
    """An entity depends on another one no longer.

    >>> twin.change.remove_dependency("web", "payments")
    {'change': 'remove_dependency', 'entity': 'web', 'on': 'payments', 'relation': None}
    """
    return {"change": "remove_dependency", "entity": entity, "on": on, "relation": relation}


def move(entity: str, region: str, *, rtt_ms: float | None = None) -> ChangeDraftMove:
    """An entity moves to another region, with the round trip between both in milliseconds, if it is known.

    >>> twin.change.move("payments", "eu-west-1", rtt_ms=30)
    {'change': 'move', 'entity': 'payments', 'region': 'eu-west-1', 'rtt_ms': 30}
    """
    return {"change": "move", "entity": entity, "region": region, "rtt_ms": rtt_ms}


def add_latency(entity: str, operation: str, ms: float) -> ChangeDraftAddLatency:
    """An operation takes longer, in milliseconds.

    >>> twin.change.add_latency("payments", "charge", 20)
    {'change': 'add_latency', 'entity': 'payments', 'operation': 'charge', 'ms': 20}
    """
    return {"change": "add_latency", "entity": entity, "operation": operation, "ms": ms}


def remove_cache(entity: str, cache: str) -> ChangeDraftRemoveCache:
    """An entity loses a cache: every request takes the path of a miss.

    >>> twin.change.remove_cache("payments", "sessions")
    {'change': 'remove_cache', 'entity': 'payments', 'cache': 'sessions'}
    """
    return {"change": "remove_cache", "entity": entity, "cache": cache}


def scale_load(factor: float) -> ChangeDraftScaleLoad:
    """More requests come, or fewer: so many times as many.

    >>> twin.change.scale_load(1.5)
    {'change': 'scale_load', 'factor': 1.5}
    """
    return {"change": "scale_load", "factor": factor}
