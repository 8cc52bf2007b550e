"""From a run to a figure: its panels, one below the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lrviz.curve import Quantity, Values
from lrviz.draw.axes import draw_above, has_one_epoch, set_step_axis, set_value_axis
from lrviz.draw.chart import Built, Chart, apply_settings, gather_settings
from lrviz.draw.floor import MARK, explain_hidden, mark_hidden, sink_hidden
from lrviz.draw.fonts import choose_fonts, explain_missing
from lrviz.draw.geometry import LEAST_TEXT, Geometry, plan_geometry, scale_style, share_height
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
from lrviz.draw.text import fit_in, measure_with
from lrviz.draw.titles import Words, find_words
from lrviz.errors import SpecError
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions


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
        notes += Painter(run, options, words, geometry, phases).paint(figure)
    return Built(figure, fonts.used, tuple(notes))


@dataclass(frozen=True, eq=False)
class Painter:
    """Draws one run on one figure."""

    run: Run
    options: FigureOptions
    words: Words
    geometry: Geometry
    phases: Sequence[Phase]

    def paint(self, figure: Chart) -> list[str]:
        """Draw everything; return what is worth a warning."""
        style, geometry = self.options.style, self.geometry
        shares = share_height(len(self.options.panels))
        grid = figure.subplots(
            len(shares), sharex=True, squeeze=False, gridspec_kw={"height_ratios": shares}
        )
        panels: list[Axes] = list(grid[:, 0])
        held = list_held(self.run)
        lines = [
            draw_lines(axes, self._list_rows(index), self._units, self.options, geometry, held)
            for index, axes in enumerate(panels)
        ]
        xlabel = fit_in(figure, self.words.xlabel, geometry.width, 2, style.font_size)
        panels[-1].set_xlabel(xlabel)
        above = draw_above(panels[0], lines[0], self.run, self.options, self.words, geometry)
        alone = has_one_epoch(self.run) and not above.has_axis
        set_step_axis(panels[-1], geometry, style, alone=alone)
        labels = plan_labels(figure, self.phases, geometry, style, above.left)
        band = max((measure_band(label.row, style, above.left) for label in labels), default=0.0)
        notes = self._explain_limits()
        for index, (axes, share) in enumerate(zip(panels, shares, strict=True)):
            notes += self._set_values(axes, lines[index], index, 0.0 if index else band)
            room = above.left * share / shares[0] * geometry.dot
            self._name_values(figure, axes, self.words.ylabels[index], room)
        figure.align_ylabels(panels)
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

    def _list_rows(self, index: int) -> list[Values]:
        """Return the values of a panel, of every line."""
        return list_rows(self.run, self.options.panels[index])

    def _list_seen(self, index: int) -> list[Values]:
        """Return those of them that are in view."""
        rows, limits = self._list_rows(index), self.geometry.xlim
        return [list_seen(row, limits, unit) for row, unit in zip(rows, self._units, strict=True)]

    def _set_values(
        self, axes: Axes, lines: Sequence[Line2D], index: int, band: float
    ) -> list[str]:
        """Set scale, limits and ticks of a y axis; mark and return what it cannot show."""
        scale, seen = self.options.yscale, self._list_seen(index)
        limits, floor = find_range(self.run, self.options, index)
        given = bool(self.options.ylim) and not index
        if band and not given:
            limits = raise_limits(limits, _find_highest(seen), band, scale)
        set_value_axis(axes, limits, scale, plain=self._has_plain_numbers)
        if scale == "log":
            if not (given or _find_highest(seen) > 0):
                axes.yaxis.set_ticks(
                    []
                )  # beside values that the axis only marks they would be read
                axes.yaxis.set_ticks([], minor=True)
            for line in axes.lines:  # it may lead to a value out of view
                sink_hidden(line, floor or 0.0, min(axes.get_ylim()))
        if floor is None:
            return []
        for line, row, unit in zip(lines, self._list_rows(index), self._units, strict=True):
            size = MARK * line.get_markersize()
            mark_hidden(axes, line, row, floor, unit, self.geometry, size)
        return [explain_hidden(seen, floor, self.options.panels[index])]

    def _explain_limits(self) -> list[str]:
        """Return a note on limits of the spec's own that leave nothing to be seen."""
        wanted = find_range(self.run, self.options, 0)[0] if self.options.ylim else None
        note = explain_empty(self._list_seen(0), wanted)
        return [note] if note else []

    def _is_free(self, axes: Axes, band: float) -> bool:
        """Whether no curve is where names stand, which limits of a spec's own may not prevent."""
        limits, highest = axes.get_ylim(), _find_highest(self._list_seen(0))
        raised = raise_limits(limits, highest, 0.99 * band, self.options.yscale)
        return limits[0] < limits[1] == raised[1]

    @property
    def _has_plain_numbers(self) -> bool:
        """Whether ticks have their whole value: a factor would stand where other things do."""
        words = self.words
        above = words.legend or bool(words.note or words.title) or len(words.ylabels) > 1
        return self.options.style.numbers == "short" or above

    def _name_values(self, figure: Chart, axes: Axes, text: str, room: float) -> None:
        """Write a y axis' label, smaller where a word of it would not fit."""
        size = self.options.style.font_size
        longest = max(map(measure_with(figure, size), text.split() or [""]))
        size *= min(1.0, room / longest) if longest else 1.0
        size = max(size, LEAST_TEXT / self.geometry.dot)
        axes.set_ylabel(fit_in(figure, text, room, 2, size), fontsize=size)


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
