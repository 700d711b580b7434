"""Changes for scenarios: `now.scenario("payments fails", [twin.change.fail("payments")])`.

Written by the core from its own types: `cargo run -q -p benches --bin surface`. Changes by hand are lost.
"""

from __future__ import annotations

from typing import Any, List, Union

from twin.answers import (
    Autoscaler,
    Breaker,
    ChangeDraftAdd,
    ChangeDraftAddCache,
    ChangeDraftAddDependency,
    ChangeDraftAddLatency,
    ChangeDraftAddReplica,
    ChangeDraftChangeOwner,
    ChangeDraftCommit,
    ChangeDraftDeprecate,
    ChangeDraftEncrypt,
    ChangeDraftEvacuateRegion,
    ChangeDraftFail,
    ChangeDraftMerge,
    ChangeDraftMove,
    ChangeDraftRemove,
    ChangeDraftRemoveCache,
    ChangeDraftRemoveDependency,
    ChangeDraftReplace,
    ChangeDraftResidency,
    ChangeDraftResize,
    ChangeDraftScale,
    ChangeDraftScaleLoad,
    ChangeDraftSetCallPolicy,
    ChangeDraftSetQuota,
    ChangeDraftSplit,
    ChangeDraftToAsync,
    ChangeDraftUpgrade,
    Leaving,
    Money,
    OnRemoval,
    State,
    Timestamp,
)

__all__ = [
    "State",
    "fail",
    "remove",
    "add",
    "replace",
    "move",
    "evacuate_region",
    "scale",
    "resize",
    "split",
    "merge",
    "deprecate",
    "add_dependency",
    "remove_dependency",
    "to_async",
    "add_cache",
    "remove_cache",
    "add_replica",
    "set_call_policy",
    "scale_load",
    "upgrade",
    "set_quota",
    "commit",
    "add_latency",
    "change_owner",
    "encrypt",
    "residency",
]


def _made(change: str, fields: dict[str, Any]) -> Any:
    """A change of what was given."""
    return {"change": change} | {name: value for name, value in fields.items() if value is not None}


def fail(entity: str, *, minutes: float | None = None, state: "State" | None = None) -> ChangeDraftFail:
    """An entity fails for a while.

    `minutes`: For how long in a month, in minutes. Without it: all of the month.
    `state`: How badly. Default: down.

    >>> twin.change.fail("payments")
    {'change': 'fail', 'entity': 'payments'}
    """
    made: ChangeDraftFail = _made("fail", {"entity": entity, "minutes": minutes, "state": state})
    return made


def remove(entity: str, *, callers: "OnRemoval" | None = None, redirect_to: str | None = None) -> ChangeDraftRemove:
    """An entity is taken away for ever.

    `callers`: What its callers do. Default: whoever requires it fails.
    `redirect_to`: Whom its callers call instead.

    >>> twin.change.remove("payments")
    {'change': 'remove', 'entity': 'payments'}
    """
    made: ChangeDraftRemove = _made("remove", {"entity": entity, "callers": callers, "redirect_to": redirect_to})
    return made


def add(name: str, *, called_by: List[str] | None = None, calls: List[str] | None = None, environment: str | None = None, kind: str | None = None, own_ms: float | None = None, owner: str | None = None, price: "Money" | None = None, region: str | None = None, requests_a_second: float | None = None, workers: int | None = None) -> ChangeDraftAdd:
    """An entity comes.

    `called_by`: Who calls it: each piece of their work once, after everything else. [`Change::AddDependency`] says more of such calls.
    `calls`: What it calls.
    `environment`: In which environment it is.
    `kind`: What it is. Default: a component with one instance.
    `own_ms`: How long each of its answers takes, with all that it calls, in milliseconds. Without it, what it does to requests of its callers is not known.
    `owner`: Who answers for it.
    `price`: What it costs in a month.
    `region`: In which region it is.
    `requests_a_second`: How many requests come to it each second beside those of its callers: with `workers`, how busy it is follows, and how much busier those are whom it calls. Each of its requests calls them once.
    `workers`: How many requests it serves at a time: its size.

    >>> twin.change.add("name")
    {'change': 'add', 'name': 'name'}
    """
    made: ChangeDraftAdd = _made("add", {"name": name, "called_by": called_by, "calls": calls, "environment": environment, "kind": kind, "own_ms": own_ms, "owner": owner, "price": price, "region": region, "requests_a_second": requests_a_second, "workers": workers})
    return made


