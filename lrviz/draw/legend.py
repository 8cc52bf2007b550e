"""The legend: above the axes, where it covers nothing."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from lrviz.draw.captions import fit_captions
from lrviz.draw.text import measure_with
from lrviz.elide import part_settings

HANDLE = 6.8
"""What an entry is wider than its text: line, gap and distance to the next, in font sizes."""

LINE = 4
"""The length of an entry's line, in font sizes: its pattern shows between two markers."""

LEAST = 6
"""The width of a name, at least, in font sizes, that makes room for others."""

ROW = 1.5
"""From one row to the next, in font sizes."""

SHARE = 0.3
"""The part of the figure's height that a legend may take."""

_ONE_MARK = HandlerLine2D(numpoints=1)


def add_legend(
    axes: Axes, lines: Sequence[Line2D], names: Sequence[str], size: float, width: float
) -> Legend:
    """Draw a legend above the axes, in as many columns as fit.

    Where names would be cut, what they are settings of stands above them. Entries for which there
    is no room are counted in its last one.

    Args:
        axes: whose lines they are.
        lines: one an entry.
        names: as many; those too long for their column lose their middle.
        size: of the font, in points.
        width: the room there is, in pixels.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    em = size * figure.dpi / 72
    measure = measure_with(figure, size)
    rows = max(1, int(SHARE * figure.bbox.height / (ROW * em)))
    plain = [name.replace("\n", " ") or "?" for name in names]
    columns = _count_columns(max(map(measure, plain)) / em, len(plain), rows, width / em)
    labels = fit_captions(plain, _measure_room(columns, width, em), 1, measure)
    heading = None
    parted = part_settings(plain) if rows > 1 else None
    if parted and (labels != plain or len(plain) > rows * columns):
        heading, values = parted
        rows -= 1
        widest = max(map(measure, values)) / em  # a number without its middle is another one
        columns = _count_columns(widest, len(values), rows, width / em, least=widest)
        labels = fit_captions(values, _measure_room(columns, width, em), 1, measure)
    handles = list(lines)
    if len(labels) > rows * columns:
        kept = max(1, rows * columns - 1)
        labels = [*labels[:kept], f"… {len(labels) - kept} more"]
        handles = [*handles[:kept], Line2D([], [], linestyle="none")]
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
        handler_map={line: _ONE_MARK for line in lines if line.get_linestyle() == "None"},
        fontsize=size,
        title=heading,
        title_fontsize=size,
        alignment="left",
    )


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

    >>> _count_columns(6, 7, 5, 70), _count_columns(40, 7, 5, 70), _count_columns(40, 3, 5, 70)
    (4, 2, 1)
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
