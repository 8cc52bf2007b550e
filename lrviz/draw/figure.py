"""From a run to a figure: axes, lines, limits, ticks and words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lrviz.curve import Quantity, Values
from lrviz.draw.chart import Chart, apply_settings, gather_settings
from lrviz.draw.fonts import choose_fonts, explain_missing
from lrviz.draw.geometry import Geometry, find_unit, plan_geometry, scale_style, share_height
from lrviz.draw.legend import add_legend
from lrviz.draw.limits import find_limits, mend_limits
from lrviz.draw.points import pick_points
from lrviz.draw.text import fit_text, measure_with
from lrviz.draw.ticks import choose_spacing, set_step_ticks, set_value_ticks
from lrviz.draw.words import Words, find_words
from lrviz.errors import SpecError
from lrviz.run import Run
from lrviz.spec.options import FigureOptions

NESTED = 0.4
"""How much smaller the last line's markers are, so that the first one's show around them."""

TITLE = 1.2
"""The title's size, as a multiple of the labels'."""

TITLE_PAD = 6
"""Points between the title and what is below it."""

DIGIT = 0.64
"""The width of a digit, in font sizes."""


@dataclass(frozen=True, eq=False)
class Built:
    """A figure, and what came up while it was built.

    Attributes:
        figure: ready to be drawn.
        fonts: the families that its text is drawn with, in order of preference.
        warnings: one line each.
    """

    figure: Chart
    fonts: tuple[str, ...]
    warnings: tuple[str, ...]


def build_chart(run: Run, options: FigureOptions) -> Built:
    """Return the figure of a run.

    Raises:
        SpecError: a panel's quantity is one that no optimizer of the run has.
    """
    _refuse_missing(run, options.panels)
    options = scale_style(options)
    words = find_words(run, options)
    geometry = plan_geometry(run, options, words)
    fonts = choose_fonts(options.style.fonts, words.text)
    notes = [explain_missing(fonts.missing)] if fonts.missing else []
    grid = options.style.grid if options.grid is None else options.grid
    dense = geometry.measure_gap(geometry.unit) < 1
    settings = gather_settings(options.style, fonts.families, grid, dense)
    with apply_settings(settings):
        figure = Chart(settings, geometry.size, geometry.dpi, geometry.fit)
        notes += Painter(run, options, words, geometry).paint(figure)
    return Built(figure, fonts.used, tuple(notes))


@dataclass(frozen=True, eq=False)
class Painter:
    """Draws one run on one figure."""

    run: Run
    options: FigureOptions
    words: Words
    geometry: Geometry

    def paint(self, figure: Chart) -> list[str]:
        """Draw everything; return what is worth a warning."""
        shares = share_height(len(self.options.panels))
        grid = figure.subplots(
            len(shares), sharex=True, squeeze=False, gridspec_kw={"height_ratios": shares}
        )
        panels: list[Axes] = list(grid[:, 0])
        notes: list[str] = []
        for index, (axes, share) in enumerate(zip(panels, shares, strict=True)):
            lines = self._draw_lines(axes, self.options.panels[index])
            notes += self._set_values(axes, index)
            room = 0.8 * share * figure.bbox.height
            axes.set_ylabel(self._fit(figure, self.words.ylabels[index], room))
            if not index:
                above = self._draw_legend(axes, lines)
        self._set_steps(figure, panels[-1])
        self._draw_title(figure, panels[0], above)
        return notes

    def _draw_lines(self, axes: Axes, quantity: Quantity) -> list[Line2D]:
        """Draw a quantity of every curve and param group; one without it has an empty line."""
        style, geometry = self.options.style, self.geometry
        rows = _rows(self.run, quantity)
        x = self.options.x
        units = [find_unit(curve, x) for curve in self.run.curves for _ in curve.groups]
        for index, (values, unit) in enumerate(zip(rows, units, strict=True)):
            points = pick_points(values, *geometry.find_ends(unit), int(geometry.width))
            axes.plot(
                points / unit,
                values[points],
                color=style.colors[index % len(style.colors)],
                linestyle=style.linestyles[index % len(style.linestyles)],
                marker="o" if self._has_markers(unit) else "None",
                markersize=style.marker_size * (1 - NESTED * index / max(1, len(rows) - 1)),
            )
        return list(axes.lines)

    def _has_markers(self, unit: float) -> bool:
        if self.options.markers != "auto":
            return self.options.markers
        return self.geometry.measure_gap(unit) > self.options.style.marker_size * self.geometry.dot

    def _set_values(self, axes: Axes, index: int) -> list[str]:
        """Set scale, limits and ticks of a y axis; return what it cannot show."""
        quantity, scale = self.options.panels[index], self.options.yscale
        values = _rows(self.run, quantity)
        base = max(max(curve.base_lr, default=0.0) for curve in self.run.curves)
        limits = find_limits(values, quantity, base, scale)
        if self.options.ylim and not index:
            limits = mend_limits(self.options.ylim, limits, scale)
        axes.set_autoscaley_on(False)  # it would look at values that the scale cannot show
        axes.set_yscale(scale)
        axes.set_ylim(*limits)
        set_value_ticks(axes.yaxis, limits, scale, self.options.style.numbers == "short")
        return _explain_hidden(values, quantity) if scale == "log" else []

    def _set_steps(self, figure: Chart, axes: Axes) -> None:
        """Set limits, ticks and label of the x axis that the panels share."""
        style, geometry = self.options.style, self.geometry
        axes.set_xlim(*geometry.xlim)
        longest = max(len(f"{end:,.0f}") for end in geometry.xlim) + 2
        spacing = choose_spacing(
            abs(geometry.xlim[1] - geometry.xlim[0]),
            geometry.epoch / geometry.unit,
            1 / geometry.unit,
            geometry.width,
            DIGIT * longest * style.font_size * geometry.dot,
        )
        set_step_ticks(axes.xaxis, spacing, style.numbers == "short")
        axes.set_xlabel(self._fit(figure, self.words.xlabel, geometry.width))

    def _draw_legend(self, axes: Axes, lines: Sequence[Line2D]) -> float:
        """Draw the legend, if any; return its height in points."""
        if not self.words.legend:
            return 0.0
        size = self.options.style.font_size
        legend = add_legend(axes, lines, self.words.names, size, self.geometry.width)
        return float(legend.get_window_extent().height) / self.geometry.dot + 0.5 * size

    def _draw_title(self, figure: Chart, axes: Axes, above: float) -> None:
        """Draw the title, if any, above a legend of the given height in points."""
        if not self.words.title:
            return
        style = self.options.style
        size = TITLE * style.font_size
        text = self._fit(figure, self.words.title, self.geometry.width, 3, size)
        own = style.title == "own"
        axes.set_title(text, loc="center" if own else "left", fontsize=size, pad=TITLE_PAD + above)

    def _fit(
        self, figure: Chart, text: str, room: float, lines: int = 2, size: float | None = None
    ) -> str:
        measure = measure_with(figure, size or self.options.style.font_size)
        return fit_text(text, room, lines, measure)


def _rows(run: Run, quantity: Quantity) -> list[Values]:
    """Return the values of every param group of every curve; none where it has no such quantity."""
    rows: list[Values] = []
    for curve in run.curves:
        values = curve.quantity(quantity)
        rows += [np.empty(0)] * len(curve.groups) if values is None else list(values)
    return rows


def _refuse_missing(run: Run, panels: Sequence[Quantity]) -> None:
    """Raise for a panel that no curve has a line for."""
    problems = [
        run.spec.source.problem(
            ("figure", "panels", index),
            f"the optimizer {run.spec.optimizer.name} has no {quantity}; leave the panel out",
        )
        for index, quantity in enumerate(panels)
        if all(curve.quantity(quantity) is None for curve in run.curves)
    ]
    if problems:
        raise SpecError(problems)


def _explain_hidden(values: Sequence[Values], quantity: str) -> list[str]:
    """Return a note on the values for which a log axis has no place."""
    hidden = sum(int(np.count_nonzero(row <= 0)) for row in values)
    if not hidden:
        return []
    count = sum(row.size for row in values)
    return [f"{quantity}: a log axis cannot show {hidden} of {count} values, which are 0 or below"]