def replace(entity: str, by: str, *, availability: float | None = None, dual_run_days: float | None = None, exit_fee: "Money" | None = None, ms: float | None = None, price: "Money" | None = None, price_a_million: "Money" | None = None) -> ChangeDraftReplace:
    """Something else takes the place of an entity: another product, vendor or price.

    `availability`: How available what comes is, in parts per one.
    `dual_run_days`: For how many days both run. Default: 30.
    `exit_fee`: What leaving costs, once.
    `ms`: How much longer each of its operations takes, in milliseconds; below 0 is shorter.
    `price`: What it costs in a month, beside what it costs by volume.
    `price_a_million`: What a million of its requests cost: as many are taken to come as were recorded.

    >>> twin.change.replace("payments", "by")
    {'change': 'replace', 'entity': 'payments', 'by': 'by'}
    """
    made: ChangeDraftReplace = _made("replace", {"entity": entity, "by": by, "availability": availability, "dual_run_days": dual_run_days, "exit_fee": exit_fee, "ms": ms, "price": price, "price_a_million": price_a_million})
    return made


def move(entity: str, region: str, *, cutover_minutes: float | None = None, egress: "Money" | None = None, egress_gb: float | None = None, one_off: "Money" | None = None, price_a_gb: "Money" | None = None, price_factor: float | None = None, round_trips: float | None = None, rtt_ms: float | None = None, stores_follow: bool | None = None) -> ChangeDraftMove:
    """An entity moves to another region.

    `cutover_minutes`: For how many minutes nothing of it serves while it moves. Default: none.
    `egress`: What its traffic between regions costs in a month.
    `egress_gb`: How much of its traffic crosses regions then, in gigabytes a month: with `price_a_gb`, what that costs follows where it is not given.
    `one_off`: What the move costs, once.
    `price_a_gb`: What a gigabyte between regions costs.
    `price_factor`: What it costs there, as a multiple of what it costs here.
    `round_trips`: How many round trips a call takes. Default: 1.
    `rtt_ms`: The round trip between both regions, in milliseconds. Without it, what the move does to latency is not known.
    `stores_follow`: Whether the stores that only it uses move along. Default: they stay.

    >>> twin.change.move("payments", "eu-west-1")
    {'change': 'move', 'entity': 'payments', 'region': 'eu-west-1'}
    """
    made: ChangeDraftMove = _made("move", {"entity": entity, "region": region, "cutover_minutes": cutover_minutes, "egress": egress, "egress_gb": egress_gb, "one_off": one_off, "price_a_gb": price_a_gb, "price_factor": price_factor, "round_trips": round_trips, "rtt_ms": rtt_ms, "stores_follow": stores_follow})
    return made


def evacuate_region(entity: str, region: str, *, rtt_ms: float | None = None) -> ChangeDraftEvacuateRegion:
    """Everything that is known to run in a region moves to another one.

    `rtt_ms`: The round trip between both regions, in milliseconds.

    >>> twin.change.evacuate_region("payments", "eu-west-1")
    {'change': 'evacuate_region', 'entity': 'payments', 'region': 'eu-west-1'}
    """
    made: ChangeDraftEvacuateRegion = _made("evacuate_region", {"entity": entity, "region": region, "rtt_ms": rtt_ms})
    return made


def scale(entity: str, replicas: int, *, are_independent: bool | None = None, now: int | None = None, quorum: int | None = None, warm_up_s: float | None = None) -> ChangeDraftScale:
    """An entity runs in more copies, or fewer.

    `are_independent`: Whether copies fail without each other. Without it, availability has bounds.
    `now`: How many there are now. Without it: as many as its source declares.
    `quorum`: How many of them it takes to serve. Default: 1.
    `warm_up_s`: How long a copy takes until it serves, in seconds: until then figures are those of before. Default: no time.

    >>> twin.change.scale("payments", 2)
    {'change': 'scale', 'entity': 'payments', 'replicas': 2}
    """
    made: ChangeDraftScale = _made("scale", {"entity": entity, "replicas": replicas, "are_independent": are_independent, "now": now, "quorum": quorum, "warm_up_s": warm_up_s})
    return made


def resize(entity: str, *, price: "Money" | None = None, speed_up: float | None = None) -> ChangeDraftResize:
    """An entity runs on larger machines, or smaller ones.

    `price`: What it costs then in a month.
    `speed_up`: How many times as fast a processor works. Without it, what it does to latency is not known.

    >>> twin.change.resize("payments")
    {'change': 'resize', 'entity': 'payments'}
    """
    made: ChangeDraftResize = _made("resize", {"entity": entity, "price": price, "speed_up": speed_up})
    return made


