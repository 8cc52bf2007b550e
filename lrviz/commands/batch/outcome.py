"""What became of the specs of a batch: values, no effects."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from lrviz.commands.block import Line
from lrviz.errors import LrvizError

State = Literal["drawn", "up to date", "wrong", "failed"]
"""`wrong`: the spec cannot be drawn; `failed`: the machine could not read, draw or write."""

STATES: tuple[State, ...] = get_args(State)
MACHINE = 3
"""The exit status from which on the machine is to blame."""


@dataclass(frozen=True)
class Outcome:
    """What became of one spec, or of the sheet of them all.

    Attributes:
        state: one of the four words.
        source: the spec as the user named it; empty for the sheet.
        path: its figure.
        lines: what to print to standard error.
        exit_status: what the command's exit status must be at least.
    """

    state: State
    source: str
    path: Path
    lines: tuple[Line, ...] = ()
    exit_status: int = 0

    @property
    def written(self) -> str | None:
        """The path that was written; None where none was."""
        return str(self.path) if self.state == "drawn" else None


def explain_error(source: str, path: Path, error: LrvizError) -> Outcome:
    """Return the outcome of a spec that could not be drawn; its lines name the spec or a file.

    >>> from lrviz.errors import WorkerDied
    >>> explain_error("a.yaml", Path("a.webp"), WorkerDied("was killed by SIGSEGV")).lines
    ('a.yaml: its worker process was killed by SIGSEGV',)
    """
    state: State = "failed" if error.exit_status >= MACHINE else "wrong"
    named = any(hasattr(error, name) for name in ("problems", "path"))
    lines = error.lines if named else [f"{source or path}: {error}"]
    return Outcome(state, source, path, tuple(lines), error.exit_status)


def summarise(outcomes: Sequence[Outcome]) -> str:
    """Return how many specs came to what; the sheet is none of them.

    >>> done = Outcome("drawn", "a.yaml", Path("a.webp"))
    >>> summarise([done, done, Outcome("wrong", "b.yaml", Path("b.webp"))])
    '3 specs: 2 drawn, 1 wrong'
    """
    counts = Counter(outcome.state for outcome in outcomes if outcome.source)
    parts = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    total = counts.total()
    return f"{total} spec{'' if total == 1 else 's'}: {parts}"
