"""The x axis that the panels share, and a second one on top that counts in the other unit."""

import numpy as np
from matplotlib.axes import Axes

from lrviz.draw.geometry import Geometry
from lrviz.draw.limits import Limits
from lrviz.draw.ticks import choose_spacing, set_step_ticks
from lrviz.draw.words import UNITS
from lrviz.run import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.style import Style

LEAST_EPOCHS = 1.5
"""What the x axis shows, at least, for a second one to say more than it does."""

LEAST_HEIGHT = 14
"""The height, in font sizes, at least, that the axes keep where there is a second x axis."""

OTHER = {"step": "epoch", "epoch": "step"}

DIGIT = 0.64
"""The width of a digit, in font sizes."""


def set_step_axis(axes: Axes, geometry: Geometry, style: Style) -> None:
    """Set limits and ticks of the x axis at the bottom."""
    axes.set_xlim(*geometry.xlim)
    spacing = _choose_spacing(geometry.xlim, geometry.unit, geometry, style)
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
    major, _ = _choose_spacing(ends, unit, geometry, style)
    set_step_ticks(second.xaxis, (major, None), style.numbers == "short")
    second.set_xlabel(UNITS[OTHER[x]])


def has_two_units(run: Run, options: FigureOptions, geometry: Geometry) -> bool:
    """Whether a second axis says something: steps and epochs differ, alike for all curves."""
    per_epoch = {curve.steps_per_epoch for curve in run.curves}
    low, high = geometry.find_ends(geometry.unit)
    return (
        options.style.second_axis
        and len(per_epoch) == 1
        and geometry.epoch > 1
        and abs(high - low) >= LEAST_EPOCHS * geometry.epoch
    )


def measure_top_axis(style: Style) -> float:
    """Return the height of the second axis, in points: ticks, their labels, and its own label."""
    return 11.0 + 2.4 * style.font_size


def _choose_spacing(
    ends: Limits, unit: float, geometry: Geometry, style: Style
) -> tuple[float, float | None]:
    """Return the distances of major and of minor ticks along an x axis.

    Args:
        ends: of the axis, in its own unit.
        unit: steps in one of that unit.
        geometry: of the figure.
        style: of the figure.
    """
    longest = max(len(f"{end:,.0f}") for end in ends) + 2
    return choose_spacing(
        abs(ends[1] - ends[0]),
        geometry.epoch / unit,
        1 / unit,
        geometry.width,
        DIGIT * longest * style.font_size * geometry.dot,
    )
