"""How large a figure is, and how much room its parts have."""

from dataclasses import dataclass

from lrviz.draw.points import find_unit
from lrviz.draw.scale import Limits, mend_steps
from lrviz.draw.titles import Words
from lrviz.run.driven import Run
from lrviz.spec.options import MAX_PIXELS, MAX_SIDE, FigureOptions

PANEL = 0.6  # the height of every panel after the first, as a part of the first one's
BESIDE = 8  # the room beside the axes, for numbers and a label, in font sizes
BELOW = 4  # the room below the axes, likewise, and of the figure's edges
DEFAULT_SHARE = 0.775  # the part of the figure's width that matplotlib's own margins leave the axes

# Width and height of a figure, in font sizes, below which everything in it becomes smaller.
ROOMY = (36, 20)

LEGIBLE = 6.5  # the smallest size of text, in points, that becoming smaller leads to

# The smallest size of text, in pixels, that there is; FreeType knows none below a half.
LEAST_TEXT = 1.0


@dataclass(frozen=True)
class Geometry:
    """Where things go, known before anything is drawn.

    Attributes:
        size: width and height of the figure, in inches.
        dpi: pixels an inch.
        dot: pixels in a point.
        fit: whether margins follow the text; if not, they are matplotlib's own.
        width: of the axes, in pixels; about, where margins follow the text.
        xlim: ends of the x axis, in its own unit.
        unit: steps in one unit of the x axis; the first curve's, where they differ.
        epoch: steps in an epoch, likewise.
    """

    size: tuple[float, float]
    dpi: float
    dot: float
    fit: bool
    width: float
    xlim: Limits
    unit: float
    epoch: float

    def find_ends(self, unit: float) -> Limits:
        """Return the ends of the x axis in the steps of a curve that has so many in one unit."""
        return self.xlim[0] * unit, self.xlim[1] * unit

    def measure_height(self, panels: int, above: float, size: float) -> float:
        """Return about how high the first panel's axes are, in points.

        Args:
            panels: how many there are.
            above: the height of what stands above it, in points.
            size: of the font, in points.
        """
        return share_height(panels)[0] * (72 * self.size[1] - BELOW * size - above)

    def measure_gap(self, unit: float) -> float:
        """Return the pixels from one step of such a curve to the next."""
        low, high = self.find_ends(unit)
        return self.width / abs(high - low)


def scale_style(options: FigureOptions) -> FigureOptions:
    """Return the options with smaller text and thinner lines where the figure is small.

    >>> scale_style(FigureOptions(size=(3, 2))).style.font_size
    6.5
    """
    style = options.style
    em = style.font_size / 72
    room = min(inch / (em * least) for inch, least in zip(options.inches, ROOMY, strict=True))
    factor = min(1.0, max(room, LEGIBLE / style.font_size))
    sizes = {
        name: getattr(style, name) * factor for name in ("font_size", "linewidth", "marker_size")
    }
    sizes["font_size"] = max(sizes["font_size"], LEAST_TEXT * 72 / options.pixels_an_inch)
    return options.model_copy(update={"style": style.model_copy(update=sizes)})


def plan_geometry(run: Run, options: FigureOptions, words: Words) -> Geometry:
    """Return the geometry of a run's figure."""
    dpi, style = options.pixels_an_inch, options.style
    size, fit = _choose_size(options), _needs_fit(options, words)
    pixels = size[0] * dpi
    beside = BESIDE * style.font_size * dpi / 72
    units = [find_unit(curve, options.x) for curve in run.curves]
    length = max(curve.steps / unit for curve, unit in zip(run.curves, units, strict=True))
    return Geometry(
        size=size,
        dpi=dpi,
        dot=dpi / 72,
        fit=fit,
        width=max(pixels - beside, 0.4 * pixels) if fit else DEFAULT_SHARE * pixels,
        xlim=mend_steps(options.xlim or (0.0, length)),
        unit=units[0],
        epoch=float(run.curves[0].steps_per_epoch),
    )


def share_height(panels: int) -> list[float]:
    """Return the panels' parts of the figure's height.

    >>> share_height(1)
    [1.0]
    """
    total = 1 + PANEL * (panels - 1)
    return [1 / total, *[PANEL / total] * (panels - 1)]


def _choose_size(options: FigureOptions) -> tuple[float, float]:
    """Return the size that was asked for, or the style's and more for more panels."""
    width, height = options.inches
    grown = height * (1 + PANEL * (len(options.panels) - 1))
    dpi = options.pixels_an_inch
    too_large = grown * dpi > MAX_SIDE or width * grown * dpi**2 > MAX_PIXELS
    return (width, height) if options.size or too_large else (width, grown)


def _needs_fit(options: FigureOptions, words: Words) -> bool:
    """Whether there is more to place than matplotlib's own margins are made for."""
    return (
        options.style.margins == "fit"
        or options.inches != options.style.size
        or options.xlabel is not None
        or options.ylabel is not None
        or len(options.panels) > 1
        or bool(words.title)
        or words.legend
        or bool(words.note)
    )
