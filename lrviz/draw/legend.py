"""The legend: above the axes, where it covers nothing."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from lrviz.draw.text import fit_text, measure_with

HANDLE = 6
"""What an entry is wider than its text: line, gap and distance to the next, in font sizes."""

ROW = 1.5
"""From one row to the next, in font sizes."""

SHARE = 0.3
"""The part of the figure's height that a legend may take."""


def add_legend(
    axes: Axes, lines: Sequence[Line2D], names: Sequence[str], size: float, width: float
) -> Legend:
    """Draw a legend above the axes, in as many columns as fit.

    Entries for which there is no room are counted in its last one.

    Args:
        axes: whose lines they are.
        lines: one an entry.
        names: as many; one too long for the figure is shortened.
        size: of the font, in points.
        width: the room there is, in pixels.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    em = size * figure.dpi / 72
    measure = measure_with(figure, size)
    room = max(width - HANDLE * em, 3 * em)
    labels = [fit_text(name.replace("\n", " ") or "?", room, 1, measure) for name in names]
    widest = max(map(measure, labels)) + HANDLE * em
    columns = max(1, min(len(labels), int(width / widest)))
    rows = max(1, int(SHARE * figure.bbox.height / (ROW * em)))
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
        handlelength=3.2,
        fontsize=size,
    )


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
