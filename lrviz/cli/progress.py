"""How far the work is, on a terminal."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TextIO, TypeVar

_T = TypeVar("_T")

# The characters of a full bar.
WIDTH = 30

# To the beginning of the line, which is emptied.
CLEAR = "\r\x1b[K"


def follow(items: Iterable[_T], total: int, stream: TextIO | None) -> Iterator[_T]:
    """Yield the items while a bar counts them; it is gone whenever an item is out, and at the end.

    Args:
        items: as they come.
        total: how many there will be.
        stream: where the bar is drawn; nowhere if it is no terminal.
    """
    if stream is None or not stream.isatty():
        yield from items
        return
    try:
        _write(stream, CLEAR + spell_bar(0, total))
        for done, item in enumerate(items, 1):
            _write(stream, CLEAR)
            yield item
            _write(stream, CLEAR + spell_bar(min(done, total), total))  # the last is of them all
    finally:
        _write(stream, CLEAR)


def spell_bar(done: int, total: int) -> str:
    """Return a bar of ASCII and the count beside it.

    >>> spell_bar(1, 3)
    '[##########....................] 1/3'
    """
    full = WIDTH * done // max(1, total)
    return f"[{'#' * full}{'.' * (WIDTH - full)}] {done}/{total}"


def _write(stream: TextIO, text: str) -> None:
    with suppress(OSError):  # a bar is worth no error
        stream.write(text)
        stream.flush()
