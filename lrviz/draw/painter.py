"""From a run to a figure: its panels, one below the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from lrviz.draw.axes import add_top_axis, measure_top_axis, set_step_axis, set_value_axis
from lrviz.draw.chart import (
    BELOW,
    LEAST_TEXT,
    Built,
    Chart,
    Layout,
    apply_settings,
    gather_settings,
    lift,
    measure_with,
    plan_layout,
)
from lrviz.draw.floor import draw_mark, explain_hidden, mark_hidden, sink_hidden
from lrviz.draw.fonts import choose_fonts
from lrviz.draw.legend import add_legend, measure_legend
from lrviz.draw.lines import bound_effort, draw_lines
from lrviz.draw.panels import Panel, explain_empty, plan_panels
from lrviz.draw.phases import (
    Phase,
    draw_handovers,
    draw_labels,
    find_phases,
    keep_apart,
    plan_labels,
    raise_limits,
)
from lrviz.draw.text import Measure, fit_text
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
    panels = plan_panels(run, options)
    _refuse_missing(run, panels)
    words = find_words(run, options, panels)
    layout = plan_layout(run, options, words, panels[0].xlim)
    phases = keep_apart(find_phases(run, options.x), layout) if options.style.phases else ()
    fonts = choose_fonts(options.style.fonts, words.text + "".join(each.name for each in phases))
    grid = options.style.grid if options.grid is None else options.grid
    settings = gather_settings(layout.style, fonts.families, grid)
    with apply_settings(settings):
        figure = Chart(settings, layout.size, layout.dpi, layout.fit)
        notes = Painter(figure, panels, options, words, layout, phases).paint()
        problem = bound_effort(figure.axes)
    if problem:
        raise SpecError([run.spec.source.problem(("figure",), problem)])
    return Built(figure, fonts.used, (*fonts.notes, *notes))


@dataclass(frozen=True, eq=False)
class Painter:
    """Draws the panels of one run on one figure."""

    figure: Chart
    panels: Sequence[Panel]
    options: FigureOptions
    words: Words
    layout: Layout
    phases: Sequence[Phase]

    def paint(self) -> list[str]:
        """Draw everything; return what is worth a warning."""
        layout, shares = self.layout, self.layout.shares
        ratios = {"height_ratios": shares}
        grid = self.figure.subplots(len(shares), sharex=True, squeeze=False, gridspec_kw=ratios)
        axes: list[Axes] = list(grid[:, 0])
        lines = [
            draw_lines(each, panel.rows, layout, self.options)
            for each, panel in zip(axes, self.panels, strict=True)
        ]
        measure = measure_with(self.figure, layout.style.font_size)
        axes[-1].set_xlabel(_fit(self.words.xlabel, layout.width, measure))
        height, has_axis = self._draw_above(axes[0], lines[0])
        set_step_axis(axes[-1], layout, alone=layout.alike and not has_axis)
        labels, band = (
            plan_labels(self.figure, self.phases, layout, height) if self.phases else ([], 0.0)
        )
        notes = list(filter(None, [explain_empty(self.panels[0])]))
        for index, share in enumerate(shares):
            notes += self._set_values(axes[index], lines[index], index, 0.0 if index else band)
            room = height * share / shares[0] * layout.dot
            self._name_values(axes[index], self.words.ylabels[index], room, measure)
        self.figure.align_ylabels(axes)
        if self.phases:
            draw_handovers(axes, self.phases, layout)
            if self._is_free(axes[0], band):
                draw_labels(axes[0], labels, layout)
        return notes

    def _draw_above(self, axes: Axes, lines: Sequence[Line2D]) -> tuple[float, bool]:
        """Draw title, legend and second axis, none over another, as far as there is room.

        Return about how high, in points, the axes below are, and whether there is a second one.
        """
        layout, font = self.layout, self.layout.style.font_size
        legend = self._draw_legend(axes, lines)
        above = measure_legend(legend, font) if legend else 0.0
        title, size = self._fit_title()
        room = (TITLE_PAD + 1.2 * (1 + title.count("\n"))) * size if title else 0.0
        height = layout.shares[0] * (72 * layout.size[1] - BELOW * font - (above + room))
        second = measure_top_axis(layout.style) if self._has_two_units else 0.0
        has_axis = bool(second) and height - second >= LEAST_HEIGHT * font
        if has_axis:
            add_top_axis(axes, layout, self.options.x)
            above, height = above + second, height - second
        if has_axis and legend:
            legend.set_bbox_to_anchor((0, 1), transform=axes.transAxes + lift(axes, second))
        if title:
            loc: Literal["center", "left"] = "center" if layout.style.title == "own" else "left"
            axes.set_title(title, loc=loc, y=1.0, fontsize=size, pad=TITLE_PAD * size + above)
        return height, has_axis

    def _fit_title(self) -> tuple[str, float]:
        """Return the title as it is written, and the size of its font."""
        title, size = self.words.title, TITLE * self.layout.style.font_size
        if title:
            title = _fit(title, self.layout.width, measure_with(self.figure, size), TITLE_LINES)
        return title, size

    def _draw_legend(self, axes: Axes, lines: Sequence[Line2D]) -> Legend | None:
        """Draw the legend, if any: the lines' names, and what marks are."""
        words, layout = self.words, self.layout
        note = (draw_mark(layout.style), words.note) if words.note else None
        if not (words.legend or note):
            return None
        lines, names = (lines, words.names) if words.legend else ([], ())
        return add_legend(axes, lines, names, layout, note)

    @property
    def _has_two_units(self) -> bool:
        """Whether a second axis says something: steps and epochs differ, alike for all curves."""
        layout = self.layout
        steps = abs(layout.xlim[1] - layout.xlim[0]) * layout.unit
        says = self.options.x == "epoch" or steps >= LEAST_EPOCHS * layout.epoch
        return layout.style.second_axis and layout.alike and layout.epoch > 1 and says

    def _set_values(
        self, axes: Axes, lines: Sequence[Line2D], index: int, band: float
    ) -> list[str]:
        """Set scale, limits and ticks of a y axis; mark and return what it cannot show."""
        panel, scale = self.panels[index], self.options.yscale
        limits, floor = panel.limits, panel.floor
        if band and not panel.given:
            limits = raise_limits(limits, panel.highest, band, scale)
        set_value_axis(axes, limits, scale, plain=self._has_plain_numbers)
        if scale == "linear":
            return []
        if panel.highest <= 0 and not panel.given:
            # Beside values that the axis only marks they would be read.
            axes.yaxis.set_ticks([])
            axes.yaxis.set_ticks([], minor=True)
        for line in axes.lines:  # it may lead to a value out of view
            sink_hidden(line, floor or 0.0, min(limits))
        if floor is None:
            return []
        for line, row in zip(lines, panel.rows, strict=True):
            mark_hidden(axes, line, row, floor, self.layout)
        return [explain_hidden(panel, floor)]

    def _is_free(self, axes: Axes, band: float) -> bool:
        """Whether no curve is where names stand, which limits of a spec's own may not prevent."""
        limits, highest = axes.get_ylim(), self.panels[0].highest
        raised = raise_limits(limits, highest, 0.99 * band, self.options.yscale)
        return limits[0] < limits[1] == raised[1]

    @property
    def _has_plain_numbers(self) -> bool:
        """Whether ticks have their whole value: a factor would stand where other things do."""
        words = self.words
        above = words.legend or bool(words.note or words.title) or len(words.ylabels) > 1
        return self.layout.style.numbers == "short" or above

    def _name_values(self, axes: Axes, text: str, room: float, measure: Measure) -> None:
        """Write a y axis' label, smaller where a word of it would not fit."""
        size = self.layout.style.font_size
        if measure(text) > room:
            longest = max([1.0, *map(measure, text.split())])
            size = max(size * min(1.0, room / longest), LEAST_TEXT / self.layout.dot)
            measure = measure_with(self.figure, size)
        axes.set_ylabel(_fit(text, room, measure), fontsize=size)


def _fit(text: str, room: float, measure: Measure, lines: int = 2) -> str:
    if "\n" not in text and measure(text) <= room:
        return text
    return fit_text(text, room, lines, measure)


def _refuse_missing(run: Run, panels: Sequence[Panel]) -> None:
    """Raise for a panel that no curve has a line for."""
    problems = [
        run.spec.source.problem(
            ("figure", "panels", index),
            f"the optimizer {run.spec.optimizer.name} has no {panel.quantity}; leave the panel out",
        )
        for index, panel in enumerate(panels)
        if not any(row.values.size for row in panel.rows)
    ]
    if problems:
        raise SpecError(problems)
