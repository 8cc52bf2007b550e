"""Text that fits its place."""

from bisect import bisect_right
from collections.abc import Callable
from functools import cache

from matplotlib.figure import Figure
from matplotlib.text import Text

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


def fit_in(figure: Figure, text: str, width: float, lines: int, size: float) -> str:
    """Return a text as it fits a place in a figure; as `fit_text`.

    Args:
        figure: where it will stand.
        text: its own line breaks are kept.
        width: of the place, in pixels.
        lines: how many the place has.
        size: of the font, in points.
    """
    return fit_text(text, width, lines, measure_with(figure, size))


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
