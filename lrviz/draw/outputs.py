"""What drawing gives: a figure, pixels, or the bytes of a vector format."""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import numpy as np
from matplotlib import ft2font
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lrviz.draw.chart import Built, apply_settings
from lrviz.draw.painter import build_chart
from lrviz.errors import SpecError, UsageError
from lrviz.run.driven import Run
from lrviz.spec.style import override_options
from lrviz.system.versions import CREATOR

# Who made it, and nothing that differs from one day or version to the next.
METADATA: dict[str, dict[str, str | None]] = {
    "svg": {"Date": None, "Creator": CREATOR},
    "pdf": {"Creator": CREATOR, "Producer": None, "CreationDate": None},
}


DESCRIPTION = {"svg": "Title", "pdf": "Subject"}  # what is read out in its place


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
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class VectorDrawing:
    """A figure as a file of a vector format.

    Attributes:
        data: the file's bytes; the same for the same run.
        warnings: what is worth saying on standard error, one line each.
    """

    data: bytes
    warnings: tuple[str, ...] = ()


def plot(run: Run, **options: object) -> Figure:
    """Return a run as a matplotlib figure.

    It is no figure of pyplot and needs no closing; `figure.savefig(path)` writes it. Threads may
    draw at once: one does, and the others wait. What else uses matplotlib in another thread finds
    the figure's settings meanwhile, and must not set its own.

    Args:
        run: what `simulate` gave.
        **options: the keys of a spec's `figure`, over those that the spec gives; for example
            `style="dark", yscale="log"`.

    Raises:
        UsageError: an option does not exist, or its value is not allowed.
        SpecError: the spec asks for a panel of a quantity that its optimizer has not, or for more
            lines than can be drawn in reasonable time.
    """
    if not isinstance(run, Run):
        raise UsageError(f"plot takes a Run, as simulate gives it, not a {type(run).__name__}")
    try:
        chart = build_chart(run, override_options(run.figure, options))
    except SpecError as error:
        if "panels" not in options:
            raise
        raise UsageError("; ".join(each.text for each in error.problems)) from error
    for text in chart.warnings:
        warnings.warn(text, UserWarning, stacklevel=2)
    return chart.figure


def draw_pixels(run: Run) -> Drawing:
    """Return a run drawn as its spec asks.

    Raises:
        SpecError: the spec asks for a panel of a quantity that its optimizer has not, or for more
            lines than can be drawn in reasonable time.
    """
    chart = build_chart(run, run.figure)
    drawing = capture_pixels(chart)
    chart.figure.clear()  # it may hold millions of points, and an encoder needs the room
    return drawing


def draw_vector(run: Run, format: Literal["svg", "pdf"]) -> VectorDrawing:
    """Return a run drawn as its spec asks, as the bytes of a vector format.

    Raises:
        SpecError: the spec asks for a panel of a quantity that its optimizer has not, or for more
            lines than can be drawn in reasonable time.
    """
    chart, file = build_chart(run, run.figure), BytesIO()
    metadata = METADATA[format] | {DESCRIPTION[format]: str(run)}
    with apply_settings(chart.figure.settings):
        chart.figure.savefig(file, format=format, metadata=metadata)
    return VectorDrawing(file.getvalue(), chart.warnings)


def capture_pixels(chart: Built) -> Drawing:
    """Return a figure as pixels."""
    canvas = FigureCanvasAgg(chart.figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.array(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return Drawing(pixels, chart.figure.dpi, chart.fonts, chart.warnings)


def freetype_version() -> str:
    """Return the version of the FreeType that draws text, which its pixels depend on.

    >>> freetype_version().count(".")
    2
    """
    return str(ft2font.__freetype_version__)
