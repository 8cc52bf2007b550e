"""What became of the specs of a batch: values, no effects."""

from collections import Counter
from typing import Literal, get_args

from lrviz.commands.block import Block
from lrviz.errors import LrvizError

State = Literal["drawn", "up to date", "wrong", "failed"]
"""`wrong`: the spec cannot be drawn; `failed`: the machine could not read, draw or write."""

STATES: tuple[State, ...] = get_args(State)
MACHINE = 3
"""The exit status from which on the machine is to blame."""


Outcome = tuple[State, Block]
"""What became of one spec."""


def explain_error(place: str, error: LrvizError) -> Outcome:
    """Return the outcome of what could not be drawn; its lines name the spec or a file.

    >>> from lrviz.errors import WorkerDied
    >>> explain_error("a.yaml", WorkerDied("was killed by SIGSEGV"))[1].lines
    ('a.yaml: its worker process was killed by SIGSEGV',)
    """
    state: State = "failed" if error.exit_status >= MACHINE else "wrong"
    named = any(hasattr(error, name) for name in ("problems", "path"))
    lines = error.lines if named else (f"{place}: {error}",)
    return state, Block(lines=lines, status=error.exit_status)


def summarise(counts: Counter[State]) -> str:
    """Return how many specs came to what.

    >>> summarise(Counter({"drawn": 2, "wrong": 1}))
    '3 specs: 2 drawn, 1 wrong'
    """
    parts = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    total = counts.total()
    return f"{total} spec{'' if total == 1 else 's'}: {parts}"
