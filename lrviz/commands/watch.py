"""Waiting for files to be saved."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from lrviz.errors import UsageError
from lrviz.spec.origin import split_factory
from lrviz.system.files import STDIO, Reads, State, state_of

# Seconds between two looks; a look is one system call a file.
INTERVAL = 0.05

# Seconds in which nothing more happens to a file that has been saved.
SETTLED = 0.02

# Seconds until a file is taken as it is, be it empty or written to without a pause.
PATIENCE = 0.25


class Watch:
    """Looks after the files that figures are drawn from.

    An editor may write a file in place, or another one that takes its name; between the two it may
    be missing or empty for a moment.

    Args:
        sources: specs' files, or factories in a file or in a module of the current folder.
        interval: seconds between two looks.

    Attributes:
        has_file: whether there is any file to look after.

    Raises:
        UsageError: a source has no file that could be saved.
    """

    def __init__(self, sources: Sequence[str], interval: float = INTERVAL) -> None:
        self._interval = interval
        self._own = {source: _file_of(source) for source in sources}
        self._seen = {source: {path: state_of(path)} for source, path in self._own.items()}
        self.has_file = any(state for each in self._seen.values() for state in each.values())

    def keep(self, source: str, reads: Reads) -> None:
        """Look after what a source has been read from now, and no more after what it was before."""
        own = self._own[source]
        self._seen[source] = {**reads, own: self._seen[source][own]}

    def iter_saves(self) -> Iterator[list[str]]:
        """Yield every source at once, and then those that have been saved, as often as they are.

        It ends where there is no file to look after.
        """
        yield list(self._seen)
        while self.has_file:
            time.sleep(self._interval)
            saved = [source for source, states in self._seen.items() if _look(states)]
            if saved:
                yield saved


def _look(states: dict[Path, State]) -> bool:
    """Return whether one of a source's files has been saved; remember how they are."""
    saved = False
    for path, seen in states.items():
        state = state_of(path)
        if state is not None and state != seen:
            states[path] = _settle(path, state)
            saved = True
    return saved


def _settle(path: Path, state: State) -> State:
    """Return how a file is once it has been written, or will be waited for no longer."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        time.sleep(SETTLED)
        now = state_of(path)
        is_empty = now is None or now[1] == 0
        if now == state and not is_empty:
            break
        state = now
    return state


def _file_of(source: str) -> Path:
    named = split_factory(source)
    if named is not None and not named.is_file:
        inside = Path(*named.place.split("."))
        for path in (inside.with_suffix(".py"), inside / "__init__.py"):
            if path.is_file():
                return path
        raise UsageError(f"{source}: cannot be watched; it is no module of this folder")
    path = Path(named.place if named else source)
    if source == STDIO or (path.exists() and not path.is_file()):
        raise UsageError(f"{source}: cannot be watched; --watch needs a file")
    return path
