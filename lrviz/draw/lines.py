"""The lines of a panel, what tells one from the others, and how much all of them may take."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.patheffects import AbstractPathEffect
from matplotlib.transforms import Transform
from matplotlib.typing import ColorType

from lrviz.curve import Values
from lrviz.draw.chart import Layout
from lrviz.draw.panels import Panel, Row
from lrviz.draw.trace import raise_steps
from lrviz.spec.options import FigureOptions
from lrviz.spec.style import LineStyle, Style

NESTED = 0.4  # how much smaller the last line's markers are: the first one's show around them
THINNER, THINNEST = 0.6, 0.4  # how wide a line is whose pattern has been used, and at least
AGAIN = 0.8  # how wide a line is whose colour and pattern have been used before, likewise
WIDTHS = 4  # as many widths of that kind are told apart; then they come again

DOT = 2.0  # how large a point of a log is, as a multiple of a line's width

# The length of a pattern, at least, in pixels; what is drawn in a shorter one is a line.
LEAST_PERIOD = 1.0

# From one marker to the next, at least, in their sizes, so that a line's pattern shows between.
APART = 2.5

# The pattern of what follows a held metric, by the line's own; dotted for the others.
HELD: Mapping[str, LineStyle] = {"-": "--", ":": "--"}

# What is drawn of each of matplotlib's own patterns and what is not, in widths of the line.
DASHES: Mapping[str, Sequence[float]] = {
    "-": (1,),
    "--": (3.7, 1.6),
    "-.": (6.4, 1.6, 1, 1.6),
    ":": (1, 1.65),
}

# A line of more pixels, a stretch of which is not so many from the next on average, is drawn in
# parts and, as no dashes can be seen in it, without gaps.
SHORT, DENSE = 10_000, 4

# The length, in pixels, of a part: Agg needs memory for every pixel that it draws at once.
PART = 100_000

# The pixels of a plain line that take as long as one of a dashed line, at most; as a point, which
# is held, too; as a marker; and as a pixel of its size.
DASHED, POINT, MARKER, OUTLINE = 6, 80, 100, 20

# The pixels of the plain line that a figure takes as long to draw as, at most.
MAX_LENGTH = 400_000_000


def choose_look(
    style: Style, index: int, count: int, dot: float = math.inf, order: int = 0
) -> dict[str, Any]:
    """Return how a line is drawn, as matplotlib is told.

    Colour and pattern change from line to line; it is thinner where all of them have been used.
    What is drawn with less ink lies above, so that of equal lines each shows. Where lines stand in
    an order and the style has a ramp of colours, a line's place in it is all that is told.

    Args:
        style: of the figure.
        index: of the line, from 0.
        count: of all lines.
        dot: pixels in a point; patterns of any length are told apart unless given.
        order: of the lines, as `find_order` gives it.

    >>> from lrviz.spec.style import styles
    >>> look = choose_look(styles()["light"], 7, 8)
    >>> look["linestyle"], look["linewidth"] < choose_look(styles()["light"], 1, 8)["linewidth"]
    ('--', True)
    """
    markersize = style.marker_size * (1 - NESTED * index / max(1, count - 1))
    if order and style.ramp:
        share = (index if order > 0 else count - 1 - index) / (count - 1)
        look = {"color": mix(style.ramp, share), "linestyle": "-", "markersize": markersize}
        return {**look, "linewidth": max(THINNER, 1 - count / 40) * style.linewidth, "zorder": 2}
    round, place = divmod(index, len(style.linestyles))
    again = index // math.lcm(len(style.colors), len(style.linestyles))
    width = style.linewidth * max(THINNEST, THINNER**round) * AGAIN ** (again % WIDTHS)
    pattern = style.linestyles[place]
    if sum(list_dashes(pattern)) * width * dot < LEAST_PERIOD:
        pattern = "-"
    return {
        "color": style.colors[index % len(style.colors)],
        "linestyle": pattern,
        "linewidth": width,
        "markersize": markersize,
        "zorder": 2 + 0.05 * (1 - measure_ink(pattern)) + 0.001 * round,
    }


def mix(colors: Sequence[str], share: float) -> str:
    """Return the colour at a part of the way through several.

    >>> mix(("#000000", "#ff0000", "#ff8000"), 0.25), mix(("#000000", "#ff0000", "#ff8000"), 0.75)
    ('#800000', '#ff4000')
    """
    channels = zip(*(bytes.fromhex(color[1:]) for color in colors), strict=True)
    place, stops = share * (len(colors) - 1), range(len(colors))
    return "#" + "".join(f"{round(np.interp(place, stops, each)):02x}" for each in channels)


def draw_lines(axes: Axes, panel: Panel, layout: Layout, options: FigureOptions) -> list[Line2D]:
    """Draw the lines of a panel; one without any values is empty.

    What follows a held metric is another line where the style says so, and is not returned.
    """
    style, rows, lines = layout.style, panel.rows, []
    for index, row in enumerate(rows):
        look = choose_look(style, index, len(rows), layout.dot, panel.lines.order)
        look["marker"] = "o" if _has_markers(row, layout, options.markers, len(rows)) else "None"
        if row.at is not None:
            look |= {"linestyle": "None", "marker": "o", "markersize": _dot(row, layout)}
            look["clip_on"] = bool(options.xlim or options.ylim)  # at the ends of an axis, too
        xs, points = row.pick(layout.xlim, int(layout.width))
        marks, held = np.arange(len(points)), points
        is_held = style.jumps == "post" and panel.quantity != "metric"  # which none holds between
        if is_held and row.at is None:
            marks, until, held = raise_steps(row.values, points)
            xs = row.place(until)
        ys = row.values[held]
        cut = end = len(xs)
        if row.held is not None and style.held == "dashed":
            cut = int(np.searchsorted(points, row.held))
            end = int(marks[cut]) if cut < len(marks) else end
        every = marks[:cut].tolist() if len(marks) < len(xs) else None
        lines += axes.plot(xs[:end], ys[:end], markevery=every, **look)
        if end < len(xs):
            start = max(end - 1, 0)
            look |= _hold(look, style)
            axes.plot(xs[start:], ys[start:], markevery=(marks[cut:] - start).tolist(), **look)
    return lines


def _dot(row: Row, layout: Layout) -> float:
    """Return how large, in points, what was logged is drawn: as a line is wide where it is one."""
    size = DOT * layout.style.linewidth
    first, last = sorted(map(row.index, layout.xlim))
    return size if (last - first) * size * layout.dot < layout.width else layout.style.linewidth


def _hold(look: Mapping[str, Any], style: Style) -> dict[str, Any]:
    """Return what is different in the look of a line that follows a held metric."""
    pattern = HELD.get(str(look["linestyle"]), ":")
    zorder = look["zorder"] + 0.05 * (measure_ink(look["linestyle"]) - measure_ink(pattern))
    return {"linestyle": pattern, "markerfacecolor": style.background, "zorder": zorder}


def _has_markers(row: Row, layout: Layout, wanted: bool | Literal["auto"], count: int) -> bool:
    if wanted != "auto":
        return wanted
    low, high = sorted(layout.xlim)
    gap = layout.width / (high * row.unit - low * row.unit)
    return gap > layout.style.marker_size * layout.dot * (APART if count > 1 else 1.0)


def list_dashes(pattern: LineStyle) -> Sequence[float]:
    """Return the lengths of a pattern's dashes and gaps in turn, in widths of its line."""
    return DASHES[pattern] if isinstance(pattern, str) else pattern[1]


