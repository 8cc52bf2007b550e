"""Hairlines where one scheduler hands over to the next, and the names of those between them."""

from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.transforms import ScaledTranslation

from lrviz.draw.geometry import Geometry
from lrviz.draw.phases import Phase
from lrviz.draw.text import Measure, fit_text, measure_with
from lrviz.spec.style import Style

SIZE = 0.85
"""The size of a phase's name, as a multiple of the labels'."""

BAND = 1.6
"""The height that the names take at the top of the axes, in font sizes."""

MOST = 0.2
"""The part of the axes' height, at most, that the names take; else they are left out."""

APART = 8
"""Points from one hairline to the next, at least, on average; else they are left out."""

PAD = 0.35
"""Between a name and what is beside or above it, in font sizes."""

LEAST = 4
"""The characters, at least, that a shortened name keeps."""

CERTAIN = 0.93
"""The part of the axes' width that there is for certain, however long the ticks' labels are."""


def choose_band(phases: Sequence[Phase], style: Style, height: float) -> float:
    """Return the part of the axes' height to keep for the phases' names; 0 for none.

    Args:
        phases: in order; fewer than two have no names.
        style: of the figure.
        height: of the axes, in points.
    """
    if len(phases) < 2:
        return 0.0
    band = (BAND * style.font_size + style.marker_size / 2) / max(height, 1.0)
    return band if band <= MOST else 0.0


def draw_joints(
    panels: Sequence[Axes], phases: Sequence[Phase], geometry: Geometry, style: Style
) -> None:
    """Draw a hairline in every panel wherever a phase after the first begins."""
    low, high = sorted(geometry.xlim)
    places = [phase.start for phase in phases[1:] if low < phase.start < high]
    if len(places) * APART * geometry.dot > geometry.width:
        return
    for axes in panels:
        axes.add_collection(
            LineCollection(
                [[(place, 0), (place, 1)] for place in places],
                colors=style.foreground,
                linewidths=0.08 * style.font_size,
                alpha=0.6,
                zorder=1.6,
                transform=axes.get_xaxis_transform(),
            ),
            autolim=False,
        )


def name_phases(axes: Axes, phases: Sequence[Phase], geometry: Geometry, style: Style) -> None:
    """Write the phases' names at the top of the axes, as far as there is room between hairlines."""
    size = SIZE * style.font_size
    figure = axes.get_figure(root=True)
    assert figure is not None
    measure = measure_with(figure, size)
    low, high = sorted(geometry.xlim)
    drop = ScaledTranslation(0, -PAD * size / 72, figure.dpi_scale_trans)
    ends = [*(phase.start for phase in phases), high]
    for phase, (start, end) in zip(phases, pairwise(ends), strict=True):
        start, end = max(start, low), min(end, high)
        room = CERTAIN * geometry.width * (end - start) / (high - low)
        name = shorten_name(phase.name, room - 2 * PAD * size * geometry.dot, measure)
        if name:
            axes.text(
                (start + end) / 2,
                1,
                name,
                transform=axes.get_xaxis_transform() + drop,
                horizontalalignment="center",
                verticalalignment="top",
                fontsize=size,
                zorder=1.7,
                backgroundcolor=style.background,
                bbox={"facecolor": style.background, "edgecolor": "none", "pad": 0.1 * size},
            ).set_in_layout(False)


def shorten_name(name: str, room: float, measure: Measure) -> str:
    """Return a name as it fits on a line: without `LR`, then without its end; else nothing.

    >>> [shorten_name("CosineAnnealingLR", room, len) for room in (17, 16, 9, 4)]
    ['CosineAnnealingLR', 'CosineAnnealing', 'CosineAn…', '']
    """
    short = " + ".join(part.removesuffix("LR") for part in name.split(" + "))
    for each in (name, short):
        if each and measure(each) <= room:
            return each
    if not name or room <= measure(name[:LEAST] + "…") - 1e-9:
        return ""
    return fit_text(name, room, 1, measure)
