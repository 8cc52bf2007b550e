"""What would take long to draw: thinned, drawn in pieces, or counted."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.patheffects import AbstractPathEffect
from matplotlib.transforms import Transform
from matplotlib.typing import ColorType
from numpy.typing import NDArray

from lrviz.curve import Values
from lrviz.draw.points import Indices

PIECE = 10_000
"""The length, in pixels, that is drawn at once of a line that goes up and down all the time."""

DENSE = 20
"""It is one if a stretch of it is not so many pixels from the next, on average."""

BLURRED = 4
"""Where it is not even so many, no pattern of dashes can be seen: it is drawn without gaps."""

BESIDE = 0.25
"""Two markers nearer than this part of their size, or than a pixel, are not told apart."""

DASHED, MARKER, OUTLINE = 6, 100, 20
"""What takes as long as a pixel of a plain line, and more: one of a dashed line, at most; a marker;
a pixel of its size."""

MAX_POINTS = 5_000_000
"""The points that all lines of a figure have together, at most."""

MAX_LENGTH = 400_000_000
"""The pixels of the plain line that a figure takes as long to draw as, at most."""


class Effort(NamedTuple):
    """What it takes to draw some lines.

    Attributes:
        points: of all lines.
        length: of the plain line that would take Agg as long, in pixels.
    """

    points: int
    length: float


def ease_lines(panels: Iterable[Axes]) -> Effort:
    """Have lines drawn with what can be seen of them, and return what that takes.

    Args:
        panels: their scales and limits are set.
    """
    points, length = 0, 0.0
    for line in (line for axes in panels for line in axes.lines):
        places = _place(line)
        points += len(places)
        if line.get_linestyle() != "None":
            length += _ease_line(line, places)
        if line.get_marker() != "None":
            length += _thin_markers(line, places)
    return Effort(points, length)


def explain_effort(effort: Effort) -> str:
    """Return why that is more than a figure may take; empty where it is not.

    >>> explain_effort(Effort(9_000_000, 0.0))
    '9,000,000 points are more than 5,000,000; draw fewer curves or a smaller figure'
    """
    if effort.points > MAX_POINTS:
        problem = f"{effort.points:,} points are more than {MAX_POINTS:,}"
    elif effort.length > MAX_LENGTH:
        took = f"takes as long to draw as a line of {effort.length:,.0f} pixels"
        problem = f"{took}, more than {MAX_LENGTH:,}"
    else:
        return ""
    return f"{problem}; draw fewer curves or a smaller figure"


def _place(line: Line2D) -> Values:
    """Return where a line's points are, in pixels; what is out of the axes is at their edge."""
    assert line.axes is not None
    left, bottom, right, top = line.axes.bbox.extents
    places = line.get_transform().transform(np.asarray(line.get_xydata()))
    return _clip(places, (left, bottom), (right, top))


def _clip(places: Values, low: tuple[float, float], high: tuple[float, float]) -> Values:
    """Return places of which none is more than a pixel out of a picture."""
    return np.clip(np.nan_to_num(places), np.subtract(low, 1), np.add(high, 1))


def _ease_line(line: Line2D, places: Values) -> float:
    """Have a line drawn through all of its points, in pieces if it is long; return its effort."""
    assert line.axes is not None
    area = line.axes.bbox.width * line.axes.bbox.height
    length = float(_measure(places)[-1])
    blurred = length > max(PIECE, area / BLURRED)
    if length > max(PIECE, area / DENSE):
        line.set_path_effects([InPieces(plain=blurred)])
    elif line.get_marker() == "None" and _is_level(places).any():
        line.set_path_effects([Exactly()])
    return length * (DASHED if line.is_dashed() and not blurred else 1)


