"""What tests share: a small estate that a source told, and the example estate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import twin

ROOT = Path(__file__).parents[2]
NOW = "2026-11-24T09:00:00Z"

READS = twin.Capability(
    reads=["Component", "Team", "ownedBy", "dependsOn"], cannot_see=["owners that nobody wrote down"]
)


def systems() -> twin.Page:
    """Three components and a team."""
    batch = twin.Batch.full(scope="systems.csv")
    batch.component(key="pay", name="payments", at="systems.csv:2").owned_by(team="billing")
    batch.component(key="shop", name="checkout", at="systems.csv:3").depends_on("pay")
    batch.component(key="web", name="storefront", at="systems.csv:4")
    return twin.Page(batch)


def small() -> twin.Twin:
    """A twin of three components and a team."""
    made = twin.in_memory()
    made.apply([systems()], source="systems", capability=READS, now=NOW)
    return made


RECORDS: list[dict[str, Any]] = [
    {"id": "a", "system": "git", "kind": "repository", "name": "acme/invoice", "topics": ["billing", "rust"]},
    {"id": "b", "system": "k8s", "kind": "Deployment", "name": "invoice", "labels": {"app": "invoice"}},
    {"id": "c", "system": "k8s", "kind": "Deployment", "name": "invoice-worker", "replicas": 3},
    {"id": "d", "system": "k8s", "kind": "Deployment", "name": "ledger", "weight": 0.5},
]


def resolved(table: Any = RECORDS, **options: Any) -> twin.Resolution:
    """A service in two systems, its worker, and another one."""
    return twin.resolve(table, **{"system": "system", "kind": "kind", **options})


@pytest.fixture
def t() -> Iterator[twin.Twin]:
    """The small twin."""
    with small() as made:
        yield made


@pytest.fixture
def now(t: twin.Twin) -> twin.Snapshot:
    """What the small twin holds."""
    return t.snapshot(now=NOW)


@pytest.fixture(scope="session")
def shop() -> twin.Snapshot:
    """The example estate."""
    with twin.in_memory() as made:
        made.scan(ROOT / "examples" / "estate", name="estate", now=NOW)
        return made.snapshot(now=NOW)
