"""Forked and spawned children, threads, and two twins at once."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import twin
from conftest import NOW, READS, ROOT, systems

ESTATE = ROOT / "examples" / "estate"


def scanned(_place: int = 0) -> str:
    """What a scan of the example estate tells; it uses all threads of its process."""
    with twin.in_memory() as t:
        t.scan(ESTATE, name="estate", now=NOW)
        return t.snapshot(now=NOW).find_all("").to_json()


def sized(answer: twin.Answer) -> int:
    """An answer that travelled."""
    return len(list(answer))


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_children_scan_and_answer(way: str) -> None:
    expected = scanned()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(way)) as pool:
        assert list(pool.map(scanned, range(3), timeout=60)) == [expected] * 3


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_answers_travel(way: str, shop: twin.Snapshot) -> None:
    answer = shop.find_all("")
    with multiprocessing.get_context(way).Pool(1) as pool:
        assert pool.apply_async(sized, (answer,)).get(60) == len(answer)


def in_fork(work: Callable[[], object]) -> str:
    """What a forked child makes of some work, or the code of the error."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = str(work())
        except BaseException as error:
            told = getattr(error, "code", repr(error))
        os.write(writer, told.encode())
        os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        told = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    return told


def test_a_forked_child_reads_and_does_not_write(tmp_path: Path) -> None:
    path = tmp_path / "estate.twin"
    with twin.open(path) as t:
        t.apply([systems()], source="systems", capability=READS, now=NOW)
        before = t.snapshot(now=NOW)
        changes: list[Callable[[], Any]] = [
            lambda: t.apply([], source="systems", capability=READS, now=NOW),
            lambda: t.scan(ESTATE, now=NOW),
            lambda: t.pin("Component:pay", "Component:shop"),
        ]
        assert [in_fork(change) for change in changes] == ["busy"] * 3
        assert in_fork(lambda: (before.size, t.snapshot(now=NOW).size, t.revision)) == "(4, 4, 1)"
        assert in_fork(lambda: before.owners("payments").evidence(0)[0]["locator"]) == "systems.csv:2"
        assert in_fork(t.close) == "None", "a child lets go without touching the file"
        assert in_fork(lambda: twin.open(path)) == "busy", "the lock stays the parent's"
        assert in_fork(lambda: twin.open(path, read_only=True).snapshot(now=NOW).size) == "4"
        assert t.apply([systems()], source="systems", capability=READS, now="2026-11-25").duplicate == 3
    with twin.open(path) as again:
        assert (again.revision, again.snapshot(now=NOW).size) == (1, 4)


def test_a_store_can_be_opened_while_a_forked_child_lives(tmp_path: Path) -> None:
    path = tmp_path / "estate.twin"
    t = twin.open(path)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reader, 1)
        os._exit(0)
    t.close()
    with twin.open(path) as again:
        assert again.revision == 0
    os.write(writer, b"x")
    os.waitpid(child, 0)


def test_one_process_writes_and_another_reads(tmp_path: Path) -> None:
    path = tmp_path / "estate.twin"
    with twin.open(path) as t, twin.open(path, read_only=True) as reader:
        with pytest.raises(twin.BusyError, match="process"):
            twin.open(path)
        assert reader.revision == 0
        t.apply([systems()], source="systems", capability=READS, now=NOW)
        assert reader.refresh() == 1 and reader.snapshot(now=NOW).size == 4
        with pytest.raises(twin.InvalidError, match="reading only"):
            reader.apply([systems()], source="systems", capability=READS, now="2026-11-25")
    program = "import sys, twin; print(twin.open(sys.argv[1], read_only=True).revision)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings-python" / "python")}
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == "1\n"


def test_threads_share_a_twin_and_its_snapshots(shop: twin.Snapshot) -> None:
    expected = shop.blast_radius("payments@shop").to_json()

    def ask(place: int) -> str:
        t.apply([systems()], source=f"systems {place}", capability=READS, now=NOW)
        assert t.snapshot(now=NOW).revision > 0
        return shop.blast_radius("payments@shop").to_json()

    with twin.in_memory() as t, ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(64))) == {expected}
        assert t.revision == 64


def test_two_twins_in_one_process(tmp_path: Path) -> None:
    with twin.open(tmp_path / "one.twin") as one, twin.open(tmp_path / "two.twin") as two:
        one.apply([systems()], source="systems", capability=READS, now=NOW)
        assert (one.revision, two.revision) == (1, 0)
        two.scan(ESTATE, now=NOW)
        assert one.snapshot(now=NOW).size == 4 != two.snapshot(now=NOW).size
