"""The contact sheet: every schedule small, in a grid, in one style."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from lrviz.draw.chart import Built, Chart, Settings, apply_settings, gather_settings
from lrviz.draw.fonts import choose_fonts, explain_missing
from lrviz.draw.lines import bound_effort
from lrviz.draw.outputs import Drawing, capture_pixels
from lrviz.draw.scale import Limits, find_limits
from lrviz.draw.text import Measure, fit_captions, measure_with
from lrviz.errors import UsageError
from lrviz.run.driven import Thumbnail
from lrviz.spec.options import MAX_PIXELS, MAX_SIDE
from lrviz.spec.style import Style, styles
from lrviz.spell import spell_number, spell_steps

GAP = 0.8  # between a cell's edge and what is in it, in font sizes
LINE = 1.3  # from one line of text to the next, in font sizes
TICK = 0.4  # the length of a tick, and the distance to its label, in font sizes
LABEL = 0.85  # the size of a tick's label, as a multiple of the title's
APART = 1.5  # the distance of two steps from which on they have markers, in sizes of a marker
DIGITS = 3  # the significant digits of a tick's label

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


def draw_thumbnails(
    thumbnails: Sequence[Thumbnail], titles: Sequence[str], style: str = "light"
) -> Drawing:
    """Return a sheet: several runs in one picture, each small and from zero, as an overview.

    Every param group of every curve is drawn; an axis names its ends only: the first and the last
    step, zero and the highest learning rate. However many there are, the picture is no larger than
    a picture may be: its panels are smaller, and say less.

    Args:
        thumbnails: one a run, at least one; what the specs say of style and axes does not count.
        titles: as many; those too long for their panel lose their middle, and those that look the
            same are numbered.
        style: a built-in style's name.

    Raises:
        UsageError: there is no run, or no such style.
    """
    return capture_pixels(build_sheet(thumbnails, titles, style))


def build_sheet(
    thumbnails: Sequence[Thumbnail], titles: Sequence[str], style: str = "light"
) -> Built:
    """Return the figure of a sheet; as `draw_thumbnails`."""
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
        figure = Chart(settings, size, chosen.dpi, fit=False)
        labels = [label for each in thumbnails for label in _spell_values(_list_ends(each))]
        _Sheet(figure, cells, chosen, labels).draw(thumbnails, titles)
        bound_effort(figure.axes)
    notes = (explain_missing(fonts.missing),) if fonts.missing else ()
    return Built(figure, fonts.used, notes)


def _gather_settings(style: Style, cells: Cells, fonts: tuple[str, ...]) -> Settings:
    """Return the style's settings with everything in them as small as the cells are."""
    dot = style.dpi / 72
    factor, thinnest = TEXT * cells.scale, 1 / dot
    small = style.model_copy(
        update={
            "font_size": cells.em / dot,
            "linewidth": max(style.linewidth * factor, thinnest),
            "marker_size": style.marker_size * factor,
        }
    )
    hair = max(0.6 * cells.scale, thinnest / 2)
    settings = gather_settings(small, fonts, style.grid and cells.ticks)
    return {
        **settings,
        **dict.fromkeys(("axes.linewidth", "xtick.major.width", "ytick.major.width"), hair),
        "axes.grid.axis": "y",
        "grid.linewidth": hair,
    }


