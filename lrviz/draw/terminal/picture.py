"""A run as lines of text, its picture between a title and a legend; and the screen they fill."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import TextIO

import numpy as np

from lrviz.draw.panels import Panel, plan_panels
from lrviz.draw.terminal.canvas import Axis, Codes, draw_curve, mark_hidden, merge_layers
from lrviz.draw.terminal.frame import (
    ROWS,
    UNIT_WIDTH,
    choose_step_ticks,
    choose_value_ticks,
    draw_frame,
    measure_margin,
    write_legend,
)
from lrviz.draw.terminal.glyphs import ALONE, ASCII, UNICODE, Look, Signs, choose_looks, clean
from lrviz.draw.text import shorten
from lrviz.draw.titles import HIDDEN, UNITS, explain_empty, find_words, list_axes, tell_hidden
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spell import has_unicode, measure

# To the corner of the screen, which is emptied.
CLEAR = "\x1b[H\x1b[2J"


@dataclass(frozen=True)
class Screen:
    """What a terminal can show.

    Attributes:
        columns: of characters.
        rows: of characters.
        is_capable: whether it takes more than text: it can be emptied, and has colours.
        has_colors: whether those are wanted.
        ascii_only: whether it shows nothing beyond ASCII.
    """

    columns: int
    rows: int
    is_capable: bool = False
    has_colors: bool = False
    ascii_only: bool = False

    def count_rows(self, text: str) -> int:
        """Return how many rows a line of text takes."""
        if self.ascii_only:
            text = text.encode("ascii", "backslashreplace").decode()
        return max(1, -(-measure(text) // self.columns))


def find_screen(stream: TextIO | None) -> Screen:
    """Return what there is behind a stream; what most terminals are where it is none."""
    size = shutil.get_terminal_size()
    is_capable = stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    has_colors = is_capable and not os.environ.get("NO_COLOR")
    return Screen(size.columns, size.lines, is_capable, has_colors, not has_unicode(stream))


def draw_screen(run: Run, screen: Screen, heading: str = "", beside: Sequence[str] = ()) -> str:
    """Return a run's picture and sentence, which fill a screen.

    Args:
        run: what to draw.
        screen: what it is to fill.
        heading: a line above it; empty for none.
        beside: the lines that stand on the screen too, before or after.
    """
    above, below = [heading] if heading else [], [str(run)]
    taken = sum(map(screen.count_rows, (*above, *below, *beside)))
    picture = draw_terminal(
        run,
        screen.columns,
        screen.rows - taken - 1,  # where the cursor is
        colors=screen.has_colors,
        ascii_only=screen.ascii_only,
    )
    return "".join(f"{line}\n" for line in (*above, picture, *below))


# The smallest terminal; a smaller one is drawn for as if it were as large.
LEAST_COLUMNS, LEAST_ROWS = 24, 10

# From one tick of the x axis to the next.
LEAST_STEP = {"step": 1.0, "epoch": 0.5}

# The dots of a character that is not a letter, across and up.
DOTS = 2, 4

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
    (panel,) = plan_panels(run, options)
    looks = choose_looks(len(panel.rows), colors=colors, ascii_only=ascii_only)
    title = shorten(say(run.spec.title or ""), columns, measure, signs.ellipsis)
    below = [f"{signs.down} {hidden}"] if (hidden := tell_hidden(panel, HIDDEN)) else []
    if run.figure.panels != ("lr",):
        below.append(shorten(MISSING, columns, measure, signs.ellipsis))
    xlabels, ylabels = list_axes(options.xlabel), list_axes(options.ylabel)
    unit = say(xlabels[0] if xlabels else UNITS[options.x].lower())
    xlabel = shorten(unit, UNIT_WIDTH, measure, signs.ellipsis)
    ylabel = say(ylabels[0] if ylabels else "lr")
    height = rows - ROWS - len(below) - bool(title)
    most = max(1, height - (rows - 2) // 2)  # about half of the terminal is the lines'
    legend = write_legend(list(map(say, list_names(run, panel))), looks, signs, columns, most)
    dots = (1, 1) if looks[0].glyph else DOTS
    height -= len(legend)
    low, high = sorted(panel.limits)
    y = Axis(low, high, height, dots[1], options.yscale == "log", panel.floor)
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
    y_ticks = choose_value_ticks(y)
    x = Axis(
        min(panel.xlim), max(panel.xlim), room[0] - measure_margin(y_ticks, labels[0]), room[1]
    )
    x_ticks = choose_step_ticks(x, LEAST_STEP[run.figure.x], 1)
    picture = merge_layers(list(_iter_layers(panel, looks, x, y, signs.down)))
    return draw_frame(picture, x.cells, (x_ticks, y_ticks), labels, signs)


def _choose_options(run: Run) -> FigureOptions:
    """Return how the spec asks to draw learning rates: limits and label are the first panel's."""
    is_first = run.figure.panels[0] == "lr"
    others: dict[str, object] = {} if is_first else {"ylim": None, "ylabel": None}
    return run.figure.model_copy(update={"panels": ("lr",), **others})


def list_names(run: Run, panel: Panel) -> list[str]:
    """Return the names of the lines, as a figure has them; none where there is no legend."""
    return [name or "?" for name in find_words(run, run.figure, (panel,)).names]


def _iter_layers(
    panel: Panel, looks: Sequence[Look], x: Axis, y: Axis, mark: str
) -> Iterator[tuple[Codes, Look]]:
    """Yield what the lines draw, and their marks of what a log axis has no place for."""
    for look in dict.fromkeys(looks):
        alike = [row for row, own in zip(panel.rows, looks, strict=True) if own == look]
        codes = reduce(np.bitwise_or, (draw_curve(row, x, y) for row in alike))
        marks = reduce(np.bitwise_or, (mark_hidden(row, x, y) for row in alike))
        if look.glyph in ("", ALONE):  # letters take turns with marks, to say whose they are
            codes = np.where(marks, 0, codes)
        yield codes, look
        yield marks, replace(look, glyph=mark)


def explain_limits(run: Run) -> str:
    """Return a note on limits of the spec's own that leave nothing to be seen; empty for none."""
    (panel,) = plan_panels(run, _choose_options(run))
    return explain_empty(panel)
