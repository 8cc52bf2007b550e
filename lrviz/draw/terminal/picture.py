"""A run as lines of text: its picture, between a title and a legend."""

from collections.abc import Iterator, Sequence
from functools import partial, reduce

import numpy as np

from lrviz.draw.panels import Panel, explain_empty, plan_panels
from lrviz.draw.terminal.canvas import Axis, Layer, draw_curve, mark_hidden, merge_layers
from lrviz.draw.terminal.frame import count_rows, draw_frame, measure_margin, write_legend
from lrviz.draw.terminal.glyphs import ALONE, ASCII, UNICODE, Look, Signs, choose_looks, clean, fit
from lrviz.draw.terminal.rulers import Ticks, choose_step_ticks, choose_value_ticks
from lrviz.draw.titles import name_lines
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spell import spell_floor

# The smallest terminal; a smaller one is drawn for as if it were as large.
LEAST_COLUMNS, LEAST_ROWS = 24, 10

# From one tick of the x axis to the next.
LEAST_STEP = {"step": 1.0, "epoch": 0.5}

# The dots of a character that is not a letter, across and up.
DOTS = 2, 4

# What an x axis is called that counts steps, or epochs.
UNITS = {"step": "steps", "epoch": "epochs"}

# What is said where the figure has other panels.
MISSING = "only lr is drawn in characters"


def draw_terminal(
    run: Run, columns: int = 80, rows: int = 24, *, colors: bool = False, ascii_only: bool = False
) -> str:
    """Return the learning rates of a run as lines of text.

    Args:
        run: what to draw.
        columns: of the terminal; fewer than 24 are taken for 24.
        rows: of the terminal; fewer than 10 are taken for 10.
        colors: whether the terminal shows colours; else, and where there are more lines than
            colours, several lines are drawn in letters.
        ascii_only: whether it shows nothing beyond ASCII.

    >>> import lrviz
    >>> spec = "{epochs: 12, scheduler: {StepLR: {step_size: 6, gamma: 0.5}}}"
    >>> print(draw_terminal(lrviz.simulate(lrviz.parse_spec(spec)), 34, 10, ascii_only=True))
       lr
          |
     1e-3 +************
          |            *
     5e-4 +             ************
          |
          |
        0 +
          ++---+----+---+---+----+---+
    steps  0   2    4   6   8   10  12
    """
    columns, rows = max(columns, LEAST_COLUMNS), max(rows, LEAST_ROWS)
    signs, say = ASCII if ascii_only else UNICODE, partial(clean, ascii_only=ascii_only)
    options = _choose_options(run)
    count = sum(len(curve.groups) for curve in run.curves)
    looks = choose_looks(count, colors=colors, ascii_only=ascii_only)
    (panel,) = plan_panels(run, options)
    limits, hidden = panel.limits, panel.floor
    mark = signs.down if limits[0] < limits[1] else signs.up
    title = fit(say(run.spec.title or ""), columns, signs.ellipsis)
    below = [] if hidden is None else [f"{mark} {spell_floor(hidden)}"]
    below += [] if run.figure.panels == ("lr",) else [fit(MISSING, columns, signs.ellipsis)]
    xlabel = say(UNITS[options.x] if options.xlabel is None else options.xlabel)
    ylabel = say("lr" if options.ylabel is None else options.ylabel)
    height = rows - count_rows(xlabel) - len(below) - bool(title)
    most = max(1, height - (rows - 2) // 2)  # about half of the terminal is the lines'
    legend = write_legend(list(map(say, list_names(run))), looks, signs, columns, most)
    dots = (1, 1) if looks[0].glyph else DOTS
    y = Axis(*limits, height - len(legend), dots[1], options.yscale == "log", hidden)
    frame = _draw_lines(run, panel, looks, y, (columns, dots[0]), (xlabel, ylabel), signs)
    lines = (*[title][: bool(title)], *frame, *legend, *below)
    return "\n".join(line.rstrip() for line in lines)


def _draw_lines(
    run: Run,
    panel: Panel,
    looks: Sequence[Look],
    y: Axis,
    room: tuple[int, int],
    labels: tuple[str, str],
    signs: Signs,
) -> list[str]:
    """Return the lines with their axes; `room` is the columns there are, and a column's dots."""
    y_ticks = _choose_value_ticks(run, panel, y)
    x = Axis(*panel.xlim, room[0] - measure_margin(y_ticks, labels[0]), room[1])
    x_ticks = choose_step_ticks(x, LEAST_STEP[run.figure.x], 1)
    mark = signs.up if y.bottom else signs.down
    picture = merge_layers(list(_iter_layers(panel, looks, x, y, mark)))
    return draw_frame(picture, x.cells, (x_ticks, y_ticks), labels, signs)


def _choose_options(run: Run) -> FigureOptions:
    """Return how the spec asks to draw learning rates: limits and label are the first panel's."""
    is_first = run.figure.panels[0] == "lr"
    others: dict[str, object] = {} if is_first else {"ylim": None, "ylabel": None}
    return run.figure.model_copy(update={"panels": ("lr",), **others})


def list_names(run: Run) -> list[str]:
    """Return the names of the lines, as a figure has them; none where there is no legend."""
    names = [name or "?" for curve in name_lines(run) for name in curve]
    legend = len(names) > 1 if run.figure.legend is None else run.figure.legend
    return names if legend else []


def _choose_value_ticks(run: Run, panel: Panel, y: Axis) -> Ticks:
    """Return the ticks of the y axis; no numbers are made up where there are no rates."""
    numbers = np.concatenate([np.append(curve.lr, curve.base_lr) for curve in run.curves])
    if panel.given or (numbers > 0).any() or (not y.log and numbers.any()):
        return choose_value_ticks(y)
    return {} if y.log else {0: "0"}


def _iter_layers(
    panel: Panel, looks: Sequence[Look], x: Axis, y: Axis, mark: str
) -> Iterator[Layer]:
    """Yield what the lines draw, and their marks of what a log axis has no place for."""
    for look in dict.fromkeys(looks):
        lines = zip(panel.rows, looks, strict=True)
        alike = [(row.values, row.unit) for row, own in lines if own == look]
        codes = reduce(np.bitwise_or, (draw_curve(*line, x, y) for line in alike))
        marks = reduce(np.bitwise_or, (mark_hidden(*line, x, y) for line in alike))
        if look.glyph in ("", ALONE):  # letters take turns with marks, to say whose they are
            codes = np.where(marks, 0, codes)
        yield Layer(codes, look.glyph, look.color)
        yield Layer(marks, mark, look.color)


def explain_limits(run: Run) -> str:
    """Return a note on limits of the spec's own that leave nothing to be seen; empty for none."""
    (panel,) = plan_panels(run, _choose_options(run))
    return explain_empty(panel)
