"""The phases of a run: the part that each scheduler of a composite governs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lrviz.curve import SchedulerFacts
from lrviz.draw.chart import Layout, lift, measure_with
from lrviz.draw.panels import LARGEST, Limits
from lrviz.draw.text import Measure
from lrviz.run.driven import Run
from lrviz.spec.style import Style

Starts = list[tuple[int, str]]


@dataclass(frozen=True)
class Phase:
    """The part of a run that one scheduler governs.

    Attributes:
        start: where its first value is seen, in units of the x axis.
        name: of the scheduler.
        end: where the next one's first value is seen, or the run ends.
        line: the first of the curve's lines that it is of; None for several curves'.
    """

    start: float
    name: str
    end: float
    line: int | None = None


def find_phases(run: Run, x: str) -> tuple[Phase, ...]:
    """Return the phases that curves of a run go through, in order.

    There are none where nothing hands over. Those of several curves may overlap; what is the same
    in several of them is one phase. An axis in `x`, steps or epochs, is what they stand on.
    """
    found: dict[tuple[float, str], Phase] = {}
    line = 0
    for curve, schedule, facts in zip(run.curves, run.spec.schedules, run.schedulers, strict=False):
        starts = [(at * schedule.steps_per_call, name) for at, name in _list_starts(facts)]
        begun = [start for start in starts if start[0] < curve.steps]
        ends = [*(at for at, _ in begun[1:]), curve.steps]
        own, unit = line if len(run.curves) > 1 else None, curve.unit(x)
        for (at, name), end in zip(begun, ends, strict=True) if len(begun) > 1 else ():
            key, phase = (at / unit, name), Phase(at / unit, name, end / unit, own)
            known = found.get(key)
            found[key] = (
                replace(known, end=max(known.end, phase.end), line=None) if known else phase
            )
        line += len(curve.groups)
    return tuple(sorted(found.values(), key=lambda phase: phase.start))


def _list_starts(facts: SchedulerFacts) -> Starts:
    """Return the value of the run from which on each scheduler governs."""
    if not facts.children:
        return [(facts.values.start, facts.name)] if facts.values else []
    inside = [_list_starts(child) for child in facts.children]
    if facts.name == "SequentialLR":
        return sorted((start for starts in inside for start in starts), key=lambda each: each[0])
    return _merge(inside)


def _merge(lanes: Sequence[Starts]) -> Starts:
    """Return the starts of what happens at once; each is called after all that is going on."""
    return [
        (place, " + ".join([name for at, name in lane if at <= place][-1] for lane in lanes))
        for place in sorted({at for lane in lanes for at, _ in lane})
    ]


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


def keep_apart(phases: Sequence[Phase], layout: Layout) -> Sequence[Phase]:
    """Return the phases in view; none where their hairlines could not be told apart."""
    low, high = sorted(layout.xlim)
    shown = [phase for phase in phases if phase.start < high and phase.end > low]
    is_apart = (len(shown) - 1) * APART * layout.dot <= layout.width
    return shown if is_apart else ()


def draw_handovers(panels: Sequence[Axes], phases: Sequence[Phase], layout: Layout) -> None:
    """Draw a hairline in every panel wherever a scheduler hands over.

    One that is of a single curve among several has that curve's colour.
    """
    low = max(0.0, min(layout.xlim))
    places: dict[float, int | None] = {}
    for phase in phases:
        if phase.start > low:
            places[phase.start] = None if phase.start in places else phase.line
    for axes in panels if places else ():
        axes.vlines(
            list(places),
            0,
            1,
            colors=[_color(line, layout.style) for line in places.values()],
            linewidths=0.08 * layout.style.font_size,
            alpha=0.6,
            zorder=1.6,
            transform=axes.get_xaxis_transform(),
        )


def plan_labels(
    figure: Figure, phases: Sequence[Phase], layout: Layout, height: float
) -> tuple[list[Label], float]:
    """Return where the phases' names stand in axes so high, in points, and their part above.

    Each stands at its hand-over, on the first row that is free. Where there is no room for all,
    every name stands at the first of its phases alone, and those for which there is none even so
    are left out.
    """
    style, size = layout.style, SIZE * layout.style.font_size
    measure, pad = measure_with(figure, size), PAD * size * layout.dot
    bands = [_measure_band(row, style, height) for row in range(len(PARTS))]
    rows = sum(band <= part for band, part in zip(bands, PARTS, strict=True))
    labels = _place(phases, layout, rows, pad, measure)
    if len(labels) < len(phases):
        firsts = {phase.name: replace(phase, line=None) for phase in reversed(phases)}
        if len(firsts) < len(phases):
            labels = _place(tuple(firsts.values())[::-1], layout, rows, pad, measure)
    return labels, max((bands[label.row] for label in labels), default=0.0)


def _place(
    phases: Sequence[Phase], layout: Layout, rows: int, pad: float, measure: Measure
) -> list[Label]:
    """Return the labels that find a row, from left to right.

    One that would run out of the axes is moved to the left as far as that.
    """
    pixel, (first, last) = _measure_pixel(layout), layout.xlim
    width, ends = (last - first) / pixel, [-pad] * rows
    labels = []
    for phase in sorted(phases, key=lambda phase: _find_left(phase, layout)):
        text = phase.name
        if len(text) > LONGEST:
            text = f"{text[: LONGEST - 1].rstrip(' +')}…"
        left = min(_find_left(phase, layout) + pad, width - measure(text) - pad)
        row = next((row for row, end in enumerate(ends) if end + pad <= left), None)
        if row is not None:
            ends[row] = left + measure(text)
            labels.append(Label(text, left, row, phase.line))
    return labels


def draw_labels(axes: Axes, labels: Sequence[Label], layout: Layout) -> None:
    """Write the phases' names at the top of the axes."""
    style, size = layout.style, SIZE * layout.style.font_size
    for label in labels:
        below = PAD * size + label.row * ROW * style.font_size
        axes.text(
            layout.xlim[0] + label.left * _measure_pixel(layout),
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


def _measure_band(row: int, style: Style, height: float) -> float:
    """Return the part of the axes' height, in points, down to a row of names."""
    points = (BAND + row * ROW) * style.font_size + style.marker_size / 2
    return points / max(height, 1.0)


def _find_left(phase: Phase, layout: Layout) -> float:
    """Return where a phase begins on the axis, in pixels; it may be turned round."""
    first, pixel = layout.xlim[0], _measure_pixel(layout)
    return max(0.0, min((phase.start - first) / pixel, (phase.end - first) / pixel))


def _measure_pixel(layout: Layout) -> float:
    """Return what a pixel is in units of the x axis, negative where that runs to the left."""
    first, last = layout.xlim
    return (last - first) / (CERTAIN * layout.width)


def _color(line: int | None, style: Style) -> str:
    return style.foreground if line is None else style.colors[line % len(style.colors)]


def raise_limits(limits: Limits, highest: float, band: float, scale: str) -> Limits:
    """Return limits that leave a part of the axis above the highest value empty.

    >>> raise_limits((0.0, 1.0), 0.9, 0.25, "linear"), raise_limits((0.0, 1.0), 0.5, 0.25, "linear")
    ((0.0, 1.2), (0.0, 1.0))
    """
    low, high = limits
    if scale == "log":
        if highest <= 0:
            return limits
        start = math.log10(low)
        wanted = start + (math.log10(highest) - start) / (1 - band)
        return low, max(high, 10.0 ** min(wanted, 307.0))
    return low, max(high, min(low + (highest - low) / (1 - band), LARGEST))
