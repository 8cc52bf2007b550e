"""The figure, and the settings of matplotlib that it is always drawn with."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lrviz.draw.fonts import Choice
from lrviz.draw.panels import Limits, Panel
from lrviz.draw.titles import Words
from lrviz.run.driven import Run
from lrviz.spec.options import MAX_PIXELS, MAX_SIDE, FigureOptions
from lrviz.spec.style import Style
from lrviz.system.process import ONE_AT_A_TIME, hide_warnings

SIDES = ("left", "bottom", "right", "top")

MARGIN = 0.1  # inches from text to the figure's edge
Settings = Mapping[str, object]
FONT_TYPE: Settings = {"pdf.fonttype": 42}  # text to select and edit; asked for before it is drawn


class Chart(Figure):
    """A figure that looks the same whatever the caller's settings are when it is drawn.

    matplotlib reads some of its settings only while it draws, when the caller may long have set
    others, or has a `matplotlibrc` that does.

    Attributes:
        settings: those it is drawn with.
        fonts: the families of its text, in order of preference.
        warnings: what came up while it was built, one line each.
        look: what it is drawn in where all else that it shows is set anew for another run.
        panels: what its axes show.
    """

    look: Style | None = None
    panels: Sequence[Panel] = ()

    def __init__(
        self, settings: Settings, size: tuple[float, float], dpi: float, fit: bool, fonts: Choice
    ):
        self.settings, self.fonts, self.warnings = settings, fonts.used, list(fonts.notes)
        super().__init__(figsize=size, dpi=dpi, layout="constrained" if fit else None)
        FigureCanvasAgg(self)

    def renew(self, other: "Chart", *, emptied: bool = False) -> "Chart":
        """Return this figure in the place of one without axes, if alike, or if it is emptied."""
        mine, theirs = ((each.settings, each.bbox.bounds, each.dpi) for each in (self, other))
        if mine != theirs or not (emptied or self.look == other.look is not None):
            return other
        self.fonts, self.warnings = other.fonts, other.warnings
        return self

    def draw(self, renderer: RendererBase) -> None:
        """Draw the figure with its own settings."""
        with apply_settings(self.settings):
            super().draw(renderer)

    def savefig(self, fname: Any, *, transparent: bool | None = None, **options: Any) -> None:
        """Write the figure; what settings it reads itself are the caller's, of no other figure."""
        own = {} if hasattr(fname, "infodict") else FONT_TYPE  # a PdfPages has been asked for its
        with apply_settings(own):
            super().savefig(fname, transparent=transparent, **options)

    def _repr_mimebundle_(self, **_: object) -> tuple[object, object]:
        """Return what a notebook shows, be pyplot loaded there or not; its label says it."""
        from lrviz.run.notebook import show_picture

        FigureCanvasAgg(self).print_png(file := BytesIO())  # type: ignore[no-untyped-call]
        return show_picture(repr(self), str(self.get_label()), file.getvalue())

    def capture(self) -> "Drawing":
        """Return the figure as pixels."""
        canvas = FigureCanvasAgg(self)
        canvas.draw()  # type: ignore[no-untyped-call]
        pixels = np.array(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        return Drawing(pixels, self.dpi, self.fonts, tuple(self.warnings))


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure as pixels.

    Attributes:
        pixels: red, green, blue and alpha, shape (height, width, 4).
        dpi: pixels an inch.
        fonts: the families that its text is drawn with, in order of preference.
        warnings: what is worth saying on standard error, one line each.
    """

    pixels: NDArray[np.uint8]
    dpi: float
    fonts: tuple[str, ...]
    warnings: tuple[str, ...]


@contextmanager
def apply_settings(settings: Settings) -> Iterator[None]:
    """Use matplotlib with these settings, and leave the caller's as they were.

    What matplotlib has to say about glyphs has been said in better words; when it cannot lay out a
    figure too small for its text, nobody can; and a tick beyond the largest float is off the axis.
    """
    said = hide_warnings("Glyph .* missing|.*constrained_layout not applied")
    with ONE_AT_A_TIME, said, np.errstate(over="ignore"):
        now: Mapping[Any, object] = mpl.rcParams
        changed: Any = {name: each for name, each in settings.items() if now[name] != each}
        with mpl.rc_context(changed):
            yield


def gather_settings(style: Style, fonts: tuple[str, ...], grid: bool, svg_text: str) -> Settings:
    """Return matplotlib's defaults with a style and a figure's options over them.

    Args:
        style: what to set.
        fonts: families in order of preference.
        grid: whether there are grid lines.
        svg_text: what is made of text there.
    """
    with ONE_AT_A_TIME:  # matplotlib hides warnings from every thread while it lists its settings
        defaults: dict[str, object] = dict(mpl.rcParamsDefault.items())
    del defaults["backend"], defaults["pdf.fonttype"]
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
        "svg.fonttype": "path" if svg_text == "paths" else "none",
        "svg.hashsalt": "lrviz",
        "text.parse_math": False,
    }


PANEL = 0.6  # the height of every panel after the first, as a part of the first one's
BESIDE = 8  # the room beside the axes, for numbers and a label, in font sizes
BELOW = 4  # the room below the axes, likewise, and of the figure's edges
DEFAULT_SHARE = 0.775  # the part of the figure's width that matplotlib's own margins leave the axes

SCALED = ("font_size", "linewidth", "marker_size")

# Width and height of a figure, in font sizes, below which everything in it becomes smaller.
ROOMY = (36, 20)

LEGIBLE = 6.5  # the smallest size of text, in points, that becoming smaller leads to

# The smallest size of text, in pixels, that there is; FreeType knows none below a half.
LEAST_TEXT = 1.0


@dataclass(frozen=True)
class Layout:
    """How large a figure is and all in it, known before anything is drawn.

    Attributes:
        size: width and height of the figure, in inches.
        dpi: pixels an inch.
        dot: pixels a point.
        fit: whether margins follow the text; if not, they are matplotlib's own.
        style: with smaller text and thinner lines where the figure is small.
        shares: the panels' parts of the figure's height.
        width: of the axes, in pixels; about, where margins follow the text.
        xlim: ends of the x axis, in its own unit.
        unit: steps in one unit of the x axis; the first curve's, where they differ.
        epoch: steps in an epoch, likewise.
        alike: whether all curves have as many.
    """

    size: tuple[float, float]
    dpi: float
    dot: float
    fit: bool
    style: Style
    shares: list[float]
    width: float
    xlim: Limits
    unit: float
    epoch: float
    alike: bool


def plan_layout(run: Run, options: FigureOptions, words: Words, xlim: Limits) -> Layout:
    """Return the layout of a run's figure."""
    size, dpi = options.inches, options.pixels_an_inch
    style = scale_style(options.look, size, dpi, options.font_size or 0)
    fit = size != options.style.size or _needs_fit(options, words)
    total = 1 + PANEL * (len(words.ylabels) - 1)
    grown = size[1] * total
    if not options.size and grown * dpi <= MAX_SIDE and size[0] * grown * dpi**2 <= MAX_PIXELS:
        size = size[0], grown
    pixels, beside = size[0] * dpi, BESIDE * style.font_size * dpi / 72
    return Layout(
        size=size,
        dpi=dpi,
        dot=dpi / 72,
        fit=fit,
        style=style,
        shares=[1 / total, *[PANEL / total] * (len(words.ylabels) - 1)],
        width=max(pixels - beside, 0.4 * pixels) if fit else DEFAULT_SHARE * pixels,
        xlim=xlim,
        unit=run.curves[0].unit(options.x),
        epoch=float(run.curves[0].steps_per_epoch),
        alike=len({curve.steps_per_epoch for curve in run.curves}) == 1,
    )


def scale_style(style: Style, size: tuple[float, float], dpi: float, own: float = 0) -> Style:
    """Return a style with smaller text, but what is asked for, and thinner lines in a small figure.

    >>> from lrviz.spec.style import styles
    >>> scale_style(styles()["article"], (3, 2), 100).font_size
    6.5
    """
    em = style.font_size / 72
    room = min(inch / (em * least) for inch, least in zip(size, ROOMY, strict=True))
    factor = min(1.0, max(room, LEGIBLE / style.font_size))
    scaled = {name: getattr(style, name) * factor for name in SCALED}
    scaled["font_size"] = max(own or scaled["font_size"], LEAST_TEXT * 72 / dpi)
    return style.model_copy(update=scaled)


def _needs_fit(options: FigureOptions, words: Words) -> bool:
    """Whether there is more to place than matplotlib's own margins are made for."""
    return (
        options.style.margins == "fit"
        or (options.xlabel, options.ylabel, options.font_size) != (None, None, None)
        or len(words.ylabels) > 1
        or bool(words.title or words.names or words.note)
    )