def measure_ink(pattern: LineStyle) -> float:
    """Return the part of a pattern that is drawn.

    >>> [measure_ink(pattern) for pattern in DASHES]
    [1.0, 0.7, 0.7, 0.38]
    """
    dashes = list_dashes(pattern)
    return round(sum(dashes[::2]) / sum(dashes), 2)


def bound_effort(panels: Iterable[Axes]) -> str:
    """Have lines drawn as they are, and return why they are too many; empty where they are not."""
    effort = 0.0
    for axes in panels:
        area = axes.bbox.width * axes.bbox.height
        for line in axes.lines:
            places, is_marked = _place(line, axes), line.get_marker() != "None"
            length = float(np.hypot(*np.diff(places, axis=0).T).sum())
            is_dense = length > max(SHORT, area / DENSE)
            if is_dense or not (is_marked or np.diff(places[:, 1]).all()):
                line.set_path_effects([Exactly(1 + int(length / PART), plain=is_dense)])
            effort += length * (DASHED if line.is_dashed() and not is_dense else 1)
            outline = MARKER + OUTLINE * line.get_markersize() if is_marked else 0
            effort += len(places) * (POINT + outline)
    if effort <= MAX_LENGTH:
        return ""
    problem = f"takes as long to draw as a line of {effort:,.0f} pixels, more than {MAX_LENGTH:,}"
    return f"{problem}; draw fewer curves or a smaller figure"


def _place(line: Line2D, axes: Axes) -> Values:
    """Return where a line's points are, in pixels; none is more than one out of the axes."""
    left, bottom, right, top = axes.bbox.extents
    places: Values = line.get_transform().transform(np.asarray(line.get_xydata()))
    return np.clip(np.nan_to_num(places), (left - 1, bottom - 1), (right + 1, top + 1))


class Exactly(AbstractPathEffect):
    """Draws a path through all of its points, in parts if it is long; what is level is one segment.

    matplotlib leaves out points that would move a line by less than a ninth of a pixel, and what is
    level slopes for it. Its own `agg.path.chunksize` leaves a gap between two parts.
    """

    def __init__(self, parts: int, *, plain: bool) -> None:
        super().__init__()
        self.parts, self.plain = parts, plain

    def draw_path(
        self,
        renderer: RendererBase,
        gc: GraphicsContextBase,
        tpath: Path,
        affine: Transform,
        rgbFace: ColorType | None = None,  # noqa: N803 (matplotlib's name)
    ) -> None:
        """Draw a line, or a marker."""
        if rgbFace is not None:
            renderer.draw_path(gc, tpath, affine, rgbFace)
            return
        own = renderer.new_gc()
        own.copy_properties(gc)
        if self.plain:
            own.set_dashes(0, None)
            own.set_capstyle("projecting")  # there is no gap between two parts
        points = np.asarray(tpath.vertices)
        level = np.diff(points[:, 1]) == 0
        points = np.delete(points, np.flatnonzero(level[1:] & level[:-1]) + 1, axis=0)
        ends = np.linspace(0, len(points) - 1, self.parts + 1).astype(int)
        for start, end in pairwise(ends):
            part = Path(points[start : end + 1])
            part.should_simplify = False
            renderer.draw_path(own, part, affine, None)
        own.restore()
