"""How many workers are of use."""

import os

WORTH = 4
"""The figures, at least, that a worker is started for: it takes as long as drawing that many."""

MOST = 16
"""More workers draw faster than one process drives."""


def count_workers(wanted: int | None, figures: int) -> int:
    """Return how many workers draw so many figures; None leaves it to what the machine has.

    >>> count_workers(8, 1000), count_workers(8, 3)
    (8, 3)
    """
    if wanted is not None:
        return max(1, min(wanted, figures))
    return max(1, min(_count_processors(), MOST, -(-figures // WORTH)))


def _count_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
