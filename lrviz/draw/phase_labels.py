"""Hairlines where one scheduler hands over to the next, and the names of those between them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lrviz.draw.chart import lift
from lrviz.draw.geometry import Geometry
from lrviz.draw.phases import Phase
from lrviz.draw.text import Measure, measure_with
from lrviz.spec.style import Style

SIZE = 0.85  # the size of a phase's name, as a multiple of the labels'
BAND = 1.6  # the height that a row of names takes at the top of the axes, in font sizes
ROW = 1.2  # the height that every further row takes, likewise

# The part of the axes' height, at most, that one row takes, and that several take.
PARTS = (0.2, 1 / 3, 1 / 3, 1 / 3)

APART = 8  # points from one hairline to the next, at least, on average; else they are left out
PAD = 0.35  # between a name and what is beside or above it, in font sizes
LONGEST = 40  # the characters, at most, of a name; the rest of it is left out

# The part of the axes' width that there is for certain, however long the ticks' labels are.
CERTAIN = 0.93


class Label(NamedTuple):
    """A phase's name where it stands.

    Attributes:
        text: the name.
        left: where it begins, in pixels from the axes' left edge.
        row: counted from the top.
        line: the first of the curve's lines that it is of; None for several curves'.
    """

    text: str
    left: float
    row: int
    line: int | None


def keep_apart(phases: Sequence[Phase], geometry: Geometry) -> Sequence[Phase]:
    """Return the phases in view; none where their hairlines could not be told apart."""
    low, high = sorted(geometry.xlim)
    shown = [phase for phase in phases if phase.start < high and phase.end > low]
    is_apart = (len(shown) - 1) * APART * geometry.dot <= geometry.width
    return shown if is_apart else ()


def draw_handovers(
    panels: Sequence[Axes], phases: Sequence[Phase], geometry: Geometry, style: Style
) -> None:
    """Draw a hairline in every panel wherever a scheduler hands over.

    One that is of a single curve among several has that curve's colour.
    """
    low = max(0.0, min(geometry.xlim))
    places: dict[float, int | None] = {}
    for phase in phases:
        if phase.start > low:
            places[phase.start] = None if phase.start in places else phase.line
    for axes in panels if places else ():
        axes.vlines(
            list(places),
            0,
            1,
            colors=[_color(line, style) for line in places.values()],
            linewidths=0.08 * style.font_size,
            alpha=0.6,
            zorder=1.6,
            transform=axes.get_xaxis_transform(),
        )


def plan_labels(
    figure: Figure, phases: Sequence[Phase], geometry: Geometry, style: Style, height: float
) -> list[Label]:
    """Return where the phases' names stand: at their hand-over, on the first row that is free.

    Where there is no room for all, every name stands at the first of its phases alone, and those
    for which there is none even so are left out.

    Args:
        figure: where they will stand.
        phases: in view.
        geometry: of the figure.
        style: of the figure.
        height: of the axes, in points.
    """
    measure = measure_with(figure, SIZE * style.font_size)
    bands = [measure_band(row, style, height) for row in range(len(PARTS))]
    rows = sum(band <= part for band, part in zip(bands, PARTS, strict=True))
    pad = PAD * SIZE * style.font_size * geometry.dot
    labels = _place(phases, geometry, rows, pad, measure)
    if len(labels) < len(phases):
        firsts = {phase.name: replace(phase, line=None) for phase in reversed(phases)}
        if len(firsts) < len(phases):
            labels = _place(tuple(firsts.values())[::-1], geometry, rows, pad, measure)
    return labels


def _place(
    phases: Sequence[Phase], geometry: Geometry, rows: int, pad: float, measure: Measure
) -> list[Label]:
    """Return the labels that find a row, from left to right.

    One that would run out of the axes is moved to the left as far as that.
    """
    pixel, (first, last) = _measure_pixel(geometry), geometry.xlim
    width, ends = (last - first) / pixel, [-pad] * rows
    labels = []
    for phase in sorted(phases, key=lambda phase: _find_left(phase, geometry)):
        text = phase.name
        if len(text) > LONGEST:
            text = f"{text[: LONGEST - 1].rstrip(' +')}…"
        left = min(_find_left(phase, geometry) + pad, width - measure(text) - pad)
        row = next((row for row, end in enumerate(ends) if end + pad <= left), None)
        if row is not None:
            ends[row] = left + measure(text)
            labels.append(Label(text, left, row, phase.line))
    return labels


def draw_labels(axes: Axes, labels: Sequence[Label], geometry: Geometry, style: Style) -> None:
    """Write the phases' names at the top of the axes."""
    size = SIZE * style.font_size
    for label in labels:
        below = PAD * size + label.row * ROW * style.font_size
        axes.text(
            geometry.xlim[0] + label.left * _measure_pixel(geometry),
            1,
            label.text,
            transform=axes.get_xaxis_transform() + lift(axes, -below),
            verticalalignment="top",
            fontsize=size,
            color=_color(label.line, style),
            zorder=1.7,
            backgroundcolor=style.background,
            bbox={"facecolor": style.background, "edgecolor": "none", "pad": 0.1 * size},
        ).set_in_layout(False)


def measure_band(row: int, style: Style, height: float) -> float:
    """Return the part of the axes' height, in points, down to a row of names."""
    points = (BAND + row * ROW) * style.font_size + style.marker_size / 2
    return points / max(height, 1.0)


def _find_left(phase: Phase, geometry: Geometry) -> float:
    """Return where a phase begins on the axis, in pixels; it may be turned round."""
    first, pixel = geometry.xlim[0], _measure_pixel(geometry)
    return max(0.0, min((phase.start - first) / pixel, (phase.end - first) / pixel))


def _measure_pixel(geometry: Geometry) -> float:
    """Return what a pixel is in units of the x axis, negative where that runs to the left."""
    first, last = geometry.xlim
    return (last - first) / (CERTAIN * geometry.width)


def _color(line: int | None, style: Style) -> str:
    return style.foreground if line is None else style.colors[line % len(style.colors)]