def split(entity: str, into: str, *, calls_a_request: float | None = None, rtt_ms: float | None = None, takes: List[str] | None = None) -> ChangeDraftSplit:
    """A part of an entity becomes one of its own.

    `calls_a_request`: How many calls a request makes over the cut.
    `rtt_ms`: The round trip over the cut, in milliseconds. Default: 0.5.
    `takes`: What only the part needs from then on.

    >>> twin.change.split("payments", "into")
    {'change': 'split', 'entity': 'payments', 'into': 'into'}
    """
    made: ChangeDraftSplit = _made("split", {"entity": entity, "into": into, "calls_a_request": calls_a_request, "rtt_ms": rtt_ms, "takes": takes})
    return made


def merge(entity: str, others: List[str], *, workers: int | None = None) -> ChangeDraftMerge:
    """Entities become a part of another one.

    `workers`: How many requests it serves at a time then, for all its parts. Without it, how busy it is is not known.

    >>> twin.change.merge("payments", ["ads"])
    {'change': 'merge', 'entity': 'payments', 'others': ['ads']}
    """
    made: ChangeDraftMerge = _made("merge", {"entity": entity, "others": others, "workers": workers})
    return made


def deprecate(entity: str, sunset: "Timestamp", *, leaving: List["Leaving"] | None = None) -> ChangeDraftDeprecate:
    """An entity is announced to end.

    `leaving`: Who has said until when to leave; who has not is still there then.

    >>> twin.change.deprecate("payments", "2027-01-01T00:00:00Z")
    {'change': 'deprecate', 'entity': 'payments', 'sunset': '2027-01-01T00:00:00Z'}
    """
    made: ChangeDraftDeprecate = _made("deprecate", {"entity": entity, "sunset": sunset, "leaving": leaving})
    return made


def add_dependency(entity: str, on: str, *, calls_a_request: float | None = None, data_classes: List[str] | None = None, is_beside: bool | None = None, is_optional: bool | None = None, operation: str | None = None, relation: str | None = None, timeout_ms: float | None = None) -> ChangeDraftAddDependency:
    """An entity comes to depend on another one.

    `calls_a_request`: How many calls a request makes, one after another. Default: 1.
    `data_classes`: The classes of data that pass over it, as those who hold them are labelled. Default: whatever either end has.
    `is_beside`: Whether the calls are made beside everything else that the request does. Default: after it.
    `is_optional`: Whether it does without the answer if the call fails. Without it: requests fail with it, and of a failure beyond that it is not known how badly it is needed.
    `operation`: The operation that is called. Without it, what the calls do to latency is not known.
    `relation`: By which relation. Default: `calls`.
    `timeout_ms`: After which time it gives up, in milliseconds. Default: never.

    >>> twin.change.add_dependency("payments", "on")
    {'change': 'add_dependency', 'entity': 'payments', 'on': 'on'}
    """
    made: ChangeDraftAddDependency = _made("add_dependency", {"entity": entity, "on": on, "calls_a_request": calls_a_request, "data_classes": data_classes, "is_beside": is_beside, "is_optional": is_optional, "operation": operation, "relation": relation, "timeout_ms": timeout_ms})
    return made


def remove_dependency(entity: str, on: str, *, relation: str | None = None) -> ChangeDraftRemoveDependency:
    """An entity depends on another one no longer.

    `relation`: By which relation. Default: by every one over which failure passes.

    >>> twin.change.remove_dependency("payments", "on")
    {'change': 'remove_dependency', 'entity': 'payments', 'on': 'on'}
    """
    made: ChangeDraftRemoveDependency = _made("remove_dependency", {"entity": entity, "on": on, "relation": relation})
    return made


def to_async(entity: str, on: str, queue: str, *, ack_ms: float | None = None, drained_a_second: float | None = None, retention_s: float | None = None) -> ChangeDraftToAsync:
    """An entity hands work over by a queue instead of waiting for it.

    `ack_ms`: How long handing over takes, in milliseconds. Without it, latency is not known.
    `drained_a_second`: How many messages are worked off in a second. Without it, when work is completed is not known.
    `retention_s`: How long the queue keeps a message, in seconds. Default: until it is worked off.

    >>> twin.change.to_async("payments", "on", "queue")
    {'change': 'to_async', 'entity': 'payments', 'on': 'on', 'queue': 'queue'}
    """
    made: ChangeDraftToAsync = _made("to_async", {"entity": entity, "on": on, "queue": queue, "ack_ms": ack_ms, "drained_a_second": drained_a_second, "retention_s": retention_s})
    return made


