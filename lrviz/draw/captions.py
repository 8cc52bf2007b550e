"""Titles that fit their place and still differ where they did not."""

from collections.abc import Sequence

from lrviz.draw.text import Measure, fit_text
from lrviz.spell import shorten_apart


def fit_captions(titles: Sequence[str], width: float, lines: int, measure: Measure) -> list[str]:
    """Return titles that fit; those that still look the same are numbered by their place.

    Args:
        titles: one a panel; their line breaks are spaces.
        width: the room for a line, in the unit of measure.
        lines: how many there is room for.
        measure: the width of a text.

    >>> fit_captions(["exponential_fast", "exponential_slow", "step"], 9, 1, len)
    ['expo…fast', 'expo…slow', 'step']
    >>> fit_captions(["one", "one"], 9, 1, len)
    ['1: one', '2: one']
    """
    plain = [" ".join(title.split()) for title in titles]
    return shorten_apart(plain, lambda title: shorten(title, width, lines, measure))


def shorten(text: str, width: float, lines: int, measure: Measure) -> str:
    """Return a text wrapped, and without its middle as far as that does not fit.

    What tells two names apart stands at their end more often than not.
    """
    low, high = 0, len(text)
    wrapped = _wrap(text, width, lines, measure)
    if wrapped is not None:
        return wrapped
    best = "…"
    while low < high:
        kept = (low + high) // 2
        wrapped = _wrap(_without_middle(text, kept), width, lines, measure)
        if wrapped is None:
            high = kept
        else:
            best, low = wrapped, kept + 1
    return best


def _without_middle(text: str, kept: int) -> str:
    tail = kept // 2
    return f"{text[: kept - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"


def _wrap(text: str, width: float, lines: int, measure: Measure) -> str | None:
    """Return a text in lines; None where they are too many."""
    if lines == 1:
        return text if measure(text) <= width else None
    wrapped = fit_text(text, width, lines + 1, measure)
    return wrapped if wrapped.count("\n") < lines else None
