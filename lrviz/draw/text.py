"""Text that fits its place."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cache

from matplotlib.figure import Figure
from matplotlib.text import Text

from lrviz.draw.elide import shorten_apart

Measure = Callable[[str], float]


def measure_with(figure: Figure, size: float) -> Measure:
    """Return a function from a line of text to its width in pixels.

    Args:
        figure: where the text will stand.
        size: of the font, in points.
    """
    probe = Text(fontsize=size, figure=figure)

    @cache  # a name that is shortened is asked for again and again
    def measure(text: str) -> float:
        probe.set_text(text)
        return float(probe.get_window_extent().width)

    return measure


def fit_text(text: str, width: float, lines: int, measure: Measure) -> str:
    r"""Return a text wrapped to a width, and shortened where it takes too many lines.

    Args:
        text: its own line breaks are kept.
        width: of the place, in the unit of measure.
        lines: how many the place has.
        measure: the width of a text.

    >>> fit_text("step_size 4, gamma 0.5", 12, 2, len)
    'step_size 4,\ngamma 0.5'
    >>> fit_text("step_size 4, gamma 0.5", 12, 1, len)
    'step_size 4…'
    """
    rows: list[str] = []
    for paragraph in text.split("\n"):
        rest = paragraph
        while len(rows) <= lines:
            row, rest = _cut(rest, width, measure)
            rows.append(row)
            if not rest:
                break
    if len(rows) <= lines:
        return "\n".join(rows)
    last = rows[lines - 1]
    end = _count_fitting(last, width, lambda part: measure(part + "…"))
    return "\n".join([*rows[: lines - 1], last[:end].rstrip(" ,·→+") + "…"])


def _cut(text: str, width: float, measure: Measure) -> tuple[str, str]:
    """Return what fits on a line, cut at a space where there is one, and the rest."""
    end = _count_fitting(text, width, measure)
    if end == len(text):
        return text, ""
    end = max(1, end)
    space = text.rfind(" ", 1, end + 1)
    end = space if space > end // 3 else end
    return text[:end].rstrip(), text[end:].lstrip()


def _count_fitting(text: str, width: float, measure: Measure) -> int:
    """Return how many characters from the start fit."""
    if measure(text) <= width:
        return len(text)
    return bisect_right(range(1, len(text)), width, key=lambda end: measure(text[:end]))


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

    def keep(kept: int) -> str | None:
        tail = kept // 2
        cut = f"{text[: kept - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"
        return _wrap(cut, width, lines, measure)

    wrapped = _wrap(text, width, lines, measure)
    if wrapped is not None:
        return wrapped
    kept = bisect_left(range(len(text)), True, key=lambda kept: keep(kept) is None)
    return keep(kept - 1) or "…"


def _wrap(text: str, width: float, lines: int, measure: Measure) -> str | None:
    """Return a text in lines; None where they are too many."""
    if lines == 1:
        return text if measure(text) <= width else None
    wrapped = fit_text(text, width, lines + 1, measure)
    return wrapped if wrapped.count("\n") < lines else None