def add_cache(entity: str, of: str, *, hit_ms: float | None = None, hit_ratio: float | None = None, keys: int | None = None, skew: float | None = None, ttl_s: float | None = None) -> ChangeDraftAddCache:
    """An entity puts a cache before another one.

    `hit_ms`: How long asking it takes, in milliseconds. Default: 0.5.
    `hit_ratio`: How often it has what is asked for, in parts per one. Without it: the ratio from which on it is worth it.
    `keys`: How many different things are asked for.
    `skew`: How unequally they are asked for: the k-th k^-skew times as often as the first. Default: 1.
    `ttl_s`: How long it keeps an answer, in seconds: with `keys`, the ratio follows where it is not given.

    >>> twin.change.add_cache("payments", "of")
    {'change': 'add_cache', 'entity': 'payments', 'of': 'of'}
    """
    made: ChangeDraftAddCache = _made("add_cache", {"entity": entity, "of": of, "hit_ms": hit_ms, "hit_ratio": hit_ratio, "keys": keys, "skew": skew, "ttl_s": ttl_s})
    return made


def remove_cache(entity: str, cache: str) -> ChangeDraftRemoveCache:
    """An entity loses a cache: it is not asked any more, and every request takes the path of a miss.

    >>> twin.change.remove_cache("payments", "cache")
    {'change': 'remove_cache', 'entity': 'payments', 'cache': 'cache'}
    """
    made: ChangeDraftRemoveCache = _made("remove_cache", {"entity": entity, "cache": cache})
    return made


def add_replica(entity: str, *, are_independent: bool | None = None, failover_s: float | None = None, failovers_a_month: float | None = None, lag_ms: float | None = None, quorum: int | None = None, read_share: float | None = None, zone: str | None = None) -> ChangeDraftAddReplica:
    """A store gets a copy that takes over when it fails, and that may be read.

    `are_independent`: Whether both fail without each other. Without it, availability has bounds.
    `failover_s`: How long taking over lasts, in seconds. Default: no time.
    `failovers_a_month`: How often a month it takes over. Without it, availability has bounds where taking over lasts.
    `lag_ms`: By how much the copy is late, in milliseconds.
    `quorum`: How many of both have to be up. Default: 1.
    `read_share`: The share of its requests that the copy serves, in parts per one. Default: none.
    `zone`: Where the copy is.

    >>> twin.change.add_replica("payments")
    {'change': 'add_replica', 'entity': 'payments'}
    """
    made: ChangeDraftAddReplica = _made("add_replica", {"entity": entity, "are_independent": are_independent, "failover_s": failover_s, "failovers_a_month": failovers_a_month, "lag_ms": lag_ms, "quorum": quorum, "read_share": read_share, "zone": zone})
    return made


def set_call_policy(entity: str, on: str, *, backoff_ms: float | None = None, breaker: "Breaker" | None = None, has_fallback: bool | None = None, is_idempotent: bool | None = None, retries: int | None = None, timeout_ms: float | None = None) -> ChangeDraftSetCallPolicy:
    """An entity calls another one by other rules. What is not said stays as it is.

    `backoff_ms`: How long it waits before, in milliseconds.
    `breaker`: After so many failures in a row, nobody asks for a while.
    `has_fallback`: Whether it does something else instead when the call fails.
    `is_idempotent`: Whether doing the work twice is the same as doing it once.
    `retries`: How often a failed call is tried again.
    `timeout_ms`: After which time it gives up, in milliseconds.

    >>> twin.change.set_call_policy("payments", "on")
    {'change': 'set_call_policy', 'entity': 'payments', 'on': 'on'}
    """
    made: ChangeDraftSetCallPolicy = _made("set_call_policy", {"entity": entity, "on": on, "backoff_ms": backoff_ms, "breaker": breaker, "has_fallback": has_fallback, "is_idempotent": is_idempotent, "retries": retries, "timeout_ms": timeout_ms})
    return made


