"""What is constant is drawn level: in the same pixels from one end to the other."""

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lrviz.curve import Values
from lrviz.draw.outputs import plot
from lrviz.draw.sheet import build_sheet, take_thumbnail
from lrviz.draw.vector import draw_vector
from lrviz.spec.style import styles
from tests.support.figures import make_run
from tests.support.slow import slow_but

PLAIN = {
    name: style.model_dump() | {"grid": False, "phases": False} for name, style in styles().items()
}
LENGTHS = (100, 1000, 1100, 5000, 100_000, 1_000_000)
SIZES: tuple[tuple[tuple[float, float], float], ...] = (
    ((8, 4.5), 150),
    ((3, 2), 72),
    ((6.37, 3.91), 133),
)


def make_stairs(steps: int, gamma: float = 0.5, count: int = 5) -> Values:
    """The values of a StepLR."""
    drops = np.arange(steps) // max(1, steps // count)
    return np.asarray(1e-3 * gamma**drops, dtype=np.float64)


def list_level(values: Values) -> list[tuple[int, int]]:
    """The first and the last step of every level stretch."""
    ends = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return [(start, end - 1) for start, end in pairwise(ends) if end - start > 2]


def iter_stretches(
    axes: Axes, pixels: NDArray[np.uint8], values: Values, unit: float = 1.0
) -> Iterator[NDArray[np.uint8]]:
    """Yield the pixels of every level stretch in view, away from its ends: a row a column."""
    line = axes.lines[0]
    thick = line.get_linewidth() * axes.figure.dpi / 72
    box = axes.get_window_extent()
    for start, end in list_level(values):
        places = [(start / unit, values[start]), (end / unit, values[start])]
        (left, height), (right, _) = axes.transData.transform(places)
        left, right = sorted((left, right))
        first, last = int(max(left, box.x0) + thick + 4), int(min(right, box.x1) - thick - 4)
        middle, reach = int(len(pixels) - height), int(thick / 2 + 3)
        if last - first > 8 and box.y0 + reach < height < box.y1 - reach:
            cut = pixels[middle - reach : middle + reach + 1, first:last]
            yield cut.swapaxes(0, 1).reshape(last - first, -1)


def draw(figure: Figure) -> NDArray[np.uint8]:
    """Return the pixels of a figure."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return np.array(canvas.buffer_rgba())  # type: ignore[no-untyped-call]


def count_columns(values: Values, **options: Any) -> list[int]:
    """Draw a run; return how many different columns of pixels each of its level stretches has."""
    each = max(1, len(values) // 4) if options.get("x") == "epoch" else len(values)
    run = make_run(values, steps_per_epoch=each, markers=False, **options)
    figure = plot(run)
    stretches = iter_stretches(
        figure.axes[0], draw(figure), values, run.curves[0].unit(run.figure.x)
    )
    return [len(np.unique(stretch, axis=0)) for stretch in stretches]


@pytest.mark.parametrize("steps", slow_but({1000, 100_000}, LENGTHS))
@pytest.mark.parametrize("style", PLAIN)
def test_a_level_stretch_has_the_same_pixels_in_every_column(style: str, steps: int) -> None:
    for scale in ("linear", "log"):
        for size, dpi in SIZES:
            found = count_columns(
                make_stairs(steps), style=PLAIN[style], yscale=scale, size=size, dpi=dpi
            )
            assert set(found) == {1}, (scale, size)


@pytest.mark.parametrize(
    ("steps", "gamma"),
    slow_but({(700, 0.9999)}, product([100, 700, 5000], [0.9, 0.999, 0.9999, 0.99999])),
)
def test_so_it_has_where_the_next_one_is_a_part_of_a_pixel_below(steps: int, gamma: float) -> None:
    for style in PLAIN.values():
        assert set(count_columns(make_stairs(steps, gamma), style=style)) == {1}


@pytest.mark.parametrize(
    "figure",
    [
        {"xlim": [300, 4200]},
        {"xlim": [4200, 300]},
        {"x": "epoch"},
        {"ylim": [0, 6e-4]},
        {"panels": ["lr", "momentum"]},
        {"yscale": "log", "ylim": [1e-5, 1]},
    ],
    ids=str,
)
@pytest.mark.parametrize("width", [0.1, 1.75, 7])
def test_so_it_has_whatever_the_axes_show(figure: dict[str, Any], width: float) -> None:
    style = PLAIN["light"] | {"linewidth": width}
    values = make_stairs(5000)
    run = dict(figure) | ({"momentum": values[::-1]} if "panels" in figure else {})
    found = count_columns(values, style=style, **run)
    assert found
    assert set(found) == {1}


def test_so_it_has_beside_what_goes_up_and_down_all_the_time() -> None:
    values = make_stairs(6000)
    values[3000:] = 1e-3 * np.random.default_rng(1).random(3000)
    for style in PLAIN.values():
        found = count_columns(values, style=style)
        assert len(found) > 1
        assert set(found) == {1}


@pytest.mark.parametrize("steps", [100, 5000, 1_000_000])
@pytest.mark.parametrize("linestyle", ["--", "-.", (3, (9, 2.5))], ids=str)
def test_the_dashes_of_a_level_stretch_are_all_at_one_height(linestyle: object, steps: int) -> None:
    values = make_stairs(steps, 0.9999)
    style = PLAIN["light"] | {"linestyles": [linestyle]}
    figure = plot(make_run(values, steps_per_epoch=steps, markers=False, style=style))
    for stretch in iter_stretches(figure.axes[0], draw(figure), values):
        ink = stretch.astype(int).sum(axis=1)
        whole = stretch[ink == ink.min()]  # a dash's ends are lighter
        assert len(whole) > 40
        assert len(np.unique(whole, axis=0)) == 1


def test_a_constant_is_level_on_a_sheet() -> None:
    values = make_stairs(5000)
    thumbnail = take_thumbnail(make_run(values, steps_per_epoch=5000))
    figure = build_sheet([thumbnail] * 4, "abcd")
    figure.axes[0].grid(visible=False)
    stretches = list(iter_stretches(figure.axes[0], draw(figure), values))
    assert [len(np.unique(each, axis=0)) for each in stretches] == [1] * 5


def test_what_is_level_is_one_segment_of_a_vector_file() -> None:
    data = draw_vector(make_run(make_stairs(100_000), steps_per_epoch=100_000), "svg")[0]
    curve = next(each for each in data.split(b"<path d=") if b"clip-path" in each)
    places = [line.split()[1:] for line in curve.split(b'"')[1].splitlines()]
    # Both ends of five stretches; the axes are from 43.2 to 320.4 high, and show 0 to 0.0011.
    heights = [320.4 - (320.4 - 43.2) * value / 1.1e-3 for value in 1e-3 * 0.5 ** np.arange(5)]
    assert [float(up) for _, up in places] == pytest.approx(np.repeat(heights, 2))