def _thin_markers(line: Line2D, places: Values) -> float:
    """Have a line drawn with one of several markers that cannot be told apart; likewise."""
    figure = line.get_figure(root=True)
    assert figure is not None
    size = line.get_markersize() * figure.dpi / 72
    shown = _list_marked(line)
    cells = np.floor(places[shown] / max(1.0, BESIDE * size))
    first = np.unique(cells, axis=0, return_index=True)[1]
    if len(first) < len(shown):
        line.set_markevery(np.sort(shown[first]).tolist())
    return len(first) * (MARKER + OUTLINE * size)


def _list_marked(line: Line2D) -> Indices:
    """Return which points of a line have a marker."""
    points, every = np.arange(len(np.asarray(line.get_xydata()))), line.get_markevery()
    if isinstance(every, tuple):
        return points[int(every[0]) :: int(every[1])]
    return points if every is None else np.asarray(every, dtype=np.intp)


class Exactly(AbstractPathEffect):
    """Draws a path through all of its points; what is level is one segment.

    matplotlib leaves out points that would move a line by less than a ninth of a pixel, and what is
    level slopes for it.
    """

    def draw_path(
        self,
        renderer: RendererBase,
        gc: GraphicsContextBase,
        tpath: Path,
        affine: Transform,
        rgbFace: ColorType | None = None,  # noqa: N803 (matplotlib's name)
    ) -> None:
        """Draw a line, or a marker."""
        if rgbFace is None:
            points = np.asarray(tpath.vertices)
            level = _is_level(points)
            tpath = Path(np.delete(points, np.flatnonzero(level[1:] & level[:-1]) + 1, axis=0))
            tpath.should_simplify = False
        renderer.draw_path(gc, tpath, affine, rgbFace)


class InPieces(Exactly):
    """Draws a path in pieces that share their ends, which takes Agg less time and far less memory.

    matplotlib's own `agg.path.chunksize` leaves out a point between two pieces, and the line has a
    gap there; these have round ends, so that two of them join like the segments within one. That
    still shows where the line is level, so it is cut only where it is steep.
    """

    def __init__(self, *, plain: bool) -> None:
        super().__init__()
        self.plain = plain

    def draw_path(
        self,
        renderer: RendererBase,
        gc: GraphicsContextBase,
        tpath: Path,
        affine: Transform,
        rgbFace: ColorType | None = None,  # noqa: N803 (matplotlib's name)
    ) -> None:
        """Draw a line; its dashes go on from one piece to the next."""
        if not isinstance(renderer, RendererAgg) or rgbFace is not None:
            super().draw_path(renderer, gc, tpath, affine, rgbFace)
            return
        own = renderer.new_gc()
        own.copy_properties(gc)
        own.set_snap(False)
        offset, dashes = (0, None) if self.plain else gc.get_dashes()
        if dashes is None:
            own.set_capstyle("round")
        points = np.asarray(tpath.vertices)
        places = _clip(affine.transform(points), (0, 0), (renderer.width, renderer.height))
        lengths = _measure(places)
        period = math.inf if dashes is None else np.sum(dashes)
        for start, end in pairwise(_cut(places, lengths)):
            gone = (offset or 0) + lengths[start] * 72 / renderer.dpi
            own.set_dashes(gone % period, dashes)
            super().draw_path(renderer, own, Path(points[start : end + 1]), affine)
        own.restore()


def _cut(places: Values, lengths: Values) -> list[int]:
    """Return the points where pieces begin, and the last one; a piece is a little over its length.

    A line that is long goes up and down, so that it has a steep stretch soon enough.
    """
    across, up = np.abs(np.diff(places, axis=0)).T
    steep = np.flatnonzero((up > across)[:-1] | (up > across)[1:]) + 1
    wanted = np.searchsorted(lengths[steep], np.arange(PIECE, lengths[-1], PIECE))
    return [0, *np.unique(steep[wanted[wanted < len(steep)]]).tolist(), len(places) - 1]


def _is_level(points: Values) -> NDArray[np.bool_]:
    """Return which of a path's segments are level."""
    return np.equal(points[1:, 1], points[:-1, 1])


def _measure(places: Values) -> Values:
    """Return the length of a path up to each of its points."""
    return np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(places, axis=0).T))))
