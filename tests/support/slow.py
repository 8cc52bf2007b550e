"""Families of tests that take long together: a few cases stand for all, and CI runs the others."""

from collections.abc import Iterable, Set
from typing import Any

import pytest


def slow_but(fast: Set[Any], cases: Iterable[Any]) -> list[Any]:
    """Mark every case as slow but those that stand for all; a tuple is several arguments."""
    every = list(cases)
    assert fast <= set(every)
    return [case if case in fast else _mark_slow(case) for case in every]


def _mark_slow(case: object) -> object:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.slow)
