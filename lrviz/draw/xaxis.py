"""The x axis that the panels share, and a second one on top that counts in the other unit."""

import numpy as np
from matplotlib.axes import Axes

from lrviz.draw.geometry import Geometry
from lrviz.draw.scale import Limits
from lrviz.draw.ticks import choose_spacing, set_step_ticks
from lrviz.draw.words import UNITS
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.style import Style

LEAST_EPOCHS = 1.5
"""What the x axis shows, at least, for one in epochs to say more than it does."""

ROUND = 2
"""The digits of a distance in steps that is round enough to be read beside epochs."""

LABEL_PAD = 0.5
"""Between the labels of the ticks on top and the axis' own, in font sizes."""

LEAST_HEIGHT = 14
"""The height, in font sizes, at least, that the axes keep where there is a second x axis."""

OTHER = {"step": "epoch", "epoch": "step"}

DIGIT = 0.64
"""The width of a digit, in font sizes."""


def set_step_axis(axes: Axes, geometry: Geometry, style: Style, *, alone: bool) -> None:
    """Set limits and ticks of the x axis at the bottom.

    Args:
        axes: of the last panel.
        geometry: of the figure.
        style: of the figure.
        alone: whether its ticks are to show where epochs begin: no other axis does, and epochs are
            as long for every curve.
    """
    axes.set_xlim(*geometry.xlim)
    spacing = _choose_spacing(geometry.xlim, geometry.unit, geometry, style, alone=alone)
    set_step_ticks(axes.xaxis, spacing, style.numbers == "short")


def add_top_axis(axes: Axes, geometry: Geometry, style: Style, x: str) -> None:
    """Draw an axis on top that counts epochs where the one at the bottom counts steps, or steps.

    Args:
        axes: of the first panel; its limits are set.
        geometry: of the figure.
        style: of the figure.
        x: what the axis at the bottom counts.
    """
    factor = geometry.epoch if x == "epoch" else 1 / geometry.epoch
    second = axes.secondary_xaxis(
        "top",
        functions=(
            lambda place: np.multiply(place, factor),
            lambda place: np.divide(place, factor),
        ),
    )
    second.grid(visible=False)
    second.spines["top"].set_visible("top" in style.spines)
    ends = geometry.xlim[0] * factor, geometry.xlim[1] * factor
    unit = geometry.epoch if x == "step" else 1.0
    major, _ = _choose_spacing(ends, unit, geometry, style, alone=False)
    set_step_ticks(second.xaxis, (major, None), style.numbers == "short")
    second.set_xlabel(UNITS[OTHER[x]], labelpad=LABEL_PAD * style.font_size)


def has_two_units(run: Run, options: FigureOptions, geometry: Geometry) -> bool:
    """Whether a second axis says something: steps and epochs differ, alike for all curves."""
    low, high = geometry.find_ends(geometry.unit)
    shown = abs(high - low) / geometry.epoch
    return (
        options.style.second_axis
        and has_one_epoch(run)
        and geometry.epoch > 1
        and (options.x == "epoch" or shown >= LEAST_EPOCHS)
    )


def has_one_epoch(run: Run) -> bool:
    """Whether an epoch has as many steps for all curves."""
    return len({curve.steps_per_epoch for curve in run.curves}) == 1


def measure_top_axis(style: Style) -> float:
    """Return the height of the second axis, in points: ticks, their labels, and its own label."""
    return 7.0 + (2.4 + LABEL_PAD) * style.font_size


def _choose_spacing(
    ends: Limits, unit: float, geometry: Geometry, style: Style, *, alone: bool
) -> tuple[float, float | None]:
    """Return the distances of major and of minor ticks along an x axis.

    Args:
        ends: of the axis, in its own unit.
        unit: steps in one of that unit.
        geometry: of the figure.
        style: of the figure.
        alone: whether ticks must stand where epochs begin; else only where that is at round steps.
    """
    longest = max(len(f"{end:,.0f}") for end in ends) + 2
    span, step = abs(ends[1] - ends[0]), 1 / unit
    points = geometry.width / geometry.dot
    label = DIGIT * longest * style.font_size
    spacing = choose_spacing(span, geometry.epoch / unit, step, points, label)
    if alone or unit > 1 or float(f"{spacing[0]:.{ROUND}g}") == spacing[0]:
        return spacing
    return choose_spacing(span, step, step, points, label)
