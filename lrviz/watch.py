"""Waiting for files to be saved."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from lrviz.errors import UsageError

INTERVAL = 0.1
"""Seconds between two looks; a look is one system call a file."""

State = tuple[int, int, int] | None


def iter_saves(sources: Sequence[str], interval: float = INTERVAL) -> Iterator[list[str]]:
    """Yield every source at once, and then those whose file has been saved, as often as it is.

    An editor may write a file in place, or another one that takes its name; between the two it
    may be missing for a moment.

    Args:
        sources: specs' files, or factories in a file.
        interval: seconds between two looks.

    Raises:
        UsageError: a source has no file that could be saved.
    """
    paths = {source: _file_of(source) for source in sources}
    seen = {source: _state(path) for source, path in paths.items()}
    yield list(sources)
    while True:
        time.sleep(interval)
        saved = []
        for source, path in paths.items():
            state = _state(path)
            if state is not None and state != seen[source]:
                seen[source] = state
                saved.append(source)
        if saved:
            yield saved


def _file_of(source: str) -> Path:
    for name in (source, source.rpartition(":")[0]):
        if name and Path(name).is_file():
            return Path(name)
    raise UsageError(f"{source}: cannot be watched; --watch needs a file")


def _state(path: Path) -> State:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
