"""From a run to a figure: its panels, one below the other; and to pixels or a vector format."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lrviz.draw.axes import add_top_axis, lift, measure_top_axis, set_step_axis, set_value_axis
from lrviz.draw.chart import (
    BELOW,
    LEAST_TEXT,
    Chart,
    Drawing,
    Layout,
    apply_settings,
    gather_settings,
    plan_layout,
)
from lrviz.draw.floor import mark_floor
from lrviz.draw.fonts import choose_fonts, measure_with
from lrviz.draw.legend import add_legend, measure_legend
from lrviz.draw.lines import bound_effort, draw_lines
from lrviz.draw.panels import Panel, plan_panels
from lrviz.draw.phases import (
    Phase,
    clear_names,
    draw_handovers,
    find_phases,
    keep_apart,
    name_phases,
    raise_limits,
)
from lrviz.draw.text import Measure, fit_text
from lrviz.draw.titles import Words, explain_empty, find_words
from lrviz.draw.trace import choose_panels
from lrviz.errors import SpecError, UsageError
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.refused import override_options
from lrviz.system.process import is_alone, warn_caller

TITLE = 1.2  # the title's size, as a multiple of the labels'
TITLE_PAD = 0.5  # between the title and what is below it, in the title's font sizes
TITLE_LINES = 3
LEAST_HEIGHT = 14  # of axes with a second x axis, in font sizes, at least

# The last figure of a plain look: axes are set anew for the next one, as making them takes long.
_kept: list[Chart] = []
# Whether the process is lrviz's own, and the bytes of a figure that is kept: it holds its pixels.
KEEPS, MOST_KEPT = is_alone(), 16_000_000


def plot(run: Run, **options: object) -> Figure:
    """Return a run as a matplotlib figure; as `lrviz.plot`, which takes more than runs."""
    try:
        chart = build_chart(run, override_options(run.figure, options))
    except SpecError as error:
        if "panels" not in options:
            raise
        raise UsageError("; ".join(each.text for each in error.problems)) from error
    chart.set_label(str(run))
    for text in chart.warnings:
        warn_caller(text)
    return chart


def draw_pixels(run: Run) -> Drawing:
    """Return a run drawn as its spec asks; raises as `build_chart`."""
    chart = build_chart(run, run.figure, own=True)
    drawing = chart.capture()
    for each in (each for axes in chart.axes for each in (*axes.lines, *axes.artists)):
        each.remove()  # lines may hold millions of points, and an encoder needs the room
    is_kept = KEEPS and chart.look is not None and drawing.pixels.size <= MOST_KEPT
    _kept[:] = [chart] if is_kept else []
    return drawing


def build_chart(
    run: Run, options: FigureOptions, *, own: bool = False, spare: Chart | None = None
) -> Chart:
    """Return the figure of a run.

    Args:
        run: what is drawn.
        options: how.
        own: whether nobody else gets it: it may have been drawn before.
        spare: one that has been emptied, and is taken if it is as this would be.

    Raises:
        SpecError: a panel's quantity is one that no optimizer of the run has, or the lines are more
            than can be drawn in reasonable time.
    """
    options = options if options.style.panels == ("lr",) else choose_panels(run, options)
    panels = plan_panels(run, options)
    refuse_missing(run, panels)
    shown = [panel for panel in panels if panel.told is None]
    words = find_words(run, options, panels)
    layout = plan_layout(run, options, words, panels[0].xlim)
    phases = keep_apart(find_phases(run, options.x), layout) if options.style.phases else ()
    fonts = choose_fonts(options.style.fonts, words.text + "".join(each.name for each in phases))
    grid = options.style.grid if options.grid is None else options.grid
    settings = gather_settings(layout.style, fonts.families, grid, options.svg_text)
    with apply_settings(settings):
        chart = Chart(settings, layout.size, layout.dpi, layout.fit, fonts)
        unusual = layout.fit or phases or layout.style.second_axis or options.yscale != "linear"
        chart.look = None if unusual else layout.style
        if own and _kept:
            chart = _kept.pop().renew(chart)
        elif spare and len(spare.axes) == len(shown):
            chart = spare.renew(chart, emptied=True)
        chart.panels = shown
        chart.warnings += Painter(chart, shown, options, words, layout, phases, own).paint()
        problem = bound_effort(chart.axes)
    if problem:
        raise SpecError([run.spec.source.problem(("figure",), problem)])
    return chart


def refuse_missing(run: Run, panels: Sequence[Panel]) -> None:
    """Raise for a panel that no curve has a line for."""
    problems, spec = [], run.spec
    for index, panel in enumerate(panels):
        if not any(row.values.size for row in panel.rows):
            takes = f"scheduler {spec.scheduler.name} takes"
            owner = takes if panel.quantity == "metric" else f"optimizer {spec.optimizer.name} has"
            text = f"the {owner} no {panel.quantity}; leave the panel out"
            problems.append(spec.source.problem(("figure", "panels", index), text))
    if problems:
        raise SpecError(problems)


@dataclass(frozen=True, eq=False)
class Painter:
    """Draws the panels of one run on one figure."""

    chart: Chart
    panels: Sequence[Panel]
    options: FigureOptions
    words: Words
    layout: Layout
    phases: Sequence[Phase]
    own: bool

    def paint(self) -> list[str]:
        """Draw everything; return what is worth a warning."""
        layout, shares = self.layout, self.layout.shares
        ratios = {"height_ratios": shares}
        if not self.chart.axes:
            self.chart.subplots(len(shares), sharex=True, gridspec_kw=ratios)
        axes = self.chart.axes
        pairs = zip(axes, self.panels, strict=True)
        lines = [draw_lines(*pair, layout, self.options) for pair in pairs]
        measure = measure_with(self.chart, layout.style.font_size)
        self._name(axes[-1].xaxis, self.words.xlabel, layout.width, measure)
        height, has_axis = self._draw_above(axes[0], lines[0])
        alone = layout.alike and not has_axis
        set_step_axis(axes, layout, alone=alone, at_once=self.own)
        band = name_phases(axes[0], self.phases, layout, height) if self.phases else 0.0
        notes = list(filter(None, [explain_empty(self.panels[0])]))
        for index, share in enumerate(shares):
            notes += self._set_values(axes[index], lines[index], index, 0.0 if index else band)
            room = height * share / shares[0] * layout.dot
            self._name(axes[index].yaxis, self.words.ylabels[index], room, measure)
        self.chart.align_ylabels(axes)
        if self.phases:
            draw_handovers(axes, self.phases, layout)
            clear_names(axes[0], self.panels[0].highest, band, self.options.yscale)
        return notes

    def _draw_above(self, axes: Axes, lines: Sequence[Line2D]) -> tuple[float, bool]:
        """Draw title, legend and second axis, none over another, as far as there is room.

        Return about how high, in points, the axes below are, and whether there is a second one.
        """
        layout, font = self.layout, self.layout.style.font_size
        is_told = self.words.names or self.words.note
        legend = add_legend(axes, lines, self.words, layout) if is_told else None
        above = measure_legend(legend, layout) if legend else 0.0
        title, size = self.words.title, TITLE * font
        if title:
            title = fit_text(title, layout.width, TITLE_LINES, measure_with(self.chart, size))
        room = (TITLE_PAD + 1.2 * (1 + title.count("\n"))) * size if title else 0.0
        height = layout.shares[0] * (72 * layout.size[1] - BELOW * font - (above + room))
        second = measure_top_axis(layout, self.options.x) if layout.style.second_axis else 0.0
        has_axis = bool(second) and height - second >= LEAST_HEIGHT * font
        if has_axis:
            add_top_axis(axes, layout, self.options.x, self.words.above)
            above, height = above + second, height - second
        if has_axis and legend:
            legend.set_bbox_to_anchor((0, 1), transform=axes.transAxes + lift(axes, second))
        if title:
            loc: Literal["center", "left"] = "center" if layout.style.title == "own" else "left"
            axes.set_title(title, loc=loc, y=1.0, fontsize=size, pad=TITLE_PAD * size + above)
        return height, has_axis

    def _set_values(
        self, axes: Axes, lines: Sequence[Line2D], index: int, band: float
    ) -> list[str]:
        """Set scale, limits and ticks of a y axis; mark and return what it cannot show."""
        panel, scale, words = self.panels[index], self.options.yscale, self.words
        limits = panel.limits
        if band and not panel.given:
            limits = raise_limits(limits, panel.highest, band, scale)
        above = words.names or words.note or words.title or len(words.ylabels) > 1
        # A factor aside would stand where other things do.
        plain = self.layout.style.numbers == "short" or bool(above)
        set_value_axis(axes, limits, scale, plain=plain)
        return mark_floor(axes, lines, panel, self.layout) if scale == "log" else []

    def _name(self, axis: Axis, text: str, room: float, measure: Measure) -> None:
        """Write an axis' label, smaller where a word of it would not fit."""
        size = self.layout.style.font_size
        if "\n" in text or measure(text) > room:
            longest = max([1.0, *map(measure, text.split())])
            size = max(size * min(1.0, room / longest), LEAST_TEXT / self.layout.dot)
            text = fit_text(text, room, 2, measure_with(self.chart, size))
        axis.set_label_text(text, fontsize=size)
