"""The legend: above the axes, where it covers nothing."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D

from lrviz.draw.chart import Layout, measure_with
from lrviz.draw.floor import draw_mark
from lrviz.draw.text import Measure, fit_captions, part_settings
from lrviz.draw.titles import Words

# What an entry is wider than its text: line, gap and distance to the next, in font sizes.
HANDLE = 6.8
LINE = 4  # the length of an entry's line, in font sizes: its pattern shows between two markers
LEAST = 6  # the width of a name, at least, in font sizes, that makes room for others
ROW = 1.5  # from one row to the next, in font sizes
MOST = 128  # the names, at most, that a legend gives however much room there is
SHARE = 0.3  # the part of the figure's height that a legend may take

_ONE_MARK = HandlerLine2D(numpoints=1)


def add_legend(
    axes: Axes,
    lines: Sequence[Line2D],
    words: Words,
    layout: Layout,
) -> Legend:
    """Draw a legend above the axes, in as many columns as fit; names without room are counted.

    Args:
        axes: whose lines they are.
        lines: one a name.
        words: what it says: names, of which those too long for their column lose
            their middle, and in the last entry what a mark means.
        layout: of the figure.
    """
    size, names = layout.style.font_size, words.names if words.legend else ()
    plain = [name.replace("\n", " ") or "?" for name in names]
    notes = [words.note] if words.note else []
    labels, columns, kept, heading = _choose_entries(axes, plain, notes, layout)
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
        title=heading,
        title_fontsize=size,
        alignment="left",
    )


class _Entries(NamedTuple):
    """What a legend says: its entries, in how many columns, how many names are among them."""

    labels: list[str]
    columns: int
    kept: int
    heading: str | None = None


def _choose_entries(axes: Axes, names: list[str], notes: list[str], layout: Layout) -> _Entries:
    """Return the entries; where names would be cut, what they are settings of stands above them."""
    size, em = layout.style.font_size, layout.style.font_size * layout.dot
    rows = max(1, int(SHARE * layout.size[1] * layout.dpi / (ROW * em)))
    measure, room = measure_with(axes.figure, size), layout.width
    entries = _fit_entries(names, notes, (rows, room, em), LEAST * em, measure)
    parted = part_settings(names) if rows > 1 else None
    is_whole = entries.labels[: entries.kept] == names[: entries.kept]
    if parted is None or (is_whole and entries.kept == len(names)):
        return entries
    heading, values = parted
    whole = max(map(measure, values[:MOST]))  # a number without its middle is another one
    below = _fit_entries(values, notes, (rows - 1, room, em), whole, measure)
    fits = measure(heading) <= room and not (is_whole and entries.kept >= below.kept)
    return below._replace(heading=heading) if fits else entries


def _fit_entries(
    names: list[str],
    notes: list[str],
    room: tuple[int, float, float],
    least: float,
    measure: Measure,
) -> _Entries:
    """Return the entries of as many names as there is room for, and the notes behind them.

    The room is rows, width and font size; `least` is a name's width that makes room for others.
    """
    (rows, width, em), count = room, len(names) + len(notes)
    widths = [measure(text) for text in (*names[:MOST], *notes)]
    beside = HANDLE * em
    columns = int(width / (max(widths) + beside))
    if columns * rows < count:  # names become shorter for it, as far as they can be read then
        least = max([least, *widths[len(widths) - len(notes) :]])
        columns = max(columns, min(-(-count // rows), int(width / (least + beside))))
    columns = max(1, min(columns, count))
    columns = -(-count // -(-count // columns))  # all about as long
    kept, places = min(len(names), MOST), rows * columns
    if count > places or kept < len(names):
        kept = max(1, min(kept, places - 1 - len(notes)))
    below = max(width / columns - beside, 3.0 * em)
    labels = fit_captions([*names[:kept], *notes], below, 1, measure)
    if kept < len(names):
        labels.insert(kept, f"… {len(names) - kept} more")
    return _Entries(labels, columns, kept)


def measure_legend(legend: Legend, layout: Layout) -> float:
    """Return the height of a legend and of what parts it from a title, in points."""
    return float(legend.get_window_extent().height) / layout.dot + 0.5 * layout.style.font_size
