"""The sheet: every schedule small in a grid, whatever their number and their titles."""

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from lrviz.draw.chart import Chart, Drawing
from lrviz.draw.sheet import build_sheet, plan_cells, take_thumbnail
from lrviz.draw.text import fit_captions
from lrviz.errors import UsageError
from lrviz.run.driven import Run
from lrviz.spec.style import styles
from tests.support.figures import COSINE, STEP, STRANGE, make_run
from tests.support.slow import slow_but

COUNTS = (1, 2, 3, 5, 7, 17, 22, 60, 100, 161, 1000, 5000)
NAMES = ("steplr", "cosineannealingwarmrestarts", "onecyclelr_linear")


def sheet(runs: Sequence[Run], titles: Sequence[str], style: str = "light") -> Chart:
    return build_sheet([take_thumbnail(run) for run in runs], titles, style)


def draw(runs: Sequence[Run], titles: Sequence[str], style: str = "light") -> Drawing:
    return sheet(runs, titles, style).capture()


def many(count: int) -> tuple[list[Run], list[str]]:
    runs = [make_run(STEP * (1 + index)) for index in range(count)]
    return runs, [f"{NAMES[index % 3]}_{index}" for index in range(count)]


def read_title(axes: Axes) -> str:
    return axes.get_title(loc="left")


def labels(axes: Axes) -> tuple[list[str], list[str]]:
    found = axes.get_xticklabels(), axes.get_yticklabels()
    return ([text.get_text() for text in found[0]], [text.get_text() for text in found[1]])


def texts(axes: Axes) -> list[Text]:
    title: Text = axes._left_title  # type: ignore[attr-defined]
    return [title, *axes.get_xticklabels(), *axes.get_yticklabels()]


def bounds(figure: Figure, columns: int, rows: int) -> list[Bbox]:
    """Return the cells of a sheet, from left to right and from top to bottom, in pixels."""
    width, height = int(figure.bbox.width) / columns, int(figure.bbox.height) / rows
    return [
        Bbox.from_bounds(column * width, (rows - 1 - row) * height, width, height)
        for row in range(rows)
        for column in range(columns)
    ]


@pytest.mark.parametrize("count", [1, 2, 5, 17])
def test_every_run_has_a_panel_with_its_own_curve_and_title_in_the_order_given(count: int) -> None:
    runs, titles = many(count)
    panels = sheet(runs, titles).axes
    assert list(map(read_title, panels)) == titles
    for index, axes in enumerate(panels):
        (line,) = axes.lines
        assert np.array_equal(np.asarray(line.get_xdata()), np.arange(32))
        assert np.array_equal(np.asarray(line.get_ydata()), STEP * (1 + index))
    for left, right in pairwise(panels):
        one, other = left.get_window_extent(), right.get_window_extent()
        assert one.x1 < other.x0 or one.y0 > other.y1


def test_every_param_group_and_curve_has_a_line_of_its_own_colour() -> None:
    (axes,) = sheet([make_run(STEP, COSINE, STEP / 2)], ["groups"]).axes
    assert [np.asarray(line.get_ydata())[1] for line in axes.lines] == [1e-3, COSINE[1], 5e-4]
    assert len({line.get_color() for line in axes.lines}) == 3
    assert len({line.get_linestyle() for line in axes.lines}) == 3


@pytest.mark.parametrize("style", ["article", "light", "dark"])
def test_every_panel_has_the_colours_of_the_one_style(style: str) -> None:
    figure = sheet([make_run(STEP, style="dark"), make_run(COSINE)], ["a", "b"], style)
    assert {line.get_color() for axes in figure.axes for line in axes.lines} == {
        styles()[style].colors[0]
    }
    assert figure.get_facecolor() == mpl.colors.to_rgba(styles()[style].background)


def test_the_axes_begin_at_zero_and_name_their_ends() -> None:
    one, other = sheet([make_run(STEP), make_run(STEP / 2, base_lr=0.25)], ["a", "b"]).axes
    assert one.get_ylim() == pytest.approx((0, 1.1e-3))
    assert other.get_ylim() == pytest.approx((0, 0.275))
    assert one.get_xlim() == (0, 32)
    assert labels(one) == (["0", "32"], ["0", "1e-3"])
    assert labels(other) == (["0", "32"], ["0", "0.25"])


