"""Hairlines where one scheduler hands over to the next, and the names of those between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from lrviz.draw.geometry import Geometry
from lrviz.draw.phases import Joint, Phase, follow_one_another
from lrviz.draw.text import Measure, measure_with, shorten
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


@dataclass(frozen=True)
class Placed:
    """A text, and the room along the x axis that it stands in.

    Attributes:
        text: empty while the room is free.
        start: of the room, in pixels from the axes' left edge.
        end: of the room, likewise.
        phase: the place among the phases of the one that it names.
        row: counted from the top.
        align: where in the room it stands.
    """

    text: str
    start: float
    end: float
    phase: int
    row: int = 0
    align: Literal["left", "center", "right"] = "center"


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


LEAST = 4
"""The characters, at least, that a shortened name keeps."""

BEFORE, AFTER = "← ", " →"
"""Point from a name that stands beside its phase to the phase."""


def place_names(
    names: Sequence[str], spans: Sequence[tuple[float, float]], pad: float, measure: Measure
) -> list[Placed]:
    """Return where the names of phases stand, from left to right; some may find no room.

    Args:
        names: one a phase.
        spans: where each phase begins and ends.
        pad: between a name and what is beside it.
        measure: the width of a text, in the unit of the spans.

    >>> [each.text for each in place_names(["Linear", "Cosine"], [(0, 3), (3, 40)], 1, len)]
    ['← Linear', 'Cosine']
    """
    rooms = [Placed("", start + pad, end - pad, at) for at, (start, end) in enumerate(spans)]
    fitted = [
        replace(room, text=shorten_name(name, room.end - room.start, measure))
        for name, room in zip(names, rooms, strict=True)
    ]
    beside: list[Placed] = []
    for place, name in enumerate(names):
        if fitted[place].text or spans[place][0] >= spans[place][1]:
            continue
        for host, before in ((place + 1, BEFORE), (place - 1, AFTER)):
            if not 0 <= host < len(names):
                continue
            text = _point(name, before, fitted[host], pad, measure)
            if text:
                taken, fitted[host] = _part(text, before, fitted[host], pad, measure)
                beside.append(replace(taken, phase=place))
                break
    return sorted([*(each for each in fitted if each.text), *beside], key=lambda each: each.start)


def is_whole(placed: Sequence[Placed], names: Sequence[str]) -> bool:
    """Return whether every name stands somewhere, and none without its middle.

    Args:
        placed: where names stand.
        names: of the phases in view.

    >>> is_whole(place_names(["Cosine", "Step"], [(0, 10), (10, 20)], 1, len), ["Cosine", "Step"])
    True
    >>> is_whole(place_names(["Cosine", "Step"], [(0, 7), (7, 20)], 1, len), ["Cosine", "Step"])
    False
    """
    return len(placed) == len(names) and not any("…" in each.text for each in placed)


def stagger_names(
    names: Sequence[str],
    spans: Sequence[tuple[float, float]],
    width: float,
    most: int,
    pad: float,
    measure: Measure,
) -> list[Placed]:
    """Return names that begin where their phases do, each on the first row that is free there.

    One that would run out of the axes ends where its phase begins, and points there; so does one
    that begins only where its phase has ended. They lack their `LR`, and then their middle, where
    only that makes them fit; what does not fit then is left out.

    Args:
        names: one a phase.
        spans: where each phase begins and ends, from left to right.
        width: of the axes.
        most: how many rows there may be.
        pad: between a name and what is beside it.
        measure: the width of a text, in the unit of the spans.

    >>> spans = [(0, 3), (3, 20), (20, 24)]
    >>> placed = stagger_names(["Linear", "Step", "Cosine"], spans, 24, 2, 1, len)
    >>> [(each.text, each.row, each.start) for each in placed]
    [('Linear', 0, 1), ('Step', 1, 4), ('Cosine →', 0, 11)]
    """
    plain = [_drop_ending(name) for name in names]
    half = [shorten_name(name, width / 2, measure) for name in plain]
    for called in (names, plain, half):
        placed: list[Placed] = []
        for phase, (name, span) in enumerate(zip(called, spans, strict=True)):
            if name:  # else it cannot be made any shorter
                flag = _hoist(name, phase, span, width - pad, pad, measure)
                placed.append(replace(flag, row=_find_row(flag, placed, pad)))
        fitting = [each for each in placed if each.row < most and each.start >= 0]
        if len(fitting) == len(names):
            break
    return fitting


def _hoist(
    name: str,
    phase: int,
    span: tuple[float, float],
    limit: float,
    pad: float,
    measure: Measure,
) -> Placed:
    """Return a name behind its hairline; before it, with an arrow, where it would run out."""
    start, end = span[0] + pad, span[0] - pad
    text = name if start < span[1] else f"{BEFORE}{name}"
    if start + measure(text) <= limit:
        return Placed(text, start, start + measure(text), phase, align="left")
    text = f"{name}{AFTER}"
    return Placed(text, end - measure(text), end, phase, align="right")


def _find_row(flag: Placed, placed: Sequence[Placed], pad: float) -> int:
    """Return the first row where nothing is in the way."""
    near = (each for each in placed if flag.start < each.end + pad and each.start < flag.end + pad)
    taken = {each.row for each in near}
    return next(row for row in range(len(taken) + 1) if row not in taken)


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
        return replace(host, text=text, end=edge), replace(host, start=edge + 2 * pad)
    edge = host.end - width
    return replace(host, text=text, start=edge), replace(host, end=edge - 2 * pad)


def shorten_name(name: str, room: float, measure: Measure) -> str:
    """Return a name as it fits on a line: without `LR`, then without its middle; else nothing.

    >>> [shorten_name("CosineAnnealingLR", room, len) for room in (17, 16, 9, 4)]
    ['CosineAnnealingLR', 'CosineAnnealing', 'Cosi…ngLR', '']
    """
    for each in (name, _drop_ending(name)):
        if each and measure(each) <= room:
            return each
    if " + " in name or room <= measure(name[:LEAST] + "…") - 1e-9:
        return ""
    return shorten(name, room, 1, measure)


def _drop_ending(name: str) -> str:
    return " + ".join(part.removesuffix("LR") for part in name.split(" + "))