class _Sheet:
    """Draws schedules on one figure, with room for labels of all of them."""

    def __init__(self, figure: Chart, cells: Cells, style: Style, labels: Iterable[str]) -> None:
        self.figure, self.cells, self.style = figure, cells, style
        self.dot = style.dpi / 72
        em = cells.em
        self.left = self.bottom = self.right = GAP * em / 2
        if cells.ticks:
            self.left = max(map(self._measure(LABEL), labels)) + (GAP + 2 * TICK) * em
            self.bottom, self.right = (GAP + 2 * TICK + LABEL) * em, GAP * em
        self.width = cells.width - self.left - self.right

    def draw(self, thumbnails: Sequence[Thumbnail], titles: Sequence[str]) -> None:
        """Draw a panel a run, from left to right and from top to bottom."""
        captions, lines = list(titles), 1
        for lines in (1, 2) if self.cells.ticks else (1,):
            captions = fit_captions(titles, self.width, lines, self._measure(1.0))
            if not any("…" in caption for caption in captions):
                break
        top = (lines * LINE + GAP) * self.cells.em
        height = max(self.cells.height - self.bottom - top, 1.0)
        all_width, all_height = self.cells.pixels
        for place, (thumbnail, caption) in enumerate(zip(thumbnails, captions, strict=True)):
            row, column = divmod(place, self.cells.columns)
            x = column * self.cells.width + self.left
            y = (self.cells.rows - 1 - row) * self.cells.height + self.bottom
            size = max(self.width, 1.0) / all_width, height / all_height
            axes = self.figure.add_axes((x / all_width, y / all_height, *size))
            self._draw_lines(axes, thumbnail)
            self._set_ticks(axes, thumbnail, height)
            size_of_title, pad = self._points(1.0), self._points(TICK)
            axes.set_title(caption, loc="left", fontsize=size_of_title, y=1.0, pad=pad)

    def _draw_lines(self, axes: Axes, thumbnail: Thumbnail) -> None:
        """Draw every param group of every curve."""
        style, apart = self.style, self.width / thumbnail.steps
        markers = apart > APART * style.marker_size * self.cells.scale * self.dot
        for index, (points, values) in enumerate(thumbnail.rows):
            axes.plot(
                points,
                values,
                color=style.colors[index % len(style.colors)],
                linestyle=style.linestyles[index % len(style.linestyles)],
                marker="o" if markers else "None",
            )

    def _set_ticks(self, axes: Axes, thumbnail: Thumbnail, height: float) -> None:
        """Set limits; name the ends of both axes as far as there is room."""
        low, high = _find_limits(thumbnail)
        axes.set_xlim(0, thumbnail.steps)
        axes.set_ylim(low, high)
        axes.tick_params(
            length=self._points(TICK), pad=self._points(TICK), labelsize=self._points(LABEL)
        )
        gap = LINE * self.cells.em * (high - low) / height
        values = _keep_apart(_list_ends(thumbnail), gap) if self.cells.ticks else []
        axes.set_yticks(values, _spell_values(values))
        ends = (0, thumbnail.steps) if self.cells.ticks else ()
        axes.set_xticks(ends, spell_steps(ends))
        for place, tick in enumerate(axes.xaxis.get_major_ticks()):
            tick.label1.set_horizontalalignment("right" if place else "left")

    def _points(self, size: float) -> float:
        """Return font sizes in points."""
        return size * self.cells.em / self.dot

    def _measure(self, size: float) -> Measure:
        return measure_with(self.figure, self._points(size))


def _list_ends(thumbnail: Thumbnail) -> list[float]:
    """Return what a y axis names: 0 and the ends of what it shows."""
    rows = [values for _, values in thumbnail.rows]
    high = max(thumbnail.base_lr, 0.0, *(float(row.max()) for row in rows))
    low = min(0.0, *(float(row.min()) for row in rows))
    bottom, top = _find_limits(thumbnail)
    return [value for value in (0.0, high, low) if bottom <= value <= top]


def _find_limits(thumbnail: Thumbnail) -> Limits:
    """Return the ends of a schedule's y axis."""
    rows = [values for _, values in thumbnail.rows]
    return find_limits(rows, "lr", thumbnail.base_lr, "linear")


def _keep_apart(values: Sequence[float], gap: float) -> list[float]:
    """Return the values that are no closer to one kept before than a gap."""
    kept: list[float] = []
    for value in values:
        if all(abs(value - other) >= gap for other in kept):
            kept.append(value)
    return kept


def _spell_values(values: Sequence[float]) -> list[str]:
    return [spell_number(value, DIGITS) for value in values]
