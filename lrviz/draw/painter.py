"""From a run to a figure: its panels, one below the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from lrviz.curve import Quantity, Values
from lrviz.draw.axes import add_top_axis, measure_top_axis, set_step_axis, set_value_axis
from lrviz.draw.chart import Built, Chart, apply_settings, gather_settings, lift
from lrviz.draw.floor import draw_mark, explain_hidden, mark_hidden, sink_hidden
from lrviz.draw.fonts import choose_fonts, explain_missing
from lrviz.draw.geometry import LEAST_TEXT, Geometry, plan_geometry, scale_style, share_height
from lrviz.draw.legend import add_legend, measure_legend
from lrviz.draw.lines import bound_effort, draw_lines
from lrviz.draw.phase_labels import (
    draw_handovers,
    draw_labels,
    keep_apart,
    measure_band,
    plan_labels,
)
from lrviz.draw.phases import Phase, find_phases
from lrviz.draw.points import find_range, list_held, list_rows, list_seen, list_units
from lrviz.draw.scale import explain_empty, raise_limits
from lrviz.draw.text import fit_text, measure_with
from lrviz.draw.titles import Words, find_words
from lrviz.errors import SpecError
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions

TITLE = 1.2  # the title's size, as a multiple of the labels'
TITLE_PAD = 0.5  # between the title and what is below it, in the title's font sizes
TITLE_LINES = 3
LEAST_EPOCHS = 1.5  # what the x axis shows, at least, for one in epochs to say more than it does
LEAST_HEIGHT = 14  # of axes with a second x axis, in font sizes, at least


def build_chart(run: Run, options: FigureOptions) -> Built:
    """Return the figure of a run.

    Raises:
        SpecError: a panel's quantity is one that no optimizer of the run has, or the lines are more
            than can be drawn in reasonable time.
    """
    _refuse_missing(run, options.panels)
    options = scale_style(options)
    words = find_words(run, options)
    geometry = plan_geometry(run, options, words)
    phases = keep_apart(find_phases(run, options.x), geometry) if options.style.phases else ()
    text = "".join((words.text, *(phase.name for phase in phases)))
    fonts = choose_fonts(options.style.fonts, text)
    notes = [explain_missing(fonts.missing)] if fonts.missing else []
    grid = options.style.grid if options.grid is None else options.grid
    settings = gather_settings(options.style, fonts.families, grid)
    with apply_settings(settings):
        figure = Chart(settings, geometry.size, geometry.dpi, geometry.fit)
        notes += Painter(figure, run, options, words, geometry, phases).paint()
    return Built(figure, fonts.used, tuple(notes))


@dataclass(frozen=True, eq=False)
class Painter:
    """Draws one run on one figure."""

    figure: Chart
    run: Run
    options: FigureOptions
    words: Words
    geometry: Geometry
    phases: Sequence[Phase]

    def paint(self) -> list[str]:
        """Draw everything; return what is worth a warning."""
        style, geometry, held = self.options.style, self.geometry, list_held(self.run)
        shares = share_height(len(self.options.panels))
        grid = self.figure.subplots(
            len(shares), sharex=True, squeeze=False, gridspec_kw={"height_ratios": shares}
        )
        panels: list[Axes] = list(grid[:, 0])
        lines = [
            draw_lines(axes, rows, self._units, self.options, geometry, held)
            for axes, rows in zip(panels, self._rows, strict=True)
        ]
        panels[-1].set_xlabel(self._fit(self.words.xlabel, geometry.width, style.font_size))
        height, has_axis = self._draw_above(panels[0], lines[0])
        alone = self._has_one_epoch and not has_axis
        set_step_axis(panels[-1], geometry, style, alone=alone)
        labels, band = [], 0.0
        wanted = find_range(self.run, self.options, 0)[0] if self.options.ylim else None
        notes = list(filter(None, [explain_empty(self._seen[0], wanted)]))
        if self.phases:
            labels = plan_labels(self.figure, self.phases, geometry, style, height)
            band = max((measure_band(label.row, style, height) for label in labels), default=0.0)
        for index, (axes, share) in enumerate(zip(panels, shares, strict=True)):
            notes += self._set_values(axes, lines[index], index, 0.0 if index else band)
            self._name_values(axes, index, height * share / shares[0] * geometry.dot)
        self.figure.align_ylabels(panels)
        if self.phases:
            draw_handovers(panels, self.phases, geometry, style)
            if self._is_free(panels[0], band):
                draw_labels(panels[0], labels, geometry, style)
        problem = bound_effort(panels)
        if problem:
            raise SpecError([self.run.spec.source.problem(("figure",), problem)])
        return notes

    @cached_property
    def _units(self) -> list[float]:
        """The steps in one unit of the x axis, for every line."""
        return list_units(self.run, self.options.x)

    @cached_property
    def _rows(self) -> list[list[Values]]:
        """The values of every line, for every panel."""
        return [list_rows(self.run, quantity) for quantity in self.options.panels]

    @cached_property
    def _seen(self) -> list[list[Values]]:
        """Those of them that are in view."""
        return [
            [
                list_seen(row, self.geometry.xlim, unit)
                for row, unit in zip(rows, self._units, strict=True)
            ]
            for rows in self._rows
        ]

    @property
    def _has_one_epoch(self) -> bool:
        """Whether an epoch has as many steps for all curves."""
        return len({curve.steps_per_epoch for curve in self.run.curves}) == 1

    def _fit(self, text: str, room: float, size: float, lines: int = 2) -> str:
        return fit_text(text, room, lines, measure_with(self.figure, size))

    def _draw_above(self, axes: Axes, lines: Sequence[Line2D]) -> tuple[float, bool]:
        """Draw title, legend and second axis, none over another, as far as there is room.

        Returns:
            How high the first panel's axes are below them, in points, about; whether there is a
            second axis.
        """
        style, geometry = self.options.style, self.geometry
        legend = self._draw_legend(axes, lines)
        above = measure_legend(legend, style.font_size) if legend else 0.0
        size = TITLE * style.font_size
        title = self._fit(self.words.title, geometry.width, size, TITLE_LINES)
        room = (TITLE_PAD + 1.2 * (1 + title.count("\n"))) * size if title else 0.0
        height = geometry.measure_height(len(self.options.panels), above + room, style.font_size)
        second = measure_top_axis(style)
        has_axis = self._has_two_units and height - second >= LEAST_HEIGHT * style.font_size
        if has_axis:
            add_top_axis(axes, geometry, style, self.options.x)
            above, height = above + second, height - second
            if legend:
                legend.set_bbox_to_anchor((0, 1), transform=axes.transAxes + lift(axes, second))
        if title:
            loc: Literal["center", "left"] = "center" if style.title == "own" else "left"
            pad = TITLE_PAD * size + above
            axes.set_title(title, loc=loc, y=1.0, fontsize=size, pad=pad)
        return height, has_axis

    def _draw_legend(self, axes: Axes, lines: Sequence[Line2D]) -> Legend | None:
        """Draw the legend, if any: the lines' names, and what marks are."""
        style, words = self.options.style, self.words
        note = (draw_mark(style), words.note) if words.note else None
        if not (words.legend or note):
            return None
        lines, names = (lines, words.names) if words.legend else ([], ())
        return add_legend(axes, lines, names, style.font_size, self.geometry.width, note)

    @property
    def _has_two_units(self) -> bool:
        """Whether a second axis says something: steps and epochs differ, alike for all curves."""
        low, high = self.geometry.find_ends(self.geometry.unit)
        is_long = abs(high - low) >= LEAST_EPOCHS * self.geometry.epoch
        return (
            self.options.style.second_axis
            and self._has_one_epoch
            and self.geometry.epoch > 1
            and (self.options.x == "epoch" or is_long)
        )

    def _set_values(
        self, axes: Axes, lines: Sequence[Line2D], index: int, band: float
    ) -> list[str]:
        """Set scale, limits and ticks of a y axis; mark and return what it cannot show."""
        scale, highest = self.options.yscale, _find_highest(self._seen[index])
        limits, floor = find_range(self.run, self.options, index)
        given = bool(self.options.ylim) and not index
        if band and not given:
            limits = raise_limits(limits, highest, band, scale)
        set_value_axis(axes, limits, scale, plain=self._has_plain_numbers)
        if scale == "log" and highest <= 0 and not given:
            # Beside values that the axis only marks they would be read.
            axes.yaxis.set_ticks([])
            axes.yaxis.set_ticks([], minor=True)
        for line in axes.lines if scale == "log" else ():  # it may lead to a value out of view
            sink_hidden(line, floor or 0.0, min(limits))
        if floor is None:
            return []
        for line, row, unit in zip(lines, self._rows[index], self._units, strict=True):
            mark_hidden(axes, line, row, floor, unit, self.geometry)
        return [explain_hidden(self._seen[index], floor, self.options.panels[index])]

    def _is_free(self, axes: Axes, band: float) -> bool:
        """Whether no curve is where names stand, which limits of a spec's own may not prevent."""
        limits, highest = axes.get_ylim(), _find_highest(self._seen[0])
        raised = raise_limits(limits, highest, 0.99 * band, self.options.yscale)
        return limits[0] < limits[1] == raised[1]

    @property
    def _has_plain_numbers(self) -> bool:
        """Whether ticks have their whole value: a factor would stand where other things do."""
        words = self.words
        above = words.legend or bool(words.note or words.title) or len(words.ylabels) > 1
        return self.options.style.numbers == "short" or above

    def _name_values(self, axes: Axes, index: int, room: float) -> None:
        """Write a y axis' label, smaller where a word of it would not fit."""
        text, size = self.words.ylabels[index], self.options.style.font_size
        longest = max(map(measure_with(self.figure, size), text.split() or [""]))
        size *= min(1.0, room / longest) if longest else 1.0
        size = max(size, LEAST_TEXT / self.geometry.dot)
        axes.set_ylabel(self._fit(text, room, size), fontsize=size)


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
