"""Where the values of a drawn run stand in its picture, for who points at it."""

from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

from lrviz.curve import Quantity
from lrviz.draw.chart import Chart, apply_settings
from lrviz.draw.lines import choose_look
from lrviz.draw.outputs import build_chart
from lrviz.draw.panels import Limits, Panel
from lrviz.draw.titles import LABELS, name_lines
from lrviz.draw.vector import describe, save_vector
from lrviz.run.driven import Run


class LinePlace(NamedTuple):
    """Which values a line shows, and where they stand on the x axis.

    Attributes:
        name: as a legend has it, be there one or not.
        color: of the line, as `#rrggbb`.
        curve: the index of its curve.
        group: of its param group there.
        unit: steps of its curve in one unit of the x axis.
        every: steps from one of its values to the next; the first is that of step `every - 1`.
        last: step of its curve.
    """

    name: str
    color: str
    curve: int
    group: int
    unit: float
    every: int
    last: int


class PanelPlace(NamedTuple):
    """Where a panel is.

    Attributes:
        quantity: that it shows.
        label: what the figure calls it.
        box: left, top, width and height of its axes, as shares of the picture.
        x: ends of its x axis.
        y: of its y axis.
        scale: of its y axis, `linear` or `log`.
        lines: in it.
    """

    quantity: Quantity
    label: str
    box: tuple[float, float, float, float]
    x: Limits
    y: Limits
    scale: str
    lines: tuple[LinePlace, ...]


class Placed(NamedTuple):
    """A run drawn as an SVG, and where everything stands in it.

    Attributes:
        svg: the picture, as `draw_vector` gives it.
        size: its width and height, in pixels of a browser: 96 an inch.
        panels: from the top down.
        fonts: the families that its text is drawn with, in order of preference.
        background: its colour, as `#rrggbb`.
        foreground: of its text.
        warnings: what is worth saying, one line each.
    """

    svg: bytes
    size: tuple[float, float]
    panels: tuple[PanelPlace, ...]
    fonts: tuple[str, ...]
    background: str
    foreground: str
    warnings: tuple[str, ...]


# The last figure, whose axes are set anew for the next: to make them and their ticks takes long.
_spare: list[Chart] = []


def draw_placed(run: Run, like: Sequence[PanelPlace] = ()) -> Placed:
    """Return a run drawn as its spec asks, and where everything stands; as `build_chart`.

    Args:
        run: what is drawn.
        like: panels of a figure that looks much the same: in their places it is drawn in half the
            time, as no room is measured for its text. With other panels they are no help.
    """
    spare, look = _spare.pop() if like and _spare else None, run.figure.look
    chart = build_chart(run, run.figure, spare=spare)
    if [each.quantity for each in like] == [each.quantity for each in chart.panels]:
        svg = _draw_in_place(chart, run, like)
    else:
        svg = save_vector(chart, run, "svg")
    panels = tuple(_place(run, chart, index) for index in range(len(chart.panels)))
    width, height = (96 * float(inches) for inches in chart.get_size_inches())
    colors = look.background, look.foreground
    _spare[:] = [_empty(chart)]
    return Placed(svg, (width, height), panels, chart.fonts, *colors, tuple(chart.warnings))


def _draw_in_place(chart: Chart, run: Run, like: Sequence[PanelPlace]) -> bytes:
    """Return an SVG without what a layout takes; matplotlib draws twice where it saves a figure."""
    chart.set_layout_engine("none")
    for axes, panel in zip(chart.axes, like, strict=False):  # a second x axis goes with its first
        left, top, width, height = panel.box
        axes.set_position((left, 1 - top - height, width, height))
    file, dpi = BytesIO(), chart.dpi
    with apply_settings(chart.settings):
        FigureCanvasSVG(chart).print_svg(file, metadata=describe(run, "svg"))  # type: ignore[no-untyped-call]
    FigureCanvasAgg(chart).figure.set_dpi(dpi)  # an SVG has its own, and measures text by it
    return file.getvalue()


def _empty(chart: Chart) -> Chart:
    """Return a figure with axes on which there is nothing but what is set for every run."""
    for axes in chart.axes:
        drawn = (*axes.lines, *axes.artists, *axes.collections, *axes.texts, *axes.patches)
        for each in (*drawn, *axes.child_axes, *filter(None, [axes.get_legend()])):
            each.remove()
        for place in ("left", "center"):
            axes.set_title("", loc=place)
    return chart


def _place(run: Run, chart: Chart, index: int) -> PanelPlace:
    panel, axes = chart.panels[index], chart.axes[index]
    left, bottom, width, height = map(float, axes.get_position().bounds)
    return PanelPlace(
        panel.quantity,
        axes.get_ylabel().replace("\n", " ") or LABELS[panel.quantity],
        (left, 1 - bottom - height, width, height),
        axes.get_xlim(),
        axes.get_ylim(),
        axes.get_yscale(),
        tuple(_list_lines(run, panel)),
    )


def _list_lines(run: Run, panel: Panel) -> list[LinePlace]:
    owners = [
        (owner, group)
        for owner, curve in enumerate(run.curves)
        for group in range(len(curve.groups))
    ]
    names, places = name_lines(run, panel.lines.places), panel.lines.places
    lines = []
    for line, row in enumerate(panel.rows):
        owner, group = owners[places[line][0]]
        curve, name = run.curves[owner], names[line]
        look = choose_look(run.figure.look, line, len(names), order=panel.lines.order)
        unit = curve.unit(run.figure.x)
        if panel.quantity == "metric":
            group, name = 0, curve.label or name
        own = name, str(look["color"]), owner, group, unit, round(unit / row.unit), curve.steps - 1
        if row.values.size:
            lines.append(LinePlace(*own))
    return lines
