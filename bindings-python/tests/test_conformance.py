"""The cases that every host must answer byte for byte: see `conformance/README.md`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import twin
from conftest import ROOT

CASES = sorted((ROOT / "conformance" / "cases").iterdir())


def sections(text: str) -> list[tuple[str, str, str]]:
    """Each section's word, the rest of its head, and its body."""
    found: list[tuple[str, str, str]] = []
    for line in io.StringIO(text, newline="\n"):
        if line.startswith("=== "):
            word, _, rest = line[4:].rstrip().partition(" ")
            found.append((word, rest, ""))
        elif found:
            word, rest, body = found[-1]
            found[-1] = (word, rest, body + line)
    return found


def canonical(value: object) -> str:
    """JSON as the core writes it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Run:
    """A case while it is played."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.twin = twin.in_memory()
        self.now = "0000-01-01"
        self.snapshots: list[twin.Snapshot] = []
        self.scenario: twin.Scenario | None = None
        self.changed = True
        self.resolution: twin.Resolution | None = None
        self.data: Any = None
        self.answer: twin.Answer | None = None
        self.compared: list[twin.Answer] = []
        self.last = ("", "")
        self.receipt = ""

    def play(self, text: str) -> None:
        """Plays every section."""
        for word, rest, body in sections(text):
            step = getattr(self, f"on_{word}")
            step(rest, body)

    def on_now(self, rest: str, body: str) -> None:
        self.now = rest

    def on_file(self, rest: str, body: str) -> None:
        path = self.folder / rest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.encode())

    def on_delete(self, rest: str, body: str) -> None:
        (self.folder / rest).unlink()

    def took(self, receipt: str) -> None:
        """Something changed, or was said again."""
        self.receipt, self.changed = receipt, True

    def on_scan(self, rest: str, body: str) -> None:
        told = json.loads(self.twin.scan(self.folder, name="estate", now=self.now).to_json())
        del told["report"]
        self.took(canonical(told))

    def on_apply(self, rest: str, body: str) -> None:
        given = json.loads(body)
        self.took(self.twin.apply(given["pages"], source=rest, capability=given["capability"], now=self.now).to_json())

    def on_decide(self, rest: str, body: str) -> None:
        [(what, names)] = json.loads(body).items()
        self.tried(lambda: self.took(canonical(getattr(self.twin, what)(*names, now=self.now))))

    def on_receipt(self, rest: str, body: str) -> None:
        assert self.receipt == body.strip()

    def on_snapshot(self, rest: str, body: str) -> None:
        self.snapshots.append(self.twin.snapshot(now=self.now, **json.loads(body.strip() or "{}")))
        self.scenario, self.changed = None, False

    def snapshot(self) -> twin.Snapshot:
        """The one that is asked."""
        if self.changed:
            self.on_snapshot("", "")
        return self.snapshots[-1]

    def on_scenario(self, rest: str, body: str) -> None:
        self.tried(lambda: self.imagine(rest, json.loads(body)))

    def imagine(self, name: str, changes: Any) -> None:
        """From here on, the world after some changes is asked."""
        self.scenario = self.snapshot().scenario(name, changes)
        self.snapshots.append(self.scenario.snapshot())

    def on_as_of_future(self, rest: str, body: str) -> None:
        self.tried(lambda: self.foresee(rest, json.loads(body)))

    def foresee(self, until: str, events: Any) -> None:
        """From here on, the world as it will be then is asked."""
        self.scenario = self.snapshot().as_of_future(until, events=events)
        self.snapshots.append(self.scenario.snapshot())

    def on_ask(self, rest: str, body: str) -> None:
        asked = json.loads(body)
        self.tried(lambda: self.answered(asked.pop("kind"), asked))

    def answered(self, kind: str, options: dict[str, Any]) -> None:
        """Asks by the method of the question's name."""
        if kind == "diff":
            self.snapshot()
            options = {"earlier": self.snapshots[-2]}
        if kind in ("call_templates", "compare", "critical_path", "next_questions", "search"):
            options["traces"] = [self.folder / path for path in options.get("traces", [])]
        on: Any = self.scenario if kind in ("outcome", "compare") else self.snapshot()
        if kind in ("predictions", "score", "backtest"):
            on, options = self.twin, options | {"now": self.now}
        self.answer = twin.trade_off(self.compared, **options) if kind == "trade_off" else getattr(on, kind)(**options)
        self.compared += [self.answer] if kind == "compare" else []
        self.last = ("", self.answer.to_json())

    def on_keep(self, rest: str, body: str) -> None:
        self.tried(lambda: self.kept(json.loads(body.strip() or "{}")))

    def kept(self, options: dict[str, Any]) -> None:
        """Keeps what the scenario comes to."""
        assert self.scenario is not None
        options["traces"] = [self.folder / path for path in options.get("traces", [])]
        self.data = self.twin.keep(self.scenario, **options, now=self.now)
        self.changed = True

    def on_solve(self, rest: str, body: str) -> None:
        self.tried(lambda: self.solved(json.loads(body)))

    def solved(self, model: Any) -> None:
        """What comes of a model."""
        self.data = twin.solve(model)

    def on_picture(self, rest: str, body: str) -> None:
        self.tried(lambda: self.drawn(rest, json.loads(body.strip() or "{}")))

    def drawn(self, form: str, axes: dict[str, Any]) -> None:
        """The picture of the last answer."""
        self.data = getattr(self.answer, f"to_{form}")(**axes)

    def on_call(self, rest: str, body: str) -> None:
        self.tried(lambda: self.called(rest, json.loads(body)))

    def called(self, method: str, arguments: list[Any]) -> None:
        """Calls a method of the twin itself."""
        self.last = ("", canonical(getattr(self.twin, method)(*arguments)))
        self.changed = True

    def on_resolve(self, rest: str, body: str) -> None:
        given = json.loads(body)
        self.tried(lambda: self.resolved(given.pop("table"), given))

    def resolved(self, table: Any, options: dict[str, Any]) -> None:
        """Resolves a table, in each form that rows may have."""
        self.resolution = twin.resolve(table, **options)
        again = twin.resolve((row for row in table), **options)
        assert again.things() == self.resolution.things()
        self.last = ("", "")

    def on_tell(self, rest: str, body: str) -> None:
        self.tried(lambda: self.told(rest, json.loads(body.strip() or "[]")))

    def told(self, method: str, arguments: list[Any]) -> None:
        """Calls a method of the resolution, or reads what it has."""
        member = getattr(self.resolution, method)
        told = member(*arguments) if callable(member) else member
        self.data = told.to_pydict() if isinstance(told, twin.Table) else told

    def tried(self, step: Callable[[], None]) -> None:
        """Does something that a case may expect to fail."""
        self.data = None
        try:
            step()
        except twin.TwinError as error:
            self.last = (error.code, str(error).replace("\n", " "))

    def on_expect(self, rest: str, body: str) -> None:
        if self.data is not None:
            # Python writes very small numbers otherwise, and pairs are tuples.
            assert json.loads(json.dumps(self.data)) == json.loads(body)
            return
        assert self.last == ("", body.strip())

    def on_error(self, rest: str, body: str) -> None:
        assert self.last == (rest, body.strip())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_case_is_answered_as_it_expects(case: Path, tmp_path: Path) -> None:
    Run(tmp_path).play(case.read_bytes().decode())


def test_there_are_cases() -> None:
    assert len(CASES) >= 5


def test_a_wrong_expectation_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        Run(tmp_path).play('=== now 2026-01-01\n=== ask\n{"kind": "cycles"}\n=== expect\n{}\n')
    with pytest.raises(AssertionError):
        Run(tmp_path).play('=== now 2026-01-01\n=== ask\n{"kind": "cycles"}\n=== error unknown\nno\n')
