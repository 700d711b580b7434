"""The README's example is this file's, to the letter, and runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars
import twin
from conftest import ROOT
from twin.answers import ChangeEvent, IncidentDraft, SeriesDraft, SymptomDraft


def example(folder: Path, store: Path) -> list[tuple[str, str | None]]:
    """What breaks if `payments` is down, and where that stands."""
    # example:begin
    with twin.open(store) as t:  # twin.in_memory() forgets
        t.scan(folder)
        now = t.snapshot()
    impact = now.blast_radius("payments@shop", state="down")  # an answer is rows, and a frame: polars.DataFrame(impact)
    why = [(hit["path"], proof["locator"]) for row, hit in enumerate(impact) for proof in impact.evidence(row)]
    # example:end
    return why


def resolved(frame: Any) -> tuple[twin.Resolution, Any]:
    """What a resolution says of a frame."""
    # resolve:begin
    resolution = twin.resolve(frame, id="id", name="name", system="system", kind="kind", threshold="cautious")
    clusters = polars.DataFrame(resolution.clusters)  # id and cluster of each row, for any frame that reads Arrow
    why = resolution.explain("git:invoice", "k8s:invoice")  # weights in bits that sum to the score
    apart = resolution.why_not("k8s:invoice", "k8s:invoice-worker")
    ask = resolution.review(limit=20)  # of these a person would know better: hand them back as pins or splits
    # resolve:end
    return resolution, (clusters["cluster"].to_list(), why["score"] > 3, apart["kind"], ask)


def compared(now: twin.Snapshot, traces: list[Path]) -> polars.DataFrame:
    """What a move comes to."""
    # compare:begin
    plan = now.scenario("payments moves", [twin.change.move("payments", "eu-west-1", rtt_ms=30)])
    here = twin.answers.ServicePolicy(workers=8, region="eu-central-1")
    table = plan.compare(traces=traces, policies={"services": {"payments": here}}, availability={"payments": 0.999})
    frame = polars.DataFrame(table)  # dimension, about, detail, baseline, scenario, delta, interval, basis, unknown
    # compare:end
    return frame


def between(text: str, begin: str, end: str) -> list[str]:
    """The lines between two marks, without their indentation."""
    lines = text.split(begin, 1)[1].split(end, 1)[0].splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("```")]


def test_the_readme_holds_the_example() -> None:
    readme = (ROOT / "README.md").read_text()
    own = between(Path(__file__).read_text(), "# example:begin\n", "# example:end\n")
    assert len(own) == 5, "five lines"
    assert between(readme, "<!-- python:begin -->", "<!-- python:end -->") == own


def test_the_example_runs(tmp_path: Path) -> None:
    lines = example(ROOT / "examples" / "estate", tmp_path / "estate.twin")
    assert any(locator == "k8s/shop/checkout.yaml:42" for _, locator in lines), lines


def test_the_page_on_resolving_holds_its_example() -> None:
    page = (ROOT / "docs" / "resolve.md").read_text()
    own = between(Path(__file__).read_text(), "# resolve:begin\n", "# resolve:end\n")
    assert between(page, "<!-- python:resolve:begin -->", "<!-- python:resolve:end -->") == own


def test_the_example_of_resolving_runs() -> None:
    kinds = {"git:invoice": "repository", "k8s:invoice": "Deployment", "k8s:invoice-worker": "Deployment"}
    rows = [(id, *id.split(":"), kind) for id, kind in kinds.items()]
    resolution, said = resolved(polars.DataFrame(rows, schema=["id", "system", "name", "kind"], orient="row"))
    assert said == (["git:invoice", "git:invoice", "k8s:invoice-worker"], True, "too_little", [])
    assert len(resolution.things()) == 2


def test_the_page_on_simulation_holds_its_example() -> None:
    page = (ROOT / "docs" / "simulation.md").read_text()
    own = between(Path(__file__).read_text(), "# compare:begin\n", "# compare:end\n")
    assert between(page, "<!-- python:compare:begin -->", "<!-- python:compare:end -->") == own


def test_the_example_of_comparing_runs() -> None:
    with twin.in_memory() as t:
        t.scan(ROOT / "examples" / "estate")
        now = t.snapshot()
    frame = compared(now, sorted((ROOT / "examples" / "estate" / "telemetry").glob("*.json*")))
    latency = frame.filter(frame["dimension"] == "latency_p50")
    assert (latency["scenario"] >= latency["baseline"]).all() and len(latency) > 0
    assert frame.filter(frame["dimension"] == "availability")["unknown"].str.starts_with("at least").any()


def ranked(now: twin.Snapshot) -> polars.DataFrame:
    """The example of the page on incidents."""
    # suspects:begin
    late: dict[str, list[float | None]] = {"storefront": [0.11, 0.45, 0.47], "payments": [0.10, 0.44, 0.46]}
    quiet: list[float | None] = [0.10, 0.11, 0.12] * 8
    series = [SeriesDraft(entity=name, metric="latency", normal=quiet, during=late[name]) for name in late]
    release = ChangeEvent(entity="payments", what="release 2", at="2026-11-24T08:48:00Z")
    symptom = SymptomDraft(entity="storefront", metric="latency")
    incident = IncidentDraft(
        symptom=symptom, series=series, changes=[release], begins="2026-11-24T08:45:00Z", interval_s=300
    )
    suspects = polars.DataFrame(now.suspects(incident))  # entity, score, path, anomalies, supporting, contradicting
    # suspects:end
    return suspects


def test_the_page_on_incidents_holds_its_example() -> None:
    page = (ROOT / "docs" / "incidents.md").read_text()
    own = between(Path(__file__).read_text(), "# suspects:begin\n", "# suspects:end\n")
    assert between(page, "<!-- python:suspects:begin -->", "<!-- python:suspects:end -->") == own


def test_the_example_of_ranking_runs() -> None:
    with twin.in_memory() as t:
        t.scan(ROOT / "examples" / "estate")
        now = t.snapshot()
    suspects = ranked(now)
    assert suspects["entity"][0] == "payments" and suspects["score"][0] > 0.5