@pytest.mark.parametrize(
    ("ylim", "base", "limits", "named"),
    [
        ([0, 2e-3], 1.0, (0, 2e-3), ["0", "1e-3"]),  # and not the optimizer's own
        ([0, 4e-4], 1e-3, (0, 4e-4), ["0", "4e-4"]),  # the curve comes from above
        ([2e-3, 2e-4], 1e-3, (2e-4, 2e-3), ["1e-3", "2e-4"]),
        ([2e-3, 4e-3], 1e-3, (2e-3, 4e-3), ["2e-3"]),  # the curve stays below
    ],
)
def test_limits_that_a_spec_gives_its_learning_rates_are_kept(
    ylim: list[float], base: float, limits: tuple[float, float], named: list[str]
) -> None:
    (axes,) = sheet([make_run(STEP, base_lr=base, ylim=ylim)], ["a"]).axes
    assert axes.get_ylim() == limits
    assert labels(axes)[1] == named


@pytest.mark.parametrize("other", [{"yscale": "log"}, {"panels": ["momentum", "lr"]}])
def test_limits_of_another_axis_are_not(other: dict[str, Any]) -> None:
    (axes,) = sheet([make_run(STEP, ylim=[0.5, 1], **other)], ["a"]).axes
    assert axes.get_ylim() == pytest.approx((0, 1.1e-3))


def test_what_is_below_zero_is_shown_and_named() -> None:
    (axes,) = sheet([make_run(np.linspace(1e-3, -5e-4, 32))], ["a"]).axes
    assert axes.get_ylim() == pytest.approx((-5.5e-4, 1.1e-3))
    assert labels(axes)[1] == ["0", "1e-3", "-5e-4"]


def test_a_label_that_would_touch_the_one_at_zero_is_left_out() -> None:
    (axes,) = sheet([make_run(np.linspace(1e-3, -1e-5, 32))], ["a"]).axes
    assert labels(axes)[1] == ["0", "1e-3"]


def test_no_spike_of_a_long_run_is_lost() -> None:
    values = np.full(100_000, 1e-3)
    values[65_432] = 2e-3
    (line,) = sheet([make_run(values)], ["long"]).axes[0].lines
    xs, ys = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    assert (xs[ys.argmax()], ys.max()) == (65_432, 2e-3)
    assert len(xs) < 4096


def test_a_run_of_one_step_is_seen() -> None:
    run = make_run([1e-3], steps_per_epoch=1)
    blank = make_run([-1.0], steps_per_epoch=1)
    assert sheet([run, blank], ["a", "b"]).axes[0].lines[0].get_marker() == "o"
    dense = make_run(np.linspace(1, 0, 200))
    assert sheet([dense], ["a"]).axes[0].lines[0].get_marker() == "None"


@pytest.mark.parametrize("style", ["article", "light", "dark"])
@pytest.mark.parametrize("count", COUNTS)
def test_a_sheet_is_never_larger_than_a_picture_may_be(count: int, style: str) -> None:
    cells = plan_cells(count, styles()[style])
    width, height = cells.pixels
    assert width * height <= 16_000_000
    assert max(width, height) <= 16_383
    assert cells.columns * (cells.rows - 1) < count <= cells.columns * cells.rows


@pytest.mark.parametrize("count", [1, 3, 12, 17, 22, 60, 100, 161, 1000])
def test_a_sheet_is_about_as_wide_as_a_screen(count: int) -> None:
    width, height = plan_cells(count, styles()["light"]).pixels
    assert 1.3 <= width / height <= 2.1


@pytest.mark.parametrize(("count", "ticks"), [(22, True), (161, True), (1000, False)])
def test_text_is_legible_up_to_a_thousand_and_ticks_go_first(count: int, ticks: bool) -> None:
    cells = plan_cells(count, styles()["light"])
    assert cells.ticks is ticks
    assert cells.em >= 8
    assert cells.height >= 4 * cells.em


@pytest.mark.parametrize(
    ("style", "count"),
    slow_but(
        {("article", 1), ("dark", 5)},
        [(style, count) for style in ("article", "dark") for count in (1, 5, 180)],
    ),
)
def test_pixels_have_the_size_that_was_planned(style: str, count: int) -> None:
    drawing = draw(*many(count), style)
    width, height = plan_cells(count, styles()[style]).pixels
    assert drawing.pixels.shape == (height, width, 4)
    assert drawing.dpi == styles()[style].dpi
    assert drawing.warnings == ()


