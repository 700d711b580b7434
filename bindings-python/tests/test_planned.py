"""Scenarios from what is planned elsewhere: what they change, what they leave out, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import twin
from conftest import NOW

CART = """apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: main, image: "registry.example/acme/cart:1"}]}
"""


def version(folder: Path, **manifests: str) -> Path:
    """A folder with some manifests."""
    folder.mkdir()
    for name, text in manifests.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def planned(path: Path, *changes: dict[str, Any]) -> Path:
    """A plan with some resource changes."""
    plan = {"format_version": "1.2", "planned_values": {}, "resource_changes": list(changes)}
    path.write_text(json.dumps(plan))
    return path


def resource(of: str, name: str, actions: list[str], before: Any, after: Any) -> dict[str, Any]:
    change = {"actions": actions, "before": before, "after": after}
    return {"address": f"{of}.{name}", "mode": "managed", "type": of, "name": name, "change": change}


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return version(tmp_path / "before", cart=CART, pay=CART.replace("cart", "pay"))


@pytest.fixture
def now(before: Path) -> twin.Snapshot:
    with twin.in_memory() as made:
        made.scan(before, name="estate", now=NOW)
        return made.snapshot(now=NOW)


def test_two_versions_of_a_folder(now: twin.Snapshot, before: Path, tmp_path: Path) -> None:
    after = version(tmp_path / "after", cart=CART.replace("replicas: 2", "replicas: 4"))
    plan = now.scenario_from_folders("next", before, after)
    assert plan.name == "next"
    assert plan.changes == [
        {"change": "scale", "entity": "cart", "now": 2, "replicas": 4},
        {"change": "remove", "entity": "pay"},
    ]
    assert plan.left_out == []
    assert now.scenario("again", plan.changes).changes == plan.changes, "changes are data"


def test_what_could_not_be_read_takes_nothing_away(now: twin.Snapshot, before: Path, tmp_path: Path) -> None:
    after = version(tmp_path / "after", cart=CART, pay="apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: pay\n  - [\n")
    plan = now.scenario_from_folders("next", before, after)
    assert plan.changes == []
    assert [left["what"] for left in plan.left_out] == ["remove pay"]
    assert any("remove pay" in spot for spot in plan.outcome().blind_spots)


def test_a_plan_of_terraform(now: twin.Snapshot, tmp_path: Path) -> None:
    cart = {"metadata": [{"name": "cart", "namespace": "shop"}], "spec": [{"replicas": "2"}]}
    more = {"metadata": [{"name": "cart", "namespace": "shop"}], "spec": [{"replicas": "3"}]}
    path = planned(
        tmp_path / "plan.json",
        resource("kubernetes_deployment_v1", "cart", ["update"], cart, more),
        resource("acme_widget", "it", ["create"], None, {"secret": "canary"}),
    )
    plan = now.scenario_from_terraform_plan("next", str(path))
    assert plan.changes == [{"change": "scale", "entity": "cart", "now": 2, "replicas": 3}]
    assert plan.assumptions == ["kubernetes_deployment_v1.cart is cart, by its name and kind"]
    (left,) = plan.left_out
    assert left["what"] == "acme_widget.it" and f"{left['locator']}".endswith("#0/resource_changes/1/change")


def test_misuse_is_refused(now: twin.Snapshot, before: Path, tmp_path: Path) -> None:
    with pytest.raises(twin.TwinError, match="cannot be read"):
        now.scenario_from_terraform_plan("x", tmp_path / "nowhere.json")
    (tmp_path / "state.json").write_text('{"version": 4}')
    with pytest.raises(twin.InvalidError, match="terraform show -json"):
        now.scenario_from_terraform_plan("x", tmp_path / "state.json")
    with pytest.raises(twin.InvalidError, match="not a folder"):
        now.scenario_from_folders("x", before, tmp_path / "nowhere")
    with pytest.raises(twin.TwinError, match="deadline"):
        now.scenario_from_folders("x", before, before, deadline=0)
