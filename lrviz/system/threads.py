"""What all threads of a process have in common, and how lrviz shares it with them."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import RLock, get_ident
from typing import Any

ONE_AT_A_TIME = RLock()
"""Held by whoever changes what all threads have in common, until it is as it was."""


@contextmanager
def hide_warnings(pattern: str = "") -> Iterator[None]:
    """Hide what code inside warns of; other threads are heard.

    `warnings.catch_warnings` hides theirs too, puts back the filters of its own beginning whatever
    another thread has set since, and has what has been warned of once be warned of again.

    Args:
        pattern: which a warning's text begins with.
    """
    filters: Any = warnings.filters
    text = _OwnText(pattern)
    hidden = ("ignore", text, Warning, None, 0)
    filters.insert(0, hidden)
    try:
        yield
    finally:
        text.thread = 0  # filters that another thread has set aside meanwhile keep it
        current: Any = warnings.filters
        for each in (filters, current):
            with suppress(ValueError):
                each.remove(hidden)


class _OwnText:
    """Takes the place of a filter's regular expression; it matches in one thread only."""

    def __init__(self, pattern: str) -> None:
        self.thread = get_ident()
        self._pattern = re.compile(pattern, re.IGNORECASE)

    def match(self, text: str) -> bool:
        """Whether a warning is one of those."""
        return get_ident() == self.thread and self._pattern.match(text) is not None
