"""Long work: it reports, it ends, it stops, and what it leaves is whole."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import twin
from conftest import NOW, READS, ROOT, systems

ESTATE = ROOT / "examples" / "estate"
FILES = 100_000
HOLDERS = 1_000
"""One file in so many says something; the others are only listed and looked at."""


class Watch:
    """Somebody who watches, and may do something once some units are done."""

    def __init__(self, at: int = -1, act: Callable[[], object] = int) -> None:
        self.seen: list[tuple[str, int, int]] = []
        self.at = at
        self.act = act

    def __call__(self, phase: str, done: int, total: int) -> None:
        self.seen.append((phase, done, total))
        if 0 <= self.at <= self.units():
            self.at = -1
            self.act()

    def units(self) -> int:
        """The units of all phases, as far as they were told."""
        return sum({phase: done for phase, done, _ in self.seen}.values())


def interrupt() -> None:
    """What Ctrl-C does."""
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a hundred thousand small files."""
    root = tmp_path_factory.mktemp("many")
    for place in range(FILES):
        folder = root / f"{place // 1_000:03}"
        if place % 1_000 == 0:
            folder.mkdir()
        name, text = ("CODEOWNERS", "* @acme/shop\n") if place % HOLDERS == 0 else (f"{place}.txt", "x")
        with open(folder / name, "w") as file:
            file.write(text)
    return root


def test_an_interrupt_stops_within_a_tenth_of_a_second_of_work(many: Path, tmp_path: Path) -> None:
    whole, began = Watch(), time.monotonic()
    with twin.in_memory() as t:
        expected = t.scan(many, name="many", now=NOW, progress=whole)
        size = t.snapshot(now=NOW).size
    rate = whole.units() / (time.monotonic() - began)
    assert expected.report["files"] == FILES and whole.units() > FILES
    with twin.open(tmp_path / "many.twin") as t:
        cut = Watch(at=whole.units() // 3, act=interrupt)
        with pytest.raises(KeyboardInterrupt) as stopped:
            t.scan(many, name="many", now=NOW, progress=cut)
        after = stopped.value.units - cut.units()  # type: ignore[attr-defined]
        assert 0 <= after <= rate / 10, f"{after} units after the interrupt, {rate:.0f} a second"
        assert f"the work stopped after {stopped.value.units} units" in stopped.value.__notes__[0]  # type: ignore[attr-defined]
        assert (t.revision, t.snapshot(now=NOW).size) == (0, 0)
        again = t.scan(many, name="many", now=NOW)
        assert (again.applied, again.report, t.snapshot(now=NOW).size) == (expected.applied, expected.report, size)


def test_an_interrupt_from_elsewhere_arrives(many: Path) -> None:
    timer = threading.Timer(0.2, interrupt)
    with twin.in_memory() as t:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            t.scan(many, name="many", now=NOW)
        assert t.revision == 0


def test_an_exception_inside_progress_stops_the_work() -> None:
    def fails() -> None:
        raise ZeroDivisionError("in progress")

    with twin.in_memory() as t:
        with pytest.raises(ZeroDivisionError, match="in progress"):
            t.scan(ESTATE, now=NOW, progress=Watch(at=0, act=fails))
        with pytest.raises(TypeError):
            t.scan(ESTATE, now=NOW, progress=lambda: None)  # type: ignore[arg-type,misc]


def test_progress_tells_phase_done_and_total() -> None:
    watch = Watch()
    with twin.in_memory() as t:
        t.scan(ESTATE, now=NOW, progress=watch)
    assert watch.seen and all(total == 0 or done <= total for _, done, total in watch.seen)
    phases = list(dict.fromkeys(phase for phase, _, _ in watch.seen))
    assert phases[:4] == ["list", "recognise", "decode", "apply"]


def test_a_deadline_ends_the_work(many: Path) -> None:
    with twin.in_memory() as t:
        with pytest.raises(twin.LimitError, match="deadline"):
            t.scan(many, now=NOW, deadline=0.05)
        assert t.revision == 0


def test_other_threads_run_meanwhile(many: Path) -> None:
    """The interpreter's lock is free while the core works: another thread counts on."""
    counted, done = [0], threading.Event()

    def count() -> None:
        while not done.is_set():
            counted[0] += 1

    thread = threading.Thread(target=count)
    with twin.in_memory() as t:
        thread.start()
        before = counted[0]
        try:
            t.scan(many / "000", now=NOW)
        finally:
            done.set()
            thread.join()
    assert counted[0] - before > 1_000


class Feed(twin.Source):
    """A source of many pages that does something on one of them."""

    capability = READS

    def __init__(self, act: Callable[[], object]) -> None:
        self.act = act
        self.threads: set[int] = set()

    def read(self, cursor: str | None, context: twin.SourceContext) -> twin.Page:
        self.threads.add(threading.get_ident())
        if cursor == "2":
            self.act()
        batch = twin.Batch.full(scope=f"page {cursor}")
        batch.component(key=f"c{cursor}")
        return twin.Page(batch, cursor=str(int(cursor or 0) + 1), done=cursor == "5")


def test_a_source_is_interrupted_between_pages_and_goes_on() -> None:
    with twin.in_memory() as t:
        with pytest.raises(KeyboardInterrupt):
            t.sync(Feed(interrupt), now=NOW)
        assert t.cursor("feed") == "2" and t.revision == 2
        source = Feed(lambda: None)
        assert t.sync(source, now=NOW).applied == 4
        assert source.threads == {threading.get_ident()}, "a source runs on the caller's thread"
        assert t.snapshot(now=NOW).size == 6 and t.cursor("feed") is None


RAISED = [ValueError("a page is torn"), twin.LimitError("too many"), SystemExit(3)]


@pytest.mark.parametrize("raised", RAISED, ids=lambda raised: type(raised).__name__)
def test_what_a_source_raises_comes_back_as_it_is(raised: BaseException) -> None:
    def fails() -> None:
        raise raised from KeyError("the cause")

    with twin.in_memory() as t:
        with pytest.raises(type(raised)) as caught:
            t.sync(Feed(fails), now=NOW)
        assert caught.value is raised and isinstance(caught.value.__cause__, KeyError)
        assert t.cursor("feed") == "2", "the pages before it stay"


def test_a_source_may_use_the_twin_that_reads_it(t: twin.Twin) -> None:
    source = Feed(lambda: t.apply([systems()], source="other", capability=READS, now=NOW))
    assert t.sync(source, now=NOW).applied == 6
