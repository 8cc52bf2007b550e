"""How far the work is, on a terminal."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TextIO, TypeVar

_T = TypeVar("_T")

WIDTH = 30
"""The characters of a full bar."""

CLEAR = "\r\x1b[K"
"""To the beginning of the line, which is emptied."""


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
    done = 0
    try:
        _draw(stream, done, total)
        for item in items:
            _write(stream, CLEAR)
            yield item
            done = min(done + 1, total)  # what comes last is of them all
            _draw(stream, done, total)
    finally:
        _write(stream, CLEAR)


def spell_bar(done: int, total: int) -> str:
    """Return a bar of ASCII and the count beside it.

    >>> spell_bar(1, 3)
    '[##########....................] 1/3'
    """
    full = WIDTH * min(done, total) // max(1, total)
    return f"[{'#' * full}{'.' * (WIDTH - full)}] {done}/{total}"


def _draw(stream: TextIO, done: int, total: int) -> None:
    _write(stream, CLEAR + spell_bar(done, total))


def _write(stream: TextIO, text: str) -> None:
    with suppress(OSError):  # a bar is worth no error
        stream.write(text)
        stream.flush()