def scale_load(factor: float, *, autoscaler: "Autoscaler" | None = None, endpoint: str | None = None) -> ChangeDraftScaleLoad:
    """More requests come, or fewer.

    `autoscaler`: What adds workers as they get busy, and takes them away: of services whose number of workers is declared or was seen. Default: nothing does.
    `endpoint`: Only to this endpoint, as comparisons call it: `web.cart`. Default: to all.

    >>> twin.change.scale_load(2)
    {'change': 'scale_load', 'factor': 2}
    """
    made: ChangeDraftScaleLoad = _made("scale_load", {"factor": factor, "autoscaler": autoscaler, "endpoint": endpoint})
    return made


def upgrade(entity: str, version: str, *, breaks: List[str] | None = None, drops: List[str] | None = None, end_of_life: "Timestamp" | None = None, fixes: List[str] | None = None, licence: str | None = None, vulnerabilities: List[str] | None = None) -> ChangeDraftUpgrade:
    """An entity changes its version or its contract.

    `breaks`: Who cannot use the new one as it is.
    `drops`: The operations that the new one serves no longer, or in a way that those who call them do not understand, as telemetry names them: whoever was seen to call one is broken.
    `end_of_life`: From when on nobody mends the new one any more.
    `fixes`: The known vulnerabilities that go with the old one.
    `licence`: Under which licence the new one is, if it is another one.
    `vulnerabilities`: The known vulnerabilities that come with the new one.

    >>> twin.change.upgrade("payments", "version")
    {'change': 'upgrade', 'entity': 'payments', 'version': 'version'}
    """
    made: ChangeDraftUpgrade = _made("upgrade", {"entity": entity, "version": version, "breaks": breaks, "drops": drops, "end_of_life": end_of_life, "fixes": fixes, "licence": licence, "vulnerabilities": vulnerabilities})
    return made


def set_quota(entity: str, a_second: float) -> ChangeDraftSetQuota:
    """An entity serves so many requests and no more.

    >>> twin.change.set_quota("payments", 2)
    {'change': 'set_quota', 'entity': 'payments', 'a_second': 2}
    """
    made: ChangeDraftSetQuota = _made("set_quota", {"entity": entity, "a_second": a_second})
    return made


def commit(entity: str, price: "Money", months: int) -> ChangeDraftCommit:
    """A price is agreed on for a while, whatever is used.

    >>> twin.change.commit("payments", {"amount": "10", "currency": "EUR"}, 2)
    {'change': 'commit', 'entity': 'payments', 'price': {'amount': '10', 'currency': 'EUR'}, 'months': 2}
    """
    made: ChangeDraftCommit = _made("commit", {"entity": entity, "price": price, "months": months})
    return made


def add_latency(entity: str, operation: str, ms: float) -> ChangeDraftAddLatency:
    """An operation takes longer.

    >>> twin.change.add_latency("payments", "operation", 2)
    {'change': 'add_latency', 'entity': 'payments', 'operation': 'operation', 'ms': 2}
    """
    made: ChangeDraftAddLatency = _made("add_latency", {"entity": entity, "operation": operation, "ms": ms})
    return made


def change_owner(entity: str, owner: str, *, on_call: str | None = None) -> ChangeDraftChangeOwner:
    """Somebody else answers for an entity.

    `on_call`: Who of them is called first, for people.

    >>> twin.change.change_owner("payments", "owner")
    {'change': 'change_owner', 'entity': 'payments', 'owner': 'owner'}
    """
    made: ChangeDraftChangeOwner = _made("change_owner", {"entity": entity, "owner": owner, "on_call": on_call})
    return made


def encrypt(entity: str, on: str, *, handshake_ms: float | None = None, price: "Money" | None = None, reuse: float | None = None) -> ChangeDraftEncrypt:
    """Calls from one entity to another are encrypted.

    `handshake_ms`: How long agreeing on keys takes, in milliseconds. Without it, latency is not known.
    `price`: What the keys cost in a month.
    `reuse`: The share of calls over a connection that is there already, in parts per one. Default: none.

    >>> twin.change.encrypt("payments", "on")
    {'change': 'encrypt', 'entity': 'payments', 'on': 'on'}
    """
    made: ChangeDraftEncrypt = _made("encrypt", {"entity": entity, "on": on, "handshake_ms": handshake_ms, "price": price, "reuse": reuse})
    return made


def residency(entity: str, regions: List[str]) -> ChangeDraftResidency:
    """A rule instead of a change: an entity and what it stores data in may be in some regions only.

    >>> twin.change.residency("payments", ["eu-west-1"])
    {'change': 'residency', 'entity': 'payments', 'regions': ['eu-west-1']}
    """
    made: ChangeDraftResidency = _made("residency", {"entity": entity, "regions": regions})
    return made
