"""Every public docstring has an example, and every example runs."""

from __future__ import annotations

import contextlib
import doctest
import inspect
import io
import os
from collections.abc import Iterator

import pytest
import twin
from conftest import NOW, ROOT, resolved, small

FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL

def documented() -> Iterator[tuple[str, object]]:
    """Everything public that can be called or read, by its name."""
    yield "twin", twin
    for name in twin.__all__:
        value = getattr(twin, name)
        if inspect.ismodule(value):
            yield from functions(f"twin.{name}", value)
            continue
        yield f"twin.{name}", value
        yield from members(f"twin.{name}", value)


def functions(name: str, module: object) -> Iterator[tuple[str, object]]:
    """The functions of a module."""
    for own, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == name and not own.startswith("_"):
            yield f"{name}.{own}", value


def members(name: str, of: object) -> Iterator[tuple[str, object]]:
    """The public members of a class that somebody can call or read."""
    for own, value in vars(of).items() if isinstance(of, type) else ():
        is_member = callable(value) or isinstance(value, classmethod) or inspect.isgetsetdescriptor(value)
        if is_member and not own.startswith("_"):
            yield f"{name}.{own}", getattr(of, own)


ALL = dict(documented())


@pytest.mark.parametrize("name", ALL)
def test_a_docstring_has_an_example_that_runs(name: str) -> None:
    text = inspect.getdoc(ALL[name]) or ""
    t = small()
    known = {"twin": twin, "t": t, "now": t.snapshot(now=NOW), "resolution": resolved()}
    test = doctest.DocTestParser().get_doctest(text, known, name, None, 0)
    assert test.examples, f"{name} has no example"
    said = io.StringIO()
    with inside():
        failed = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.write).failed
    assert failed == 0, said.getvalue()


@contextlib.contextmanager
def inside() -> Iterator[None]:
    """The root as the folder to work in."""
    before = os.getcwd()
    os.chdir(ROOT)
    try:
        yield
    finally:
        os.chdir(before)
