"""A run on axes of the caller's: in his figure, whose settings, margins and fonts stay his."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb

from lrviz.draw.axes import set_step_axis, set_value_axis
from lrviz.draw.chart import Layout, plan_layout
from lrviz.draw.floor import mark_floor
from lrviz.draw.legend import MOST_SOME
from lrviz.draw.lines import draw_lines
from lrviz.draw.outputs import refuse_missing
from lrviz.draw.panels import Limits, Panel, plan_panels
from lrviz.draw.titles import Words, find_words, name_lines
from lrviz.errors import UsageError, WrongTypeError
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.refused import override_options
from lrviz.spec.style import PLAIN_STYLE, styles
from lrviz.spell import spell_plural
from lrviz.system.process import ONE_AT_A_TIME, warn_caller

_OWN = {"size", "dpi", "transparent", "font_size", "svg_text"}  # of a figure of lrviz's


def plot_onto(run: Run, ax: object, options: Mapping[str, object]) -> None:
    """Draw a run on a caller's axes, one a panel; as `lrviz.plot`.

    Raises:
        SpecError: the spec asks for a panel of a quantity that its optimizer has not.
        UsageError: an option makes no sense there, or the axes are none or too few.
    """
    for name in filter(_OWN.__contains__, options):
        raise UsageError(f"{name}: the figure of ax is yours, and has its own; leave it out")
    wanted = override_options(run.figure, options)
    axes: list[Axes] = np.ravel(np.array(ax, dtype=object)).tolist()
    if not all(isinstance(each, Axes) for each in axes):
        raise WrongTypeError("ax: takes axes of matplotlib, as fig.subplots() gives", ax)
    if "yscale" not in wanted.model_fields_set and axes and axes[0].get_yscale() == "log":
        wanted = override_options(wanted, {"yscale": "log"})
    if len(axes) != (count := len(wanted.panels)):
        found = f"{spell_plural(count, 'panel')} on {len(axes)} axes"
        raise UsageError(f"ax: {found}; give fig.subplots({count}, sharex=True), or other panels")
    with ONE_AT_A_TIME:  # in another thread the settings may be those of a figure
        panels = [replace(each, told=None) for each in plan_panels(run, wanted)]
        refuse_missing(run, panels)
        words = find_words(run, wanted, panels)
        for each, panel, ylabel in zip(axes, panels, words.ylabels, strict=True):
            each.set_ylabel(each.get_ylabel() or ylabel, parse_math=False)
            for text in _draw(run, each, panel, wanted):
                warn_caller(text)
        _tell(run, axes, words)


def _draw(run: Run, axes: Axes, panel: Panel, options: FigureOptions) -> Sequence[str]:
    """Draw a panel, with what others have drawn still in view; return what it cannot show."""
    others, layout, limits = len(axes.lines), _lay_out(run, axes, panel, options), panel.limits
    axes.set_yscale(options.yscale)
    if not panel.given and (options.yscale == "linear" or min(axes.get_ylim()) > 0):
        limits = _join(axes.get_shared_y_axes().get_siblings(axes), axes.get_ylim(), limits)
    lines = draw_lines(axes, panel, layout, options)
    for line, name in zip(lines, name_lines(run, panel.lines.places), strict=True):
        line.set_label(name)
    set_step_axis([axes], layout, alone=layout.alike, at_once=False)
    set_value_axis(axes, limits, options.yscale, plain=False)
    if options.grid is not None:
        axes.grid(options.grid)
    return mark_floor(axes, lines, panel, layout, others) if options.yscale == "log" else ()


def _lay_out(run: Run, axes: Axes, panel: Panel, options: FigureOptions) -> Layout:
    """Return the layout of axes that are there; lines on them have had the style's first looks."""
    dpi, xlim, drawn = axes.figure.dpi, panel.xlim, len(axes.lines)
    if not options.xlim:
        xlim = _join(axes.get_shared_x_axes().get_siblings(axes), axes.get_xlim(), xlim)
    layout = plan_layout(run, options, Words("", "", "", (), ()), xlim)
    ground, inks = to_hex(axes.get_facecolor()), layout.style
    own: dict[str, object] = {"font_size": axes.xaxis.label.get_fontsize(), "background": ground}
    is_dark = _is_dark(ground)
    if is_dark != _is_dark(inks.background):  # where its colours cannot be seen
        inks = styles()["dark" if is_dark else PLAIN_STYLE]
        own["ramp"] = inks.ramp
    for name in ("colors", "linestyles"):
        looks = getattr(inks, name)
        own[name] = (looks * 2)[drawn % len(looks) :][: len(looks)]
    style = layout.style.model_copy(update=own)
    return replace(layout, dpi=dpi, dot=dpi / 72, style=style, width=float(axes.bbox.width))


def _is_dark(color: str) -> bool:
    return sum(to_rgb(color)) < 3 / 2


def _join(siblings: Sequence[Axes], shown: Limits, wanted: Limits) -> Limits:
    """Return limits with what is shown between them, too, where anything is drawn."""
    ends = (*shown, *wanted) if any(each.has_data() for each in siblings) else wanted
    return min(ends), max(ends)


def _tell(run: Run, axes: Sequence[Axes], words: Words) -> None:
    """Write what is no panel's: label of the steps, legend, and a title where there is none."""
    axes[-1].set_xlabel(axes[-1].get_xlabel() or words.xlabel, parse_math=False)
    if run.spec.title and not axes[0].get_title():
        axes[0].set_title(run.spec.title, parse_math=False, wrap=True)
    if not words.names:
        return
    handles, labels = axes[0].get_legend_handles_labels()
    if words.is_ordered and len(handles) > MOST_SOME:
        places = np.linspace(0, len(handles) - 1, MOST_SOME).round().astype(int)
        handles, labels = ([each[place] for place in places] for each in (handles, labels))
    for text in axes[0].legend(handles, labels).get_texts():
        text.set_parse_math(False)
