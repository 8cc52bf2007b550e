"""A run as lines of text: its picture, between a title and a legend."""

from collections.abc import Iterator, Sequence

import numpy as np

from lrviz.draw.terminal.axis import Axis
from lrviz.draw.terminal.frame import count_rows, draw_frame, measure_margin
from lrviz.draw.terminal.hidden import find_marks
from lrviz.draw.terminal.layers import Layer, merge_layers
from lrviz.draw.terminal.legend import write_legend
from lrviz.draw.terminal.looks import ALONE, ASCII, UNICODE
from lrviz.draw.terminal.plan import Line, find_range, list_lines, plan_steps, plan_values
from lrviz.draw.terminal.strokes import draw_strokes, trace_curve
from lrviz.draw.terminal.text import fit
from lrviz.draw.terminal.words import find_words
from lrviz.run.driven import Run
from lrviz.spell import spell_floor

LEAST_COLUMNS, LEAST_ROWS = 24, 10
"""The smallest terminal; a smaller one is drawn for as if it were as large."""


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
    0.0010 +************
           |            *
    0.0005 +            ************
           |
           |
         0 +
           ++---+---+---+----+---+---+
     steps  0   2   4   6    8  10  12
    """
    columns, rows = max(columns, LEAST_COLUMNS), max(rows, LEAST_ROWS)
    signs = ASCII if ascii_only else UNICODE
    words = find_words(run, ascii_only=ascii_only)
    lines = list_lines(run, colors=colors, ascii_only=ascii_only)
    shown = find_range(run, lines)
    mark = signs.down if shown.limits[0] < shown.limits[1] else signs.up
    above = [fit(words.title, columns, signs.ellipsis)] if words.title else []
    below = [] if shown.hidden is None else [f"{mark} {spell_floor(shown.hidden)}"]
    below += [fit(words.missing, columns, signs.ellipsis)] if words.missing else []
    height = rows - count_rows(words.xlabel) - len(above) - len(below)
    most = max(1, height - (rows - 2) // 2)  # about half of the terminal is the lines'
    legend = write_legend(words.names, [line.look for line in lines], signs, columns, most)
    y, y_ticks = plan_values(shown, lines, height - len(legend))
    x, x_ticks = plan_steps(run, lines, columns - measure_margin(y_ticks, words.xlabel))
    picture = merge_layers(list(_iter_layers(lines, x, y, mark)))
    labels = words.xlabel, words.ylabel
    frame = draw_frame(picture, x.cells, (x_ticks, y_ticks), labels, signs)
    return "\n".join(line.rstrip() for line in (*above, *frame, *legend, *below))


def _iter_layers(lines: Sequence[Line], x: Axis, y: Axis, mark: str) -> Iterator[Layer]:
    """Yield what the lines draw, and their marks of what a log axis has no place for."""
    for look in dict.fromkeys(line.look for line in lines):
        alike = [line for line in lines if line.look == look]
        strokes = (trace_curve(line.values, line.unit, x, y) for line in alike)
        codes = draw_strokes(strokes, x, y)
        marks = np.zeros_like(codes)
        if y.hidden is not None:
            found = [find_marks(line.values, y.hidden, line.unit, x) for line in alike]
            marks[y.cells - 1 - y.bottom // y.dots] = np.any(found, axis=0)
        if look.glyph in ("", ALONE):  # letters take turns with marks, to say whose they are
            codes = np.where(marks, 0, codes)
        yield Layer(codes, look.glyph, look.color)
        yield Layer(marks, mark, look.color)