@pytest.mark.parametrize(
    ("style", "count"),
    slow_but(
        {("article", 1), ("light", 1), ("dark", 1), ("dark", 5)},
        [("article", 1), ("light", 1), ("dark", 1), ("article", 22), ("dark", 5), ("light", 180)],
    ),
)
def test_all_text_stays_in_its_cell_and_none_covers_another(style: str, count: int) -> None:
    runs, titles = many(count)
    runs[0] = make_run(np.linspace(1.23e-100, 0, 1_000_000), base_lr=0)
    titles[0] = "W" * 300
    figure = sheet(runs, titles, style)
    figure.draw_without_rendering()
    assert len(figure.axes) == count
    columns = plan_cells(count, styles()[style]).columns
    cells = bounds(figure, columns, -(-count // columns))
    for axes, cell in zip(figure.axes, cells, strict=False):
        boxes = [text.get_window_extent() for text in texts(axes)]
        for box in boxes:
            assert cell.x0 <= box.x0
            assert cell.y0 <= box.y0
            assert box.x1 <= cell.x1
            assert box.y1 <= cell.y1
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_titles_that_are_too_long_lose_their_middle() -> None:
    panels = sheet([make_run(STEP)] * 2, ["step", "a" * 99 + "z" * 99]).axes
    short, long = (axes.get_title(loc="left") for axes in panels)
    assert short == "step"
    assert long.startswith("aaaaa")
    assert "…" in long
    assert long.endswith("zzzzz")


@pytest.mark.parametrize("room", [8, 12, 30])
def test_titles_that_would_look_the_same_are_numbered(room: int) -> None:
    titles = ["same", "same", f"{'x' * 99}1{'y' * 99}", f"{'x' * 99}2{'y' * 99}", "other"]
    short = fit_captions(titles, room, len)
    assert len(set(short)) == 5
    assert [text[:2] for text in short] == ["1:", "2:", "3:", "4:", "ot"]
    assert all(len(text) <= room for text in short)


def test_what_a_title_ends_with_is_kept() -> None:
    assert fit_captions(["sgd_lr_1e-3_v1", "sgd_lr_1e-3_v2"], 9, len) == ["sgd_…3_v1", "sgd_…3_v2"]


def test_titles_are_text_and_their_line_breaks_spaces() -> None:
    panels = sheet([make_run(STEP)] * 2, [r"$\frac{1}$ _{", "one\n\ntwo"]).axes
    assert [axes.get_title(loc="left") for axes in panels] == [r"$\frac{1}$ _{", "one two"]
    assert draw([make_run(STEP)], [r"$\frac{1}$ _{"]).warnings == ()


def test_a_character_that_no_font_has_is_a_warning() -> None:
    (warning,) = draw([make_run(STEP)], ["a\U0001f9ff\u1b05"]).warnings
    assert "\u1b05" in warning


def test_the_same_runs_give_the_same_pixels_whatever_the_caller_has_set() -> None:
    runs, titles = many(5)
    expected = draw(runs, titles).pixels
    before = dict(mpl.rcParams)
    with mpl.rc_context(STRANGE):  # type: ignore[arg-type]
        assert np.array_equal(draw(runs, titles).pixels, expected)
    assert dict(mpl.rcParams) == before


def test_a_change_of_one_run_changes_its_own_panel_only() -> None:
    runs, titles = many(4)
    old = draw(runs, titles).pixels
    runs[3] = make_run(COSINE * 4)
    changed = (draw(runs, titles).pixels != old).any(axis=2)
    height, width = changed.shape
    assert changed[height // 2 :, width // 2 :].any()
    assert not changed[: height // 2].any()
    assert not changed[:, : width // 2].any()


def test_what_cannot_be_drawn_is_a_wrong_usage() -> None:
    with pytest.raises(UsageError, match=r"^a sheet needs a schedule at least$"):
        draw([], [])
    with pytest.raises(UsageError, match=r"^no style 'neon'; there are article, dark, light$"):
        draw([make_run(STEP)], ["a"], "neon")
    with pytest.raises(ValueError, match="shorter"):
        draw([make_run(STEP)] * 2, ["a"])
