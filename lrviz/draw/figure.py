"""From a run to a figure: axes, lines, limits, ticks and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from lrviz.curve import Quantity, Values
from lrviz.draw.chart import Chart, apply_settings, gather_settings
from lrviz.draw.fonts import choose_fonts, explain_missing
from lrviz.draw.geometry import Geometry, find_unit, plan_geometry, scale_style, share_height
from lrviz.draw.hidden import MARK, draw_mark, explain_hidden, mark_hidden
from lrviz.draw.joints import choose_band, draw_joints, name_phases
from lrviz.draw.legend import add_legend, lift_legend, measure_legend
from lrviz.draw.limits import find_limits, mend_limits, raise_limits
from lrviz.draw.phases import Phase, find_phases
from lrviz.draw.points import list_rows, pick_points
from lrviz.draw.text import fit_text, measure_with
from lrviz.draw.ticks import set_value_ticks
from lrviz.draw.words import NOTE, Words, find_words
from lrviz.draw.xaxis import (
    LEAST_HEIGHT,
    add_top_axis,
    has_two_units,
    measure_top_axis,
    set_step_axis,
)
from lrviz.errors import SpecError
from lrviz.run import Run
from lrviz.spec.options import FigureOptions

NESTED = 0.4
"""How much smaller the last line's markers are, so that the first one's show around them."""

TITLE = 1.2
"""The title's size, as a multiple of the labels'."""

TITLE_PAD = 6
"""Points between the title and what is below it."""


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
    phases = find_phases(run, options.x) if options.style.phases else ()
    text = "".join((words.text, *(phase.name for phase in phases)))
    fonts = choose_fonts(options.style.fonts, text)
    notes = [explain_missing(fonts.missing)] if fonts.missing else []
    grid = options.style.grid if options.grid is None else options.grid
    dense = geometry.measure_gap(geometry.unit) < 1
    settings = gather_settings(options.style, fonts.families, grid, dense)
    with apply_settings(settings):
        figure = Chart(settings, geometry.size, geometry.dpi, geometry.fit)
        notes += Painter(run, options, words, geometry, phases).paint(figure)
    return Built(figure, fonts.used, tuple(notes))


@dataclass(frozen=True, eq=False)
class Painter:
    """Draws one run on one figure."""

    run: Run
    options: FigureOptions
    words: Words
    geometry: Geometry
    phases: tuple[Phase, ...]

    def paint(self, figure: Chart) -> list[str]:
        """Draw everything; return what is worth a warning."""
        shares = share_height(len(self.options.panels))
        grid = figure.subplots(
            len(shares), sharex=True, squeeze=False, gridspec_kw={"height_ratios": shares}
        )
        panels: list[Axes] = list(grid[:, 0])
        style, geometry = self.options.style, self.geometry
        lines = [
            self._draw_lines(axes, quantity)
            for axes, quantity in zip(panels, self.options.panels, strict=True)
        ]
        set_step_axis(panels[-1], geometry, style)
        panels[-1].set_xlabel(self._fit(figure, self.words.xlabel, geometry.width))
        height = self._draw_above(figure, panels[0], lines[0])
        band = choose_band(self.phases, style, height)
        notes: list[str] = []
        for index, (axes, share) in enumerate(zip(panels, shares, strict=True)):
            notes += self._set_values(axes, lines[index], index, 0.0 if index else band)
            room = 0.8 * share * figure.bbox.height
            axes.set_ylabel(self._fit(figure, self.words.ylabels[index], room))
        draw_joints(panels, self.phases, geometry, style)
        if band and self._has_headroom(panels[0], band):
            name_phases(panels[0], self.phases, geometry, style)
        return notes

    def _draw_lines(self, axes: Axes, quantity: Quantity) -> list[Line2D]:
        """Draw a quantity of every curve and param group; one without it has an empty line."""
        style, geometry = self.options.style, self.geometry
        rows = list_rows(self.run, quantity)
        for index, (values, unit) in enumerate(zip(rows, self._units, strict=True)):
            points = pick_points(values, *geometry.find_ends(unit), int(geometry.width))
            axes.plot(
                points / unit,
                values[points],
                color=style.colors[index % len(style.colors)],
                linestyle=style.linestyles[index % len(style.linestyles)],
                marker="o" if self._has_markers(unit) else "None",
                markersize=style.marker_size * self._nest(index),
            )
        return list(axes.lines)

    @property
    def _units(self) -> list[float]:
        """The steps in one unit of the x axis, for every line."""
        curves = self.run.curves
        return [find_unit(curve, self.options.x) for curve in curves for _ in curve.groups]

    def _nest(self, index: int) -> float:
        """Return the size of a line's markers, as a multiple of the first line's."""
        return 1 - NESTED * index / max(1, len(self.words.names) - 1)

    def _has_markers(self, unit: float) -> bool:
        if self.options.markers != "auto":
            return self.options.markers
        return self.geometry.measure_gap(unit) > self.options.style.marker_size * self.geometry.dot

    def _set_values(
        self, axes: Axes, lines: Sequence[Line2D], index: int, band: float
    ) -> list[str]:
        """Set scale, limits and ticks of a y axis; mark and return what it cannot show."""
        quantity, scale = self.options.panels[index], self.options.yscale
        values = list_rows(self.run, quantity)
        base = max(max(curve.base_lr, default=0.0) for curve in self.run.curves)
        limits = find_limits(values, quantity, base, scale)
        if self.options.ylim and not index:
            limits = mend_limits(self.options.ylim, limits, scale)
        elif band:
            limits = raise_limits(limits, _find_highest(values), band, scale)
        axes.set_autoscaley_on(False)  # it would look at values that the scale cannot show
        axes.set_yscale(scale)
        axes.set_ylim(*limits)
        set_value_ticks(axes.yaxis, limits, scale, self.options.style.numbers == "short")
        if scale != "log":
            return []
        for place, (line, row, unit) in enumerate(zip(lines, values, self._units, strict=True)):
            size = MARK * self.options.style.marker_size * self._nest(place)
            mark_hidden(axes, line, row, unit, self.geometry, size)
        return explain_hidden(values, quantity)

    def _has_headroom(self, axes: Axes, band: float) -> bool:
        """Whether the top of the first panel is empty, which limits of a spec's own may prevent."""
        limits = axes.get_ylim()
        highest = _find_highest(list_rows(self.run, self.options.panels[0]))
        raised = raise_limits(limits, highest, 0.99 * band, self.options.yscale)
        return limits[0] < limits[1] == raised[1]

    def _draw_above(self, figure: Chart, axes: Axes, lines: Sequence[Line2D]) -> float:
        """Draw title, legend and second axis, as far as there are any; return the axes' height."""
        style, geometry = self.options.style, self.geometry
        legend = self._draw_legend(axes, lines)
        above = measure_legend(legend, style.font_size) if legend else 0.0
        title = TITLE * style.font_size
        text = self._fit(figure, self.words.title, geometry.width, 3, title)
        room = TITLE_PAD + 1.2 * title * (1 + text.count("\n")) if text else 0.0
        height = geometry.measure_height(len(self.options.panels), above + room, style.font_size)
        second = measure_top_axis(style)
        if (
            has_two_units(self.run, self.options, geometry)
            and height - second >= LEAST_HEIGHT * style.font_size
        ):
            add_top_axis(axes, geometry, style, self.options.x)
            above, height = above + second, height - second
            if legend:
                lift_legend(legend, axes, second)
        if text:
            loc: Literal["center", "left"] = "center" if style.title == "own" else "left"
            axes.set_title(text, loc=loc, y=1.0, fontsize=title, pad=TITLE_PAD + above)
        return height

    def _draw_legend(self, axes: Axes, lines: Sequence[Line2D]) -> Legend | None:
        """Draw the legend, if any: the lines' names, and what marks are."""
        style = self.options.style
        names = list(self.words.names) if self.words.legend else []
        handles = list(lines) if self.words.legend else []
        if self.words.note:
            names.append(NOTE)
            handles.append(draw_mark(style))
        if not names:
            return None
        return add_legend(axes, handles, names, style.font_size, self.geometry.width)

    def _fit(
        self, figure: Chart, text: str, room: float, lines: int = 2, size: float | None = None
    ) -> str:
        measure = measure_with(figure, size or self.options.style.font_size)
        return fit_text(text, room, lines, measure)


def _find_highest(rows: Sequence[Values]) -> float:
    return max((float(row.max()) for row in rows if row.size), default=0.0)


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
