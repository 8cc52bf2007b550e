"""What a source is read from, and how each file was before that."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

State = tuple[int, int, int] | None
"""What changes of a file when it is saved; None where there is none."""


@dataclass(frozen=True)
class Reads:
    """The files that a source is read from beside its own, those it missed among them.

    Whoever reads a file names it before: it may be saved again before all has been drawn, and then
    it is not as it was here.

    Attributes:
        states: how each file was.
    """

    states: dict[Path, State] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Path]:
        return iter(self.states)

    def add(self, path: Path) -> None:
        """Say that a file is about to be read, or looked for."""
        self.states.setdefault(path, state_of(path))


def state_of(path: Path) -> State:
    """Return how a file is now."""
    try:
        status = path.stat()
    except (OSError, ValueError):  # there is none, or no file can be called so
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
