"""Hairlines where one scheduler hands over to the next, and the names of those between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from lrviz.draw.geometry import Geometry
from lrviz.draw.phases import Joint, Phase, follow_one_another
from lrviz.draw.placing import Placed, is_whole, place_names, stagger_names
from lrviz.draw.text import Measure, measure_with
from lrviz.spec.style import Style

SIZE = 0.85
"""The size of a phase's name, as a multiple of the labels'."""

BAND = 1.6
"""The height that a row of names takes at the top of the axes, in font sizes."""

ROW = 1.2
"""The height that every further row takes, likewise."""

ROWS = 4
"""The rows, at most."""

MOST = 0.2
"""The part of the axes' height, at most, that a row takes; else names are left out."""

PART = 1 / 3
"""The part of the axes' height, at most, that several rows take."""

APART = 8
"""Points from one hairline to the next, at least, on average; else they are left out."""

PAD = 0.35
"""Between a name and what is beside or above it, in font sizes."""

CERTAIN = 0.93
"""The part of the axes' width that there is for certain, however long the ticks' labels are."""


def draw_joints(
    panels: Sequence[Axes], joints: Sequence[Joint], geometry: Geometry, style: Style
) -> None:
    """Draw a hairline in every panel wherever a scheduler hands over.

    One that is of a single curve among several has that curve's colour.
    """
    low, high = sorted(geometry.xlim)
    shown = [joint for joint in joints if low < joint.place < high]
    if not _are_apart(len(shown), geometry):
        return
    colors = [_color(joint.line, style) for joint in shown]
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


class Named(NamedTuple):
    """A phase's name where it stands.

    Attributes:
        phase: that it names.
        placed: the text and its place.
        span: where it begins and ends, in units of the x axis, or the other way round.
        band: the part of the axes' height above its lower edge.
    """

    phase: Phase
    placed: Placed
    span: tuple[float, float]
    band: float


@dataclass(frozen=True)
class Layout:
    """Where the phases' names stand.

    Attributes:
        names: those that stand there; at least one.
    """

    names: tuple[Named, ...]

    @property
    def band(self) -> float:
        """The part of the axes' height to keep for them."""
        return max(name.band for name in self.names)


def plan_names(
    figure: Figure,
    phases: Sequence[Phase],
    shared: Sequence[Phase],
    geometry: Geometry,
    style: Style,
    height: float,
) -> list[Layout]:
    """Return how the phases' names may stand, the best first: the next one needs less height.

    Names stand in one row, beside their phase where that is too narrow. Where this would cut or
    drop one, or the phases of several curves overlap, they are staggered on several rows.

    Args:
        figure: where they will stand.
        phases: those that have names; fewer than two have none.
        shared: those of all curves at once, which one row names where the others overlap.
        geometry: of the figure.
        style: of the figure.
        height: of the axes, in points.
    """
    band = _measure_band(1, style, height)
    if len(phases) < 2 or band > MOST:
        return []
    shown = _list_shown(phases, geometry)
    names, spans = [each.phase.name for each in shown], [(each.start, each.end) for each in shown]
    size = SIZE * style.font_size
    pad, measure = PAD * size * geometry.dot, measure_with(figure, size)
    follow = follow_one_another(phases)
    in_row = shown if follow else _list_shown(shared, geometry)
    single = place_names(
        [each.phase.name for each in in_row],
        [(each.start, each.end) for each in in_row],
        pad,
        measure,
    )
    layouts = [_lay_out(single, in_row, geometry, style, height, measure)] if single else []
    if (follow and is_whole(single, names)) or not _are_apart(len(shown) - 1, geometry):
        return layouts
    most = max(each for each in range(1, ROWS + 1) if _measure_band(each, style, height) <= PART)
    several = stagger_names(names, spans, CERTAIN * geometry.width, most, pad, measure)
    if len(several) == len(names) or (several and not layouts):
        layouts.insert(0, _lay_out(several, shown, geometry, style, height, measure))
    return layouts


def name_phases(axes: Axes, names: Sequence[Named], geometry: Geometry, style: Style) -> None:
    """Write the phases' names at the top of the axes."""
    size = SIZE * style.font_size
    figure = axes.get_figure(root=True)
    assert figure is not None
    pixel = _measure_pixel(geometry)
    for phase, each, *_ in names:
        places = {"left": each.start, "center": (each.start + each.end) / 2, "right": each.end}
        below = PAD * size + each.row * ROW * style.font_size
        drop = ScaledTranslation(0, -below / 72, figure.dpi_scale_trans)
        axes.text(
            geometry.xlim[0] + places[each.align] * pixel,
            1,
            each.text,
            transform=axes.get_xaxis_transform() + drop,
            horizontalalignment=each.align,
            verticalalignment="top",
            fontsize=size,
            color=_color(phase.line, style),
            zorder=1.7,
            backgroundcolor=style.background,
            bbox={"facecolor": style.background, "edgecolor": "none", "pad": 0.1 * size},
        ).set_in_layout(False)


class _Shown(NamedTuple):
    """A phase in view, and where it begins and ends, in pixels from the axes' left edge."""

    phase: Phase
    start: float
    end: float


def _list_shown(phases: Sequence[Phase], geometry: Geometry) -> list[_Shown]:
    """Return the phases in view as they follow from left to right, which an axis may turn round."""
    pixel, (first, last) = _measure_pixel(geometry), geometry.xlim
    width = (last - first) / pixel
    found = []
    for phase in phases:
        start, end = sorted(((phase.start - first) / pixel, (phase.end - first) / pixel))
        if start < width and end > 0:
            found.append(_Shown(phase, max(start, 0.0), min(end, width)))
    return sorted(found, key=lambda each: each.start)


def _lay_out(
    placed: Sequence[Placed],
    shown: Sequence[_Shown],
    geometry: Geometry,
    style: Style,
    height: float,
    measure: Measure,
) -> Layout:
    """Return the layout of names that stand somewhere."""
    pixel, first = _measure_pixel(geometry), geometry.xlim[0]
    names = []
    for each in placed:
        width = measure(each.text)
        middle = (each.start + each.end - width) / 2
        left = {"left": each.start, "center": middle, "right": each.end - width}[each.align]
        span = first + left * pixel, first + (left + width) * pixel
        band = _measure_band(each.row + 1, style, height)
        names.append(Named(shown[each.phase].phase, each, span, band))
    return Layout(tuple(names))


def _measure_pixel(geometry: Geometry) -> float:
    """Return what a pixel is in units of the x axis, negative where that runs to the left."""
    first, last = geometry.xlim
    return (last - first) / (CERTAIN * geometry.width)


def _measure_band(rows: int, style: Style, height: float) -> float:
    """Return the part of the axes' height, in points, that so many rows of names take."""
    points = (BAND + (rows - 1) * ROW) * style.font_size + style.marker_size / 2
    return points / max(height, 1.0)


def _are_apart(joints: int, geometry: Geometry) -> bool:
    """Whether so many hairlines can be told apart."""
    return joints * APART * geometry.dot <= geometry.width


def _color(line: int | None, style: Style) -> str:
    return style.foreground if line is None else style.colors[line % len(style.colors)]
