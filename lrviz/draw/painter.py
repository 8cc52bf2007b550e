"""From a run to a figure: axes, lines, limits, ticks and words."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lrviz.curve import Quantity, Values
from lrviz.draw.axes import draw_above, has_one_epoch, set_step_axis
from lrviz.draw.chart import Chart, apply_settings, gather_settings
from lrviz.draw.floor import MARK, explain_hidden, mark_hidden, sink_hidden
from lrviz.draw.fonts import choose_fonts, explain_missing
from lrviz.draw.geometry import LEAST_TEXT, Geometry, plan_geometry, scale_style, share_height
from lrviz.draw.lines import draw_lines
from lrviz.draw.phase_labels import AFTER, BEFORE, Named, draw_joints, name_phases, plan_names
from lrviz.draw.phases import Phase, find_joints, find_phases, find_shared_phases
from lrviz.draw.pieces import ease_lines, explain_effort
from lrviz.draw.points import find_range, list_held, list_rows, list_seen, list_units, list_within
from lrviz.draw.scale import explain_empty, raise_limits
from lrviz.draw.text import fit_in, measure_with
from lrviz.draw.ticks import set_value_ticks
from lrviz.draw.titles import Words, find_words
from lrviz.errors import SpecError
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions


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
        SpecError: a panel's quantity is one that no optimizer of the run has, or the lines are more
            than can be drawn in reasonable time.
    """
    _refuse_missing(run, options.panels)
    options = scale_style(options)
    words = find_words(run, options)
    geometry = plan_geometry(run, options, words)
    phases, shared = (
        (find_phases(run, options.x), find_shared_phases(run, options.x))
        if options.style.phases
        else ((), ())
    )
    names = (*(phase.name for phase in phases), BEFORE, AFTER) if phases else ()
    text = "".join((words.text, *names))
    fonts = choose_fonts(options.style.fonts, text)
    notes = [explain_missing(fonts.missing)] if fonts.missing else []
    grid = options.style.grid if options.grid is None else options.grid
    settings = gather_settings(options.style, fonts.families, grid)
    with apply_settings(settings):
        figure = Chart(settings, geometry.size, geometry.dpi, geometry.fit)
        notes += Painter(run, options, words, geometry, phases, shared).paint(figure)
    return Built(figure, fonts.used, tuple(notes))


@dataclass(frozen=True, eq=False)
class Painter:
    """Draws one run on one figure."""

    run: Run
    options: FigureOptions
    words: Words
    geometry: Geometry
    phases: tuple[Phase, ...]
    shared: tuple[Phase, ...]

    def paint(self, figure: Chart) -> list[str]:
        """Draw everything; return what is worth a warning."""
        shares = share_height(len(self.options.panels))
        grid = figure.subplots(
            len(shares), sharex=True, squeeze=False, gridspec_kw={"height_ratios": shares}
        )
        panels: list[Axes] = list(grid[:, 0])
        style, geometry = self.options.style, self.geometry
        held = list_held(self.run)
        lines = [
            draw_lines(
                axes, list_rows(self.run, quantity), self._units, self.options, geometry, held
            )
            for axes, quantity in zip(panels, self.options.panels, strict=True)
        ]
        xlabel = fit_in(figure, self.words.xlabel, geometry.width, 2, style.font_size)
        panels[-1].set_xlabel(xlabel)
        above = draw_above(panels[0], lines[0], self.run, self.options, self.words, geometry)
        alone = has_one_epoch(self.run) and not above.has_axis
        set_step_axis(panels[-1], geometry, style, alone=alone)
        layouts = plan_names(figure, self.phases, self.shared, geometry, style, above.left)
        band = layouts[0].band if layouts else 0.0
        notes = self._explain_limits()
        for index, (axes, share) in enumerate(zip(panels, shares, strict=True)):
            notes += self._set_values(axes, lines[index], index, 0.0 if index else band)
            room = above.left * share / shares[0] * geometry.dot
            self._name_values(figure, axes, self.words.ylabels[index], room)
        figure.align_ylabels(panels)
        if style.phases:
            draw_joints(panels, find_joints(self.run, self.options.x), geometry, style)
        free = [[each for each in one.names if self._is_free(panels[0], each)] for one in layouts]
        name_phases(panels[0], max(free, key=len, default=[]), geometry, style)
        self._ease_lines(panels)
        return notes

    def _ease_lines(self, panels: Sequence[Axes]) -> None:
        """Have lines drawn quickly; raise where nothing helps."""
        text = explain_effort(ease_lines(panels))
        if text:
            raise SpecError([self.run.spec.source.problem(("figure",), text)])

    @property
    def _units(self) -> list[float]:
        """The steps in one unit of the x axis, for every line."""
        return list_units(self.run, self.options.x)

    def _set_values(
        self, axes: Axes, lines: Sequence[Line2D], index: int, band: float
    ) -> list[str]:
        """Set scale, limits and ticks of a y axis; mark and return what it cannot show."""
        quantity, scale = self.options.panels[index], self.options.yscale
        values, seen = list_rows(self.run, quantity), self._list_seen(quantity)
        limits, floor = find_range(self.run, self.options, index)
        given = bool(self.options.ylim) and not index
        if band and not given:
            limits = raise_limits(limits, _find_highest(seen), band, scale)
        axes.set_autoscaley_on(False)  # it would look at values that the scale cannot show
        axes.set_yscale(scale)
        axes.set_ylim(*limits)
        set_value_ticks(axes.yaxis, limits, scale, self._has_plain_numbers)
        if scale == "log" and not (given or _find_highest(seen) > 0):
            axes.yaxis.set_ticks([])  # beside values that the axis only marks they would be read
            axes.yaxis.set_ticks([], minor=True)
        if scale == "log":
            for line in axes.lines:  # it may lead to a value out of view
                sink_hidden(line, floor or 0.0, min(axes.get_ylim()))
        if floor is None:
            return []
        for line, row, unit in zip(lines, values, self._units, strict=True):
            size = MARK * line.get_markersize()
            mark_hidden(axes, line, row, floor, unit, self.geometry, size)
        return [explain_hidden(seen, floor, quantity)]

    def _explain_limits(self) -> list[str]:
        """Return a note on limits of the spec's own that leave nothing to be seen."""
        wanted = find_range(self.run, self.options, 0)[0] if self.options.ylim else None
        note = explain_empty(self._list_seen(self.options.panels[0]), wanted)
        return [note] if note else []

    def _list_seen(self, quantity: Quantity) -> list[Values]:
        """Return the values in view, of every line."""
        rows, limits = list_rows(self.run, quantity), self.geometry.xlim
        return [list_seen(row, limits, unit) for row, unit in zip(rows, self._units, strict=True)]

    def _is_free(self, axes: Axes, name: Named) -> bool:
        """Whether no curve is where a name stands, which limits of a spec's own may not prevent."""
        limits = axes.get_ylim()
        rows = zip(list_rows(self.run, self.options.panels[0]), self._units, strict=True)
        beside = [list_within(row, name.span, unit) for row, unit in rows]
        raised = raise_limits(limits, _find_highest(beside), 0.99 * name.band, self.options.yscale)
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
