"""The legend: above the axes, where it covers nothing."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D

from lrviz.draw.chart import Layout
from lrviz.draw.floor import draw_mark
from lrviz.draw.fonts import measure_with
from lrviz.draw.text import Measure, count_columns, fit_captions
from lrviz.draw.titles import Words

# What an entry is wider than its text: line, gap and distance to the next, in font sizes.
HANDLE = 6.8
LINE = 4  # the length of an entry's line, in font sizes: its pattern shows between two markers
LEAST = 6  # the width of a name, at least, in font sizes, that makes room for others
ROW = 1.5  # from one row to the next, in font sizes
MOST = 128  # the names, at most, that a legend gives however much room there is
MOST_SOME = 6  # the names, at most, of lines whose colours say which are between two of them
SHARE = 0.3  # the part of the figure's height that a legend may take

_ONE_MARK = HandlerLine2D(numpoints=1)


def add_legend(axes: Axes, lines: Sequence[Line2D], words: Words, layout: Layout) -> Legend:
    """Draw a legend above the axes, in as many columns as fit; names without room are counted.

    Args:
        axes: whose lines they are.
        lines: one a name.
        words: what it says: names, of which those too long for their column lose
            their middle, and in the last entry what a mark means.
        layout: of the figure.
    """
    names = [name.replace("\n", " ") or "?" for name in words.names]
    notes, size = [words.note] if words.note else [], layout.style.font_size
    measure = measure_with(axes.figure, size)
    if words.is_ordered:
        some = _pick_some(names, notes, layout, measure)
        names, lines = [names[place] for place in some], [lines[place] for place in some]
    labels, columns, kept = _fit_entries(names, notes, layout, measure)
    handles = [*lines[:kept], *(draw_mark(layout.style) for _ in notes)]
    if kept < len(names):
        handles.insert(kept, Line2D([], [], linestyle="none"))
    marks = [line for line in handles if line.get_linestyle() == "None"]
    return axes.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        borderaxespad=0.3,
        borderpad=0.2,
        handlelength=LINE,
        numpoints=2,
        handler_map=dict.fromkeys(marks, _ONE_MARK),
        fontsize=size,
    )


def _pick_some(
    names: Sequence[str], notes: Sequence[str], layout: Layout, measure: Measure
) -> list[int]:
    """Return the places of as many names as fit in a row, evenly from the first to the last.

    Beside a note that has room for no name they are two: each takes a row.
    """
    beside = HANDLE * layout.style.font_size * layout.dot
    longest = max(map(measure, names)) + beside
    if longest + beside + max(map(measure, notes), default=0.0) > layout.width:
        return [0, len(names) - 1]
    count, last = min(max(int(layout.width / longest), 2), MOST_SOME), len(names) - 1
    return [round(last * part / (count - 1)) for part in range(count)]


def _fit_entries(
    names: list[str], notes: list[str], layout: Layout, measure: Measure
) -> tuple[list[str], int, int]:
    """Return the entries of as many names as there is room for, and the notes behind them.

    And how many columns they have, and how many of the names are among them.
    """
    width, em, count = layout.width, layout.style.font_size * layout.dot, len(names) + len(notes)
    rows = max(1, int(SHARE * layout.size[1] * layout.dpi / (ROW * em)))
    widths, beside = [measure(text) for text in names[:MOST] or notes], HANDLE * em
    columns = count_columns(width, beside + max(widths), beside + LEAST * em, count, rows)
    told = beside + max(map(measure, notes), default=0.0)  # in the last column
    while (
        notes
        and columns > 1
        and told > width - (columns - 1) * min(beside + max(widths), width / columns)
    ):
        columns -= 1
    kept, places = min(len(names), MOST), rows * columns
    if count > places or kept < len(names):
        kept = max(1, min(kept, places - 1 - len(notes)))
    below = max(width / columns - beside, 3.0 * em)
    labels = fit_captions(names[:kept], below, measure)
    if kept < len(names):
        labels.append(f"… {len(names) - kept} more")
    return labels + fit_captions(notes, max(width - beside, below), measure), columns, kept


def measure_legend(legend: Legend, layout: Layout) -> float:
    """Return the height of a legend and of what parts it from a title, in points."""
    return float(legend.get_window_extent().height) / layout.dot + 0.5 * layout.style.font_size
