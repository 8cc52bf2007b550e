"""The lines of a panel, and what tells one from the others: colour, pattern, width and markers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lrviz.curve import Values
from lrviz.draw.geometry import Geometry
from lrviz.draw.points import pick_points
from lrviz.spec.options import FigureOptions
from lrviz.spec.style import LineStyle, Style

NESTED = 0.4
"""How much smaller the last line's markers are, so that the first one's show around them."""

THINNER = 0.6
"""How wide a line is whose pattern has been used before, as a multiple of the one before."""

THINNEST = 0.4

AGAIN = 0.8
"""How wide a line is whose colour and pattern have been used before, likewise."""

WIDTHS = 4
"""As many widths of that kind are told apart; then they come again."""

LEAST_PERIOD = 1.0
"""The length of a pattern, at least, in pixels; what is drawn in a shorter one is a line."""

APART = 2.5
"""From one marker to the next, at least, in their sizes, so that a line's pattern shows between."""

HELD: Mapping[str, LineStyle] = {"-": "--", ":": "--"}
"""The pattern of what follows a held metric, by the line's own; dotted for the others."""

INK = {"-": 1.0, "--": 0.7, "-.": 0.7, ":": 0.38}
"""The part of each of matplotlib's own patterns that is drawn."""

PERIODS = {"-": math.inf, "--": 5.3, "-.": 10.6, ":": 2.65}
"""The length of each, likewise, in widths of the line."""


@dataclass(frozen=True)
class Look:
    """How one line is drawn.

    Attributes:
        color: changes from line to line.
        pattern: changes with it; a longer list than the colours', or a shorter one.
        width: in points; less where all patterns have been used.
        marker: the size of a marker, in points.
        zorder: what is drawn with less ink lies above, so that of equal lines each shows.
    """

    color: str
    pattern: LineStyle
    width: float
    marker: float
    zorder: float


def choose_look(style: Style, index: int, count: int, dot: float = math.inf) -> Look:
    """Return how a line is drawn.

    Args:
        style: of the figure.
        index: of the line, from 0.
        count: of all lines.
        dot: pixels in a point; patterns of any length are told apart unless given.

    >>> from lrviz.spec.style import styles
    >>> look = choose_look(styles()["light"], 7, 8)
    >>> look.pattern, look.width < choose_look(styles()["light"], 1, 8).width
    ('--', True)
    """
    round, place = divmod(index, len(style.linestyles))
    again = index // math.lcm(len(style.colors), len(style.linestyles))
    width = style.linewidth * max(THINNEST, THINNER**round) * AGAIN ** (again % WIDTHS)
    pattern = style.linestyles[place]
    if _measure_period(pattern) * width * dot < LEAST_PERIOD:
        pattern = "-"
    return Look(
        color=style.colors[index % len(style.colors)],
        pattern=pattern,
        width=width,
        marker=style.marker_size * (1 - NESTED * index / max(1, count - 1)),
        zorder=2 + 0.05 * (1 - _measure_ink(pattern)) + 0.001 * round,
    )


def draw_lines(
    axes: Axes,
    rows: Sequence[Values],
    units: Sequence[float],
    options: FigureOptions,
    geometry: Geometry,
    held: Sequence[int | None] = (),
) -> list[Line2D]:
    """Draw the values of every curve and param group; one without any has an empty line.

    What follows a held metric is another line where the style says so, and is not returned.

    Args:
        axes: of a panel.
        rows: the values, each of shape (steps,).
        units: for each, its steps in one unit of the x axis.
        options: of the figure.
        geometry: of the figure.
        held: for each, the first step that follows a held metric; None for none.
    """
    lines: list[Line2D] = []
    for index, (values, unit) in enumerate(zip(rows, units, strict=True)):
        look = choose_look(options.style, index, len(rows), geometry.dot)
        points = pick_points(values, *geometry.find_ends(unit), int(geometry.width))
        start = held[index] if held and options.style.held == "dashed" else None
        cut = len(points) if start is None else int(np.searchsorted(points, start))
        ink: dict[str, Any] = {
            "color": look.color,
            "linewidth": look.width,
            "marker": "o" if _has_markers(options, geometry, unit, len(rows)) else "None",
            "markersize": look.marker,
        }
        own, rest = points[:cut], points[max(cut - 1, 0) :]
        lines += axes.plot(
            own / unit, values[own], linestyle=look.pattern, zorder=look.zorder, **ink
        )
        if cut < len(points):
            ink |= _choose_held_look(look, options.style)
            axes.plot(rest / unit, values[rest], markevery=(int(cut > 0), 1), **ink)
    return lines


def _choose_held_look(look: Look, style: Style) -> dict[str, Any]:
    """Return what is another where a line follows a held metric: pattern, height and markers."""
    pattern = HELD.get(str(look.pattern), ":")
    higher = 0.05 * (_measure_ink(look.pattern) - _measure_ink(pattern))
    return {
        "linestyle": pattern,
        "zorder": look.zorder + higher,
        "markerfacecolor": style.background,
    }


def _has_markers(options: FigureOptions, geometry: Geometry, unit: float, count: int) -> bool:
    if options.markers != "auto":
        return options.markers
    size = options.style.marker_size * geometry.dot
    return geometry.measure_gap(unit) > size * (APART if count > 1 else 1.0)


def _measure_period(pattern: LineStyle) -> float:
    """Return the length after which a pattern comes again, in widths of its line."""
    return PERIODS[pattern] if isinstance(pattern, str) else sum(pattern[1])


def _measure_ink(pattern: LineStyle) -> float:
    if isinstance(pattern, str):
        return INK[pattern]
    _, dashes = pattern
    return sum(dashes[::2]) / sum(dashes)
