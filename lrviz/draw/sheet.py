"""The contact sheet: every schedule small, in a grid, in one style."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from lrviz.curve import pick_points
from lrviz.draw.chart import Chart, Settings, apply_settings, gather_settings
from lrviz.draw.fonts import choose_fonts, measure_with
from lrviz.draw.lines import bound_effort
from lrviz.draw.panels import Limits, find_limits, mend_limits
from lrviz.draw.text import fit_captions
from lrviz.errors import UsageError
from lrviz.run.driven import Run, Thumbnail
from lrviz.spec.options import MAX_PIXELS, MAX_SIDE
from lrviz.spec.style import Style, styles
from lrviz.spell import spell_number, spell_steps

GAP = 0.8  # between a cell's edge and what is in it, in font sizes
LINE = 1.3  # from one line of text to the next, in font sizes
TICK = 0.4  # the length of a tick, and the distance to its label, in font sizes
LABEL = 0.85  # the size of a tick's label, as a multiple of the title's
APART = 1.5  # the distance of two steps from which on they have markers, in sizes of a marker
DIGITS = 3  # the significant digits of a tick's label

# The columns, at most, that a thumbnail keeps points for: more than a cell has.
COLUMNS = 512

CELL = (26, 17)  # width and height of a cell, in font sizes; where there are few, they are larger
LARGEST = 44
WIDE = 100  # the widest that a cell becomes, and the sheet that it becomes wider for, in font sizes
TEXT = 0.7  # the size of a sheet's text, as a multiple of the style's
LEGIBLE = 6.5  # the smallest size of text, in points, that a style with small text leads to
SMALLEST = 8.0  # pixels of text, at least, that many cells lead to while there is room for it
LEAST_LINES = 4  # the lines of text, at least, that a cell is high


@dataclass(frozen=True)
class Cells:
    """The plan of a sheet.

    Attributes:
        columns: cells beside each other.
        rows: of cells.
        width: of a cell, in pixels.
        height: of a cell, in pixels.
        em: the height of text, in pixels.
        scale: of everything else, against a sheet of few cells.
        ticks: whether there is room for ticks and their labels.
    """

    columns: int
    rows: int
    width: int
    height: int
    em: float
    scale: float
    ticks: bool

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the sheet, in pixels."""
        return self.columns * self.width, self.rows * self.height


