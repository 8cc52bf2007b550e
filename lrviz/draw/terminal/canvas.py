"""Curves in characters: which character, and which dot of it, each value falls in."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Values
from lrviz.draw.panels import LARGEST, Row
from lrviz.draw.terminal.glyphs import Look, paint

# A character each, rows from the top: the dots that are set in it, as Unicode numbers them.
Codes = NDArray[np.uint32]

# The character of no dots; those of a code are as far behind it.
BRAILLE = 0x2800

# What is so many lengths of an axis away from it, or more, is beyond the picture all the same.
FAR = 1e12

# Two marks this near to one another, in characters, or nearer, have others between them.
CLOSE = 3

_WEIGHTS = np.array([[1, 8], [2, 16], [4, 32], [64, 128]], dtype=np.uint32)
_ALL = 0xFF


@dataclass(frozen=True)
class Axis:
    """One axis of a picture; the values at both its ends are inside.

    Attributes:
        start: the value of its first dot, at the left or at the bottom.
        end: the value of its last dot, above `start`.
        cells: its length in characters.
        dots: the dots of a character along it; 1 where a character is all there is.
        log: whether its scale is logarithmic; both ends are above 0 then.
        hidden: what a log axis has no place for, if there is any: values of so much or less. The
            character at its low end is kept for them.

    >>> Axis(0.0, 1.0, cells=11).find_cells([0.0, 0.52, 1.0, 1.2])
    [0, 5, 10, 12]
    >>> Axis(1.0, 100.0, cells=11, log=True, hidden=0.0).find_cells([0.0, 1.0, 100.0])
    [0, 1, 10]
    """

    start: float
    end: float
    cells: int
    dots: int = 1
    log: bool = False
    hidden: float | None = None

    @property
    def length(self) -> int:
        """The number of its dots."""
        return self.cells * self.dots

    def place(self, values: Values) -> Values:
        """Return where values are, in dots; outside of 0 to `length` - 1 for those off the axis."""
        kept = 0 if self.hidden is None else self.dots
        ends, reach = np.array([self.start, self.end]), min(FAR * (self.end - self.start), LARGEST)
        shown = values > (self.hidden or 0.0) if self.log else np.isfinite(values)
        near = np.clip(np.where(shown, values, self.start), ends[0] - reach, ends[1] + reach)
        if self.log:
            ends, near = np.log10(ends), np.log10(near)
        places = (self.length - 1 - kept) * ((near - ends[0]) / (ends[1] - ends[0]))
        return np.where(shown, kept + places, 0.0)

    def find_cells(self, values: Sequence[float]) -> list[int]:
        """Return the characters that values fall in, counted from the left or from the bottom."""
        places = np.rint(self.place(np.array(values, dtype=np.float64)))
        return [int(place) // self.dots for place in places]


def draw_curve(row: Row, x: Axis, y: Axis) -> Codes:
    """Return the characters that a curve passes, shape (rows, columns); no spike is left out.

    A stroke in every column of dots spans what the line does there; a lone dot fills its character.
    Of a log each point is a dot.

    Args:
        row: what it shows.
        x: of the steps.
        y: of the values.

    >>> row = Row(np.array([0.0, 3, 1]), unit=1.0)
    >>> (draw_curve(row, Axis(0, 2, cells=3), Axis(0, 3, cells=4)) > 0) * 1
    array([[0, 1, 0],
           [0, 1, 1],
           [1, 0, 1],
           [1, 0, 0]])
    """
    places, points = row.pick((x.start, x.end), x.length)
    if not len(points):
        return np.zeros((y.cells, x.cells), dtype=np.uint32)
    across, up = x.place(places), y.place(row.values[points])
    edges = np.arange(x.length + 1) - 0.5
    between = np.interp(edges, across, up, left=np.nan, right=np.nan)
    if row.at is not None:
        between[:] = np.nan  # no line is between two points
    columns = np.concatenate((np.rint(across), edges - 0.5, edges + 0.5))
    inside = (columns >= 0) & (columns < x.length)
    heights = np.concatenate((up, between, between))[inside].clip(-1, y.length).round(6)
    low, high = np.full((2, x.length), np.nan)
    np.fmin.at(low, columns[inside].astype(np.intp), heights)
    np.fmax.at(high, columns[inside].astype(np.intp), heights)
    # Between two columns a whole dot is one's only: the line is no thicker than it must be.
    middle, rows = np.rint((low + high) / 2), np.arange(y.length)[::-1, None]
    lowest, highest = np.minimum(np.ceil(low), middle), np.maximum(np.floor(high), middle)
    dots = ((lowest <= rows) & (rows <= highest)).astype(np.uint32)
    cells = dots.reshape(y.cells, y.dots, x.cells, x.dots).swapaxes(1, 2)
    codes: Codes = (cells * _WEIGHTS[: y.dots, : x.dots]).sum(axis=(2, 3), dtype=np.uint32)
    return codes if dots.sum() > 1 else np.where(codes, _ALL, codes)


def mark_hidden(row: Row, x: Axis, y: Axis) -> Codes:
    """Return marks at the low end of a log axis wherever it has no place for a value.

    >>> y = Axis(0.1, 1, cells=1, log=True, hidden=0.0)
    >>> mark_hidden(Row(np.array([1.0, 0, 0, 1, -1]), 1.0), Axis(0, 5, cells=11), y).tolist()
    [[0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0]]
    """
    marks = np.zeros((y.cells, x.cells), dtype=np.uint32)
    if y.hidden is None:
        return marks
    steps = np.flatnonzero(row.values <= y.hidden)
    cells = np.rint(x.place(row.place(steps))).astype(np.intp) // x.dots
    end = marks[-1]
    end[cells[(cells >= 0) & (cells < x.cells)]] = 1
    following = np.flatnonzero((np.diff(steps) == 1) & (np.abs(np.diff(cells)) <= CLOSE))
    for low, high in np.sort(np.stack((cells[following], cells[following + 1]), 1)).tolist():
        end[max(low, 0) : max(high, 0)] = 1
    return marks


def merge_layers(layers: Sequence[tuple[Codes, Look]]) -> list[str]:
    """Return the rows of a picture, from the top.

    A layer is what it draws, 0 where that is nothing, and in which look. Layers that meet in a
    character take turns, so that of two equal curves each shows.

    >>> line = np.array([[1, 1, 1, 0]], dtype=np.uint32)
    >>> merge_layers([(line, Look("a", None)), (line, Look("b", None))])
    ['aba ']
    """
    codes, looks = np.stack([codes for codes, _ in layers]), [look for _, look in layers]
    inked = codes > 0
    count = inked.sum(axis=0)
    turn = np.add(*np.indices(count.shape)) % np.maximum(count, 1)
    chosen = (inked & (inked.cumsum(axis=0) - 1 == turn)).argmax(axis=0)
    dotted = np.array([not look.glyph for look in looks])
    dots = np.bitwise_or.reduce(codes * dotted[:, None, None], axis=0)
    rows = []
    for row in zip(count.tolist(), chosen.tolist(), dots.tolist(), strict=True):
        cells = [
            (looks[own].glyph or chr(BRAILLE + dot), looks[own].color) if several else (" ", None)
            for several, own, dot in zip(*row, strict=True)
        ]
        runs = itertools.groupby(cells, key=lambda cell: cell[1])
        rows.append("".join(paint("".join(sign for sign, _ in run), color) for color, run in runs))
    return rows
