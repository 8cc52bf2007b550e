"""Hairlines where one scheduler hands over to the next, and the names of those between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.transforms import ScaledTranslation

from lrviz.draw.captions import shorten
from lrviz.draw.geometry import Geometry
from lrviz.draw.phases import Joint, Phase
from lrviz.draw.text import Measure, measure_with
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

BEFORE, AFTER = "← ", " →"
"""Point from a name that stands beside its phase to the phase."""


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
    panels: Sequence[Axes], joints: Sequence[Joint], geometry: Geometry, style: Style
) -> None:
    """Draw a hairline in every panel wherever a scheduler hands over.

    One that is of a single curve among several has that curve's colour.
    """
    low, high = sorted(geometry.xlim)
    shown = [joint for joint in joints if low < joint.place < high]
    if len(shown) * APART * geometry.dot > geometry.width:
        return
    colors = [
        style.foreground if joint.line is None else style.colors[joint.line % len(style.colors)]
        for joint in shown
    ]
    for axes in panels:
        axes.add_collection(
            LineCollection(
                [[(joint.place, 0), (joint.place, 1)] for joint in shown],
                colors=colors,
                linewidths=0.08 * style.font_size,
                alpha=0.6,
                zorder=1.6,
                transform=axes.get_xaxis_transform(),
            ),
            autolim=False,
        )


@dataclass(frozen=True)
class Placed:
    """A text, and the room along the x axis that it stands in the middle of, in pixels."""

    text: str
    start: float
    end: float


def name_phases(axes: Axes, phases: Sequence[Phase], geometry: Geometry, style: Style) -> None:
    """Write the phases' names at the top of the axes, as far as there is room.

    A name that does not fit between its phase's hairlines stands beside them and points there.
    """
    size = SIZE * style.font_size
    figure = axes.get_figure(root=True)
    assert figure is not None
    low, high = sorted(geometry.xlim)
    pixel = (high - low) / (CERTAIN * geometry.width)  # in units of the x axis
    ends = [*(phase.start for phase in phases), high]
    spans = [(max(start, low) / pixel, min(end, high) / pixel) for start, end in pairwise(ends)]
    drop = ScaledTranslation(0, -PAD * size / 72, figure.dpi_scale_trans)
    names = [phase.name for phase in phases]
    for placed in place_names(names, spans, PAD * size * geometry.dot, measure_with(figure, size)):
        axes.text(
            (placed.start + placed.end) / 2 * pixel,
            1,
            placed.text,
            transform=axes.get_xaxis_transform() + drop,
            horizontalalignment="center",
            verticalalignment="top",
            fontsize=size,
            zorder=1.7,
            backgroundcolor=style.background,
            bbox={"facecolor": style.background, "edgecolor": "none", "pad": 0.1 * size},
        ).set_in_layout(False)


def place_names(
    names: Sequence[str], spans: Sequence[tuple[float, float]], pad: float, measure: Measure
) -> list[Placed]:
    """Return where the names of phases stand, from left to right; some may find no room.

    Args:
        names: one a phase; an empty one has none.
        spans: where each phase begins and ends.
        pad: between a name and what is beside it.
        measure: the width of a text, in the unit of the spans.

    >>> [each.text for each in place_names(["Linear", "Cosine"], [(0, 3), (3, 40)], 1, len)]
    ['← Linear', 'Cosine']
    """
    rooms = [Placed("", start + pad, end - pad) for start, end in spans]
    fitted = [
        replace(room, text=shorten_name(name, room.end - room.start, measure))
        for name, room in zip(names, rooms, strict=True)
    ]
    beside: list[Placed] = []
    for place, name in enumerate(names):
        if not name or fitted[place].text or spans[place][0] >= spans[place][1]:
            continue
        for host, before in ((place + 1, BEFORE), (place - 1, AFTER)):
            if not 0 <= host < len(names):
                continue
            text = _point(name, before, fitted[host], pad, measure)
            if text:
                taken, fitted[host] = _part(text, before, fitted[host], pad, measure)
                beside.append(taken)
                break
    return sorted([*(each for each in fitted if each.text), *beside], key=lambda each: each.start)


def _point(name: str, arrow: str, host: Placed, pad: float, measure: Measure) -> str:
    """Return a name with an arrow as it fits beside another one; empty where it does not."""
    room = host.end - host.start - (measure(host.text) + 2 * pad if host.text else 0)
    for each in (name, _drop_ending(name)):
        text = f"{arrow}{each}" if arrow is BEFORE else f"{each}{arrow}"
        if measure(text) <= room:
            return text
    return ""


def _part(
    text: str, arrow: str, host: Placed, pad: float, measure: Measure
) -> tuple[Placed, Placed]:
    """Return what a text takes of another's room, at the side that it points to, and the rest."""
    width = measure(text)
    if arrow is BEFORE:
        edge = host.start + width
        return Placed(text, host.start, edge), replace(host, start=edge + 2 * pad)
    edge = host.end - width
    return Placed(text, edge, host.end), replace(host, end=edge - 2 * pad)


def shorten_name(name: str, room: float, measure: Measure) -> str:
    """Return a name as it fits on a line: without `LR`, then without its middle; else nothing.

    >>> [shorten_name("CosineAnnealingLR", room, len) for room in (17, 16, 9, 4)]
    ['CosineAnnealingLR', 'CosineAnnealing', 'Cosi…ngLR', '']
    """
    for each in (name, _drop_ending(name)):
        if each and measure(each) <= room:
            return each
    if not name or " + " in name or room <= measure(name[:LEAST] + "…") - 1e-9:
        return ""
    return shorten(name, room, 1, measure)


def _drop_ending(name: str) -> str:
    return " + ".join(part.removesuffix("LR") for part in name.split(" + "))
