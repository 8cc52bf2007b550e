"""The legend: above the axes, where it covers nothing."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D

from lrviz.draw.elide import part_settings
from lrviz.draw.text import Measure, fit_captions, measure_with

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
    names: Sequence[str],
    size: float,
    width: float,
    note: tuple[Line2D, str] | None = None,
) -> Legend:
    """Draw a legend above the axes, in as many columns as fit; names without room are counted.

    Args:
        axes: whose lines they are.
        lines: one a name.
        names: as many; those too long for their column lose their middle.
        size: of the font, in points.
        width: the room there is, in pixels.
        note: a mark and what it means, which has the last entry.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    em = size * figure.dpi / 72
    rows = max(1, int(SHARE * figure.bbox.height / (ROW * em)))
    measure = measure_with(figure, size)
    room = _Room(rows, width / em, lambda text: measure(text) / em)
    plain = [name.replace("\n", " ") or "?" for name in names]
    entries = _choose_entries(plain, [note[1]] if note else [], room)
    handles = [*lines[: entries.kept], *([note[0]] if note else [])]
    if entries.kept < len(lines):
        handles.insert(entries.kept, Line2D([], [], linestyle="none"))
    marks = [line for line in handles if line.get_linestyle() == "None"]
    return axes.legend(
        handles,
        entries.labels,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=entries.columns,
        borderaxespad=0.3,
        borderpad=0.2,
        handlelength=LINE,
        numpoints=2,
        handler_map=dict.fromkeys(marks, _ONE_MARK),
        fontsize=size,
        title=entries.heading,
        title_fontsize=size,
        alignment="left",
    )


class _Room(NamedTuple):
    """The room of a legend: how many rows, how wide, and the width of a text, in font sizes."""

    rows: int
    width: float
    measure: Measure


class _Entries(NamedTuple):
    """What a legend says.

    Attributes:
        labels: as they are written.
        columns: that they stand in.
        kept: how many of the names are among them.
        heading: what stands above them; None for nothing.
    """

    labels: list[str]
    columns: int
    kept: int
    heading: str | None = None


def _choose_entries(names: list[str], notes: list[str], room: _Room) -> _Entries:
    """Return the entries; where names would be cut, what they are settings of stands above them."""
    entries = _fit_entries(names, notes, room, LEAST)
    parted = part_settings(names) if room.rows > 1 else None
    is_whole = entries.labels[: entries.kept] == names[: entries.kept]
    if (is_whole and entries.kept == len(names)) or parted is None:
        return entries
    heading, values = parted
    whole = max(map(room.measure, values[:MOST]))  # a number without its middle is another one
    below = _fit_entries(values, notes, room._replace(rows=room.rows - 1), whole)
    if room.measure(heading) > room.width or (is_whole and entries.kept >= below.kept):
        return entries
    return below._replace(heading=heading)


def _fit_entries(names: list[str], notes: list[str], room: _Room, least: float) -> _Entries:
    """Return the entries of as many names as there is room for.

    Args:
        names: one a line.
        notes: stand behind them in any case.
        room: of the legend.
        least: the width of a name, at least, that makes room for others.
    """
    widths = [room.measure(text) for text in (*names[:MOST], *notes)]
    count = len(names) + len(notes)
    columns = int(room.width / (max(widths) + HANDLE))
    if columns * room.rows < count:  # names become shorter for it, as far as they can be read then
        least = max([least, *map(room.measure, notes)])
        columns = max(columns, min(-(-count // room.rows), int(room.width / (least + HANDLE))))
    columns = max(1, min(columns, count))
    columns = -(-count // -(-count // columns))  # all about as long
    kept, places = min(len(names), MOST), room.rows * columns
    if count > places or kept < len(names):
        kept = max(1, min(kept, places - 1 - len(notes)))
    labels = fit_captions(
        [*names[:kept], *notes], max(room.width / columns - HANDLE, 3.0), 1, room.measure
    )
    if kept < len(names):
        labels.insert(kept, f"… {len(names) - kept} more")
    return _Entries(labels, columns, kept)


def measure_legend(legend: Legend, size: float) -> float:
    """Return the height of a legend and of what parts it from a title, in points."""
    figure = legend.get_figure(root=True)
    assert figure is not None
    return float(legend.get_window_extent().height) * 72 / figure.dpi + 0.5 * size
