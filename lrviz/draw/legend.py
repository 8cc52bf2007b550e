"""The legend: above the axes, where it covers nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from lrviz.draw.elide import part_settings
from lrviz.draw.text import Measure, fit_captions, measure_with

HANDLE = 6.8
"""What an entry is wider than its text: line, gap and distance to the next, in font sizes."""

LINE = 4
"""The length of an entry's line, in font sizes: its pattern shows between two markers."""

LEAST = 6
"""The width of a name, at least, in font sizes, that makes room for others."""

ROW = 1.5
"""From one row to the next, in font sizes."""

MOST = 128
"""The names, at most, that a legend gives however much room there is."""

SHARE = 0.3
"""The part of the figure's height that a legend may take."""

_ONE_MARK = HandlerLine2D(numpoints=1)


def add_legend(
    axes: Axes,
    lines: Sequence[Line2D],
    names: Sequence[str],
    size: float,
    width: float,
    note: tuple[Line2D, str] | None = None,
) -> Legend:
    """Draw a legend above the axes, in as many columns as fit.

    Where names would be cut, what they are settings of stands above them. Those for which there is
    no room are counted.

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
    room = _Room(rows, width, em, measure_with(figure, size))
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


@dataclass(frozen=True)
class _Room:
    """The room of a legend: how many rows, and pixels for a row and for a letter's height."""

    rows: int
    width: float
    em: float
    measure: Measure


@dataclass(frozen=True)
class _Entries:
    """What a legend says.

    Attributes:
        labels: as they are written.
        columns: that they stand in.
        kept: how many of the names are among them.
        is_whole: whether none of those is cut.
        heading: what stands above them; None for nothing.
    """

    labels: Sequence[str]
    columns: int
    kept: int
    is_whole: bool
    heading: str | None = None


def _choose_entries(names: Sequence[str], note: Sequence[str], room: _Room) -> _Entries:
    """Return the entries: names as they are, or parted where that tells more of them."""
    entries = _fit_entries(names, note, room, LEAST)
    parted = part_settings(names) if room.rows > 1 else None
    if parted is None or (entries.is_whole and entries.kept == len(names)):
        return entries
    heading, values = parted
    if room.measure(heading) > room.width:
        return entries
    # A number without its middle is another one.
    whole = max(map(room.measure, values[:MOST])) / room.em
    below = _fit_entries(values, note, replace(room, rows=room.rows - 1), whole)
    if entries.is_whole and entries.kept >= below.kept:
        return entries
    return replace(below, heading=heading)


def _fit_entries(names: Sequence[str], note: Sequence[str], room: _Room, least: float) -> _Entries:
    """Return the entries of as many names as there is room for; the note is always among them."""
    texts, count = [*names[:MOST], *note], len(names) + len(note)
    widest = max(map(room.measure, texts)) / room.em
    least = max([least, *(room.measure(text) / room.em for text in note)])
    columns = _count_columns(widest, count, room.rows, room.width / room.em, least)
    kept, places = min(len(names), MOST), room.rows * columns
    if count > places or kept < len(names):
        kept = max(1, min(kept, places - 1 - len(note)))
    shown = [*names[:kept], *note]
    labels = fit_captions(shown, _measure_room(columns, room.width, room.em), 1, room.measure)
    if kept < len(names):
        labels.insert(kept, f"… {len(names) - kept} more")
    return _Entries(labels, columns, kept, labels[:kept] == list(names[:kept]))


def _measure_room(columns: int, width: float, em: float) -> float:
    """Return the room for a name, in pixels."""
    return max(width / columns - HANDLE * em, 3 * em)


def _count_columns(widest: float, count: int, rows: int, width: float, least: float = LEAST) -> int:
    """Return how many columns a legend has, all about as long.

    Args:
        widest: of the names, in font sizes.
        count: of the names.
        rows: the most there is room for.
        width: of the legend, in font sizes.
        least: the width of a name, at least, that makes room for others.

    >>> [_count_columns(widest, count, 5, 70, 6) for widest, count in ((6, 7), (40, 7), (40, 3))]
    [4, 2, 1]
    """
    columns = int(width / (widest + HANDLE))
    if columns * rows < count:  # names become shorter for it, as far as they can be read then
        columns = max(columns, min(-(-count // rows), int(width / (least + HANDLE))))
    columns = max(1, min(columns, count))
    return -(-count // -(-count // columns))


def measure_legend(legend: Legend, size: float) -> float:
    """Return the height of a legend and of what parts it from a title, in points."""
    figure = legend.get_figure(root=True)
    assert figure is not None
    return float(legend.get_window_extent().height) * 72 / figure.dpi + 0.5 * size


def lift_legend(legend: Legend, axes: Axes, height: float) -> None:
    """Move a legend up by so many points, for what stands between it and the axes."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    up = ScaledTranslation(0, height / 72, figure.dpi_scale_trans)
    legend.set_bbox_to_anchor((0, 1), transform=axes.transAxes + up)
