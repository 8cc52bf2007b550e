"""The figure, and the settings of matplotlib that it is always drawn with."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from lrviz.spec.style import Style
from lrviz.system.process import ONE_AT_A_TIME, hide_warnings

SIDES = ("left", "bottom", "right", "top")

MARGIN = 0.1  # inches from text to the figure's edge

Settings = Mapping[str, object]


class Chart(Figure):
    """A figure that looks the same whatever the caller's settings are when it is drawn.

    matplotlib reads some of its settings only while it draws, when the caller may long have set
    others, or has a `matplotlibrc` that does.
    """

    def __init__(self, settings: Settings, size: tuple[float, float], dpi: float, fit: bool):
        self.settings = settings
        super().__init__(figsize=size, dpi=dpi, layout="constrained" if fit else None)
        FigureCanvasAgg(self)

    def draw(self, renderer: RendererBase) -> None:
        """Draw the figure with its own settings."""
        with apply_settings(self.settings):
            super().draw(renderer)

    def savefig(self, fname: Any, *, transparent: bool | None = None, **options: Any) -> None:
        """Write the figure; what settings it reads itself are the caller's, of no other figure."""
        with ONE_AT_A_TIME:
            super().savefig(fname, transparent=transparent, **options)


@dataclass(frozen=True, eq=False)
class Built:
    """A figure, and what came up while it was built.

    Attributes:
        figure: ready to be drawn.
        fonts: the families that its text is drawn with, in order of preference.
        warnings: one line each.
    """

    figure: Chart
    fonts: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def lift(axes: Axes, points: float) -> ScaledTranslation:
    """Return what moves something up by so many points, whatever the dots an inch."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return ScaledTranslation(0, points / 72, figure.dpi_scale_trans)


@contextmanager
def apply_settings(settings: Settings) -> Iterator[None]:
    """Use matplotlib with these settings, and leave the caller's as they were.

    What matplotlib has to say about glyphs has been said in better words; when it cannot lay out a
    figure too small for its text, nobody can; and a tick beyond the largest float is off the axis.
    """
    values: dict[Any, Any] = dict(settings)
    said = hide_warnings("Glyph .* missing|.*constrained_layout not applied")
    with ONE_AT_A_TIME, mpl.rc_context(values), said, np.errstate(over="ignore"):
        yield


def gather_settings(style: Style, fonts: tuple[str, ...], grid: bool) -> Settings:
    """Return matplotlib's defaults with a style over them.

    Args:
        style: what to set.
        fonts: families in order of preference.
        grid: whether there are grid lines.
    """
    with ONE_AT_A_TIME:  # matplotlib hides warnings from every thread while it lists its settings
        defaults: dict[str, object] = {
            key: value for key, value in mpl.rcParamsDefault.items() if key != "backend"
        }
    inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    grounds = ("figure.facecolor", "axes.facecolor")
    return {
        **defaults,
        **dict.fromkeys(inks, style.foreground),
        **dict.fromkeys(grounds, style.background),
        **{f"axes.spines.{side}": side in style.spines for side in SIDES},
        "axes.grid": grid,
        "grid.color": style.grid_color,
        "figure.constrained_layout.w_pad": MARGIN,
        "figure.constrained_layout.h_pad": min(MARGIN, 0.6 * style.font_size / 72),
        "font.family": list(fonts),
        "font.size": style.font_size,
        "lines.linewidth": style.linewidth,
        "lines.markersize": style.marker_size,
        "legend.frameon": style.legend_frame,
        "svg.hashsalt": "lrviz",
        "text.parse_math": False,
    }
