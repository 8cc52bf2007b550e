"""The phases of a run: the part that each scheduler of a composite governs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from matplotlib.axes import Axes

from lrviz.curve import SchedulerFacts
from lrviz.draw.axes import lift
from lrviz.draw.chart import Layout
from lrviz.draw.fonts import measure_with
from lrviz.draw.panels import LARGEST, Limits
from lrviz.run.driven import Run
from lrviz.spec.style import Style

Starts = list[tuple[int, str]]


@dataclass(frozen=True)
class Phase:
    """The part of a run that one scheduler governs.

    Attributes:
        start: where its first value is seen, in units of the x axis.
        name: of the scheduler.
        end: where the next one's first value is seen, or all curves end.
        is_last: whether no other follows.
    """

    start: float
    name: str
    end: float
    is_last: bool


def find_phases(run: Run, x: str) -> tuple[Phase, ...]:
    """Return the phases that all curves of a run go through, in order.

    There are none where nothing hands over. An axis in `x`, steps or epochs, is what they stand on.
    """
    found: list[list[Phase]] = []
    whole = max(curve.steps / curve.unit(x) for curve in run.curves)
    for curve, schedule, facts in zip(run.curves, run.spec.schedules, run.schedulers, strict=False):
        unit = curve.unit(x)
        starts = [(schedule.step_after(at), name) for at, name in _list_starts(facts)]
        begun = [(at / unit, name) for at, name in starts if at < curve.steps]
        ends = [*(at for at, _ in begun[1:]), whole]
        each = zip(begun, ends, strict=True)
        found.append([Phase(at, name, end, end == whole) for (at, name), end in each])
    several = found[0] if found and len(found[0]) > 1 else []
    return tuple(phase for phase in several if all(phase in each for each in found))


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


def keep_apart(phases: Sequence[Phase], layout: Layout) -> Sequence[Phase]:
    """Return the phases in view; none where their hairlines could not be told apart."""
    low, high = sorted(layout.xlim)
    shown = [phase for phase in phases if phase.start < high and phase.end > low]
    is_apart = (len(shown) - 1) * APART * layout.dot <= layout.width
    return shown if is_apart else ()


def draw_handovers(panels: Sequence[Axes], phases: Sequence[Phase], layout: Layout) -> None:
    """Draw a hairline in every panel wherever a scheduler hands over."""
    sides = {phase.start for phase in phases} | {each.end for each in phases if not each.is_last}
    places = sorted(side for side in sides if side > max(0.0, min(layout.xlim)))
    for axes in panels if places else ():
        axes.vlines(
            places,
            0,
            1,
            colors=layout.style.foreground,
            linewidths=0.08 * layout.style.font_size,
            alpha=0.6,
            zorder=1.6,
            transform=axes.get_xaxis_transform(),
        )


def name_phases(axes: Axes, phases: Sequence[Phase], layout: Layout, height: float) -> float:
    """Write the phases' names at the top of axes so high, in points; return the part they take.

    Each stands at its hand-over, on the first row that is free; one for which there is none is left
    out, and one that would run out of the axes stands as far to the left as that.
    """
    size, (first, last) = SIZE * layout.style.font_size, layout.xlim
    pixel = (last - first) / (CERTAIN * layout.width)  # negative on an axis that is turned round
    measure, pad = measure_with(axes.figure, size), PAD * size * layout.dot
    bands = _list_bands(layout.style, height)
    ends, taken = [-pad] * len(bands), 0.0
    for start, name in _iter_names(phases, layout.xlim, pixel):
        left = min(start + pad, CERTAIN * layout.width - measure(name) - pad)
        row = next((row for row, end in enumerate(ends) if end + pad <= left), None)
        if row is not None:
            ends[row], taken = left + measure(name), max(taken, bands[row])
            _write_name(axes, name, (first + left * pixel, row), layout)
    return taken


def _list_bands(style: Style, height: float) -> list[float]:
    """Return the part of axes so high, in points, down to each row of names that has room."""
    rows = [BAND + ROW * row for row in range(len(PARTS))]
    bands = [(row * style.font_size + style.marker_size / 2) / max(height, 1.0) for row in rows]
    return [band for band, part in zip(bands, PARTS, strict=True) if band <= part]


def _iter_names(phases: Sequence[Phase], ends: Limits, pixel: float) -> Iterator[tuple[float, str]]:
    """Yield where each phase begins, in pixels from the left, and its name."""
    first, sides = ends[0], ((phase.start, phase.end) for phase in phases)
    lefts = [max(0.0, min((side - first) / pixel for side in both)) for both in sides]
    for left, phase in sorted(zip(lefts, phases, strict=True), key=itemgetter(0)):
        name = phase.name
        if len(name) > LONGEST:
            name = f"{name[: LONGEST - 1].rstrip(' +')}…"
        yield left, name


def _write_name(axes: Axes, name: str, place: tuple[float, int], layout: Layout) -> None:
    """Write a name from a place of the x axis on, in a row."""
    style, size = layout.style, SIZE * layout.style.font_size
    below = PAD * size + place[1] * ROW * style.font_size
    axes.text(
        place[0],
        1,
        name,
        transform=axes.get_xaxis_transform() + lift(axes, -below),
        verticalalignment="top",
        fontsize=size,
        zorder=1.7,
        bbox={"facecolor": style.background, "edgecolor": "none", "pad": 0.1 * size},
    ).set_in_layout(False)


def clear_names(axes: Axes, highest: float, band: float, scale: str) -> None:
    """Remove the names where a curve is, which limits of a spec's own may not prevent."""
    limits = axes.get_ylim()
    if not limits[0] < limits[1] == raise_limits(limits, highest, 0.99 * band, scale)[1]:
        for text in list(axes.texts):
            text.remove()


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