def plan_cells(count: int, style: Style) -> Cells:
    """Return the plan of a sheet with so many cells.

    Cells shrink where they would be more than a picture can hold. Their text shrinks with them
    until it is hardly legible; then there are no ticks, and titles stay as large as they are while
    a cell has room for one.

    >>> from lrviz.spec.style import styles
    >>> plan_cells(17, styles()["light"]).pixels
    (1895, 988)
    """
    columns = math.ceil(math.sqrt(count))
    rows = -(-count // columns)
    em = max(TEXT * style.font_size, min(LEGIBLE, style.font_size)) * style.dpi / 72
    wide = em * min(max(WIDE / columns, CELL[0]), LARGEST)
    full = wide, wide * CELL[1] / CELL[0]
    sides = columns * full[0], rows * full[1]
    scale = min(1.0, *(MAX_SIDE / side for side in sides), math.sqrt(MAX_PIXELS / math.prod(sides)))
    width, height = (max(1, int(size * scale)) for size in full)
    ticks = em * scale >= SMALLEST
    text = em * scale if ticks else min(SMALLEST, height / LEAST_LINES)
    return Cells(columns, rows, width, height, text, scale, ticks)


def take_thumbnail(run: Run) -> Thumbnail:
    """Return what a sheet shows of a run."""
    rows = []
    for curve in run.curves:
        for values in curve.lr:
            points = pick_points(values, 0, run.steps, COLUMNS)
            rows.append((points.astype(np.float64), values[points]))
    base = max((max(curve.base_lr, default=0.0) for curve in run.curves), default=0.0)
    is_own = run.figure.panels[0] == "lr" and run.figure.yscale == "linear"
    return Thumbnail(tuple(rows), run.steps, base, run.figure.ylim if is_own else None)


def build_sheet(
    thumbnails: Sequence[Thumbnail], titles: Sequence[str], style: str = "light"
) -> Chart:
    """Return a sheet: several runs in one picture, each small and from zero, as an overview.

    Every param group of every curve is drawn; an axis names its ends only: the first and the last
    step, zero and the highest learning rate. However many there are, the picture is no larger than
    a picture may be: its panels are smaller, and say less.

    Args:
        thumbnails: one a run, at least one; what the specs say of style and axes does not count,
            the limits of learning rates aside.
        titles: as many; those too long for their panel lose their middle, and those that look the
            same are numbered.
        style: a built-in style's name.

    Raises:
        UsageError: there is no run, or no such style.
    """
    if not thumbnails:
        raise UsageError("a sheet needs a schedule at least")
    if style not in styles():
        raise UsageError(f"no style '{style}'; there are {', '.join(styles())}")
    chosen = styles()[style]
    cells = plan_cells(len(thumbnails), chosen)
    fonts = choose_fonts(chosen.fonts, "".join((*titles, "…")))
    settings = _gather_settings(chosen, cells, fonts.families)
    with apply_settings(settings):
        width, height = cells.pixels  # a hundredth more: what is cut off is cut to whole pixels
        size = (width + 0.01) / chosen.dpi, (height + 0.01) / chosen.dpi
        figure = Chart(settings, size, chosen.dpi, False, fonts)
        _draw_panels(figure, cells, thumbnails, titles, chosen)
        bound_effort(figure.axes)
    return figure


def _gather_settings(style: Style, cells: Cells, fonts: tuple[str, ...]) -> Settings:
    """Return the style's settings with everything in them as small as the cells are."""
    factor, thinnest, size = TEXT * cells.scale, 72 / style.dpi, cells.em * 72 / style.dpi
    linewidth = max(style.linewidth * factor, thinnest)
    sizes = {"linewidth": linewidth, "marker_size": style.marker_size * factor, "font_size": size}
    own, grid = style.model_copy(update=sizes), style.grid and cells.ticks
    settings = gather_settings(own, fonts, grid, "paths")
    hair = max(0.6 * cells.scale, thinnest / 2)
    hairlines = ("axes.linewidth", "xtick.major.width", "ytick.major.width", "grid.linewidth")
    lengths = {f"{axis}tick.major.{name}": TICK * size for axis in "xy" for name in ("size", "pad")}
    return {
        **settings,
        **dict.fromkeys(hairlines, hair),
        **lengths,
        **dict.fromkeys(("xtick.labelsize", "ytick.labelsize"), LABEL * size),
        "axes.grid.axis": "y",
        "axes.titlesize": size,
        "axes.titlepad": TICK * size,
        "axes.titlelocation": "left",
        "axes.titley": 1.0,
    }


def _draw_panels(
    figure: Chart,
    cells: Cells,
    thumbnails: Sequence[Thumbnail],
    titles: Sequence[str],
    style: Style,
) -> None:
    """Draw a panel a run, from left to right and from top to bottom."""
    em, points = cells.em, cells.em * 72 / style.dpi
    left = bottom = right = GAP * em / 2
    if cells.ticks:
        labels = {label for each in thumbnails for label in _spell_values(_plan_axis(each)[1])}
        widest = max(map(measure_with(figure, LABEL * points), labels))
        beside = GAP + 2 * TICK
        left, bottom, right = widest + beside * em, (beside + LABEL) * em, GAP * em
    width = cells.width - left - right
    captions = fit_captions(titles, width, measure_with(figure, points))
    height = max(cells.height - bottom - (LINE + GAP) * em, 1.0)
    across, up = cells.pixels
    apart = APART * style.marker_size * cells.scale * style.dpi / 72
    for place, (thumbnail, caption) in enumerate(zip(thumbnails, captions, strict=True)):
        row, column = divmod(place, cells.columns)
        x, y = column * cells.width + left, (cells.rows - 1 - row) * cells.height + bottom
        box = x / across, y / up, max(width, 1.0) / across, height / up
        axes = figure.add_axes(box, title=caption)
        _draw_lines(axes, thumbnail, style, width / thumbnail.steps > apart)
        _set_ticks(axes, thumbnail, cells, LINE * em / height)


def _draw_lines(axes: Axes, thumbnail: Thumbnail, style: Style, markers: bool) -> None:
    """Draw every param group of every curve."""
    for index, (points, values) in enumerate(thumbnail.rows):
        axes.plot(
            points,
            values,
            color=style.colors[index % len(style.colors)],
            linestyle=style.linestyles[index % len(style.linestyles)],
            marker="o" if markers else "None",
        )


def _set_ticks(axes: Axes, thumbnail: Thumbnail, cells: Cells, line: float) -> None:
    """Set limits; name the ends of both axes as far as there is room for lines of text."""
    (low, high), ends = _plan_axis(thumbnail)
    axes.set_xlim(0, thumbnail.steps)
    axes.set_ylim(low, high)
    values: list[float] = []
    for value in ends if cells.ticks else ():
        if all(abs(value - other) >= line * (high - low) for other in values):
            values.append(value)
    axes.set_yticks(values, _spell_values(values))
    steps = (0, thumbnail.steps) if cells.ticks else ()
    axes.set_xticks(steps, spell_steps(steps))
    for place, tick in enumerate(axes.xaxis.get_major_ticks()):
        tick.label1.set_horizontalalignment("right" if place else "left")


def _plan_axis(thumbnail: Thumbnail) -> tuple[Limits, list[float]]:
    """Return the ends of a y axis, and what it names: 0 and the ends of what it shows."""
    rows = [values for _, values in thumbnail.rows]
    low, high = find_limits(rows, "lr", thumbnail.base_lr, "linear")
    base, values = thumbnail.base_lr, np.concatenate(rows)
    if given := thumbnail.ylim:
        low, high = mend_limits((min(given), max(given)), (low, high), "linear")
        base = 0.0
    top, bottom = max(base, 0.0, float(values.max())), min(0.0, float(values.min()))
    ends = 0.0, min(top, high), max(bottom, low)
    return (low, high), [end for end in ends if low <= end <= high]


def _spell_values(values: Sequence[float]) -> list[str]:
    return [spell_number(value, DIGITS) for value in values]
