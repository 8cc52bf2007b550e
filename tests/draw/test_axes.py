"""The second axis, marks of what a log axis cannot show, and where schedulers hand over."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.axes._secondary_axes import SecondaryAxis
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

import lrviz
from lrviz.draw.outputs import plot
from tests.support.figures import STEP, make_run, spread


def top_axes(figure: Figure) -> list[SecondaryAxis]:
    """Return the second axis of every panel that has one, laid out."""
    figure.draw_without_rendering()
    children = (child for axes in figure.axes for child in axes.child_axes)
    return [child for child in children if isinstance(child, SecondaryAxis)]


def list_marks(axes: Axes) -> dict[str, list[float]]:
    """Return where a panel has marks, by their colour."""
    return {
        str(line.get_color()): np.asarray(line.get_xdata()).tolist()
        for line in axes.lines
        if line.get_marker() in ("v", "^")
    }


def legend_texts(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend else []


def visible_ticks(axes: Axes | SecondaryAxis) -> dict[str, float]:
    """Return label and place of the labelled ticks of an x axis."""
    low, high = axes.get_xlim()
    return {
        tick.label1.get_text() or tick.label2.get_text(): tick.get_loc()
        for tick in axes.xaxis.get_major_ticks()
        if low <= tick.get_loc() <= high
    }


@pytest.mark.parametrize(
    ("x", "labels", "limits", "ticks"),
    [
        ("step", ("Steps", "Epochs"), (0, 4), [0, 1, 2, 3, 4]),
        ("epoch", ("Epochs", "Steps"), (0, 32), [0, 8, 16, 24, 32]),
    ],
)
def test_the_axis_on_top_counts_in_the_other_unit(
    x: str, labels: tuple[str, str], limits: tuple[float, float], ticks: list[float]
) -> None:
    figure = plot(make_run(STEP, style="light"), x=x)
    (second,) = top_axes(figure)
    assert (figure.axes[0].get_xlabel(), second.get_xlabel()) == labels
    assert second.get_xlim() == pytest.approx(limits)
    assert visible_ticks(second) == pytest.approx({str(tick): tick for tick in ticks})


def test_an_epoch_stands_above_its_first_step() -> None:
    figure = plot(make_run(np.ones(2000), steps_per_epoch=100, style="dark"))
    (second,) = top_axes(figure)
    steps, epochs = range(0, 2001, 500), range(0, 21, 2)
    assert visible_ticks(figure.axes[0]) == {str(step): step for step in steps}
    assert visible_ticks(second) == pytest.approx({str(epoch): epoch for epoch in epochs})
    places = [second.transData.transform((epoch, 0.0))[0] for epoch in (5, 20)]
    below = [figure.axes[0].transData.transform((step, 0.0))[0] for step in (500, 2000)]
    assert places == pytest.approx(below)


@pytest.mark.parametrize(
    ("steps", "per_epoch", "options"),
    [
        (32, 8, {"style": "article"}),
        (32, 1, {}),  # an epoch is a step
        (8, 8, {}),  # one epoch
        (32, 8, {"xlim": (8, 16)}),  # one epoch of four
        (32, 8, {"size": (3, 2)}),
        (32, 8, {"panels": ["lr", "momentum"], "size": (8, 4.5)}),
    ],
)
def test_there_is_no_second_axis_where_it_says_nothing_or_has_no_room(
    steps: int, per_epoch: int, options: dict[str, object]
) -> None:
    run = make_run(STEP[:steps], momentum=STEP[:steps], steps_per_epoch=per_epoch, style="light")
    assert top_axes(plot(run, **options)) == []


def test_the_steps_of_a_single_epoch_are_counted_above_it() -> None:
    (second,) = top_axes(plot(make_run(STEP, style="light"), x="epoch", xlim=(1, 2)))
    assert second.get_xlim() == pytest.approx((8, 16))
    assert visible_ticks(second) == pytest.approx({str(step): step for step in range(8, 17)})


@pytest.mark.parametrize("x", ["step", "epoch"])
def test_steps_are_counted_in_round_numbers_where_epochs_have_an_axis_of_their_own(x: str) -> None:
    run = make_run(np.ones(37 * 391), steps_per_epoch=391, style="light", x=x)
    figure = plot(run)
    (second,) = top_axes(figure)
    steps, epochs = (figure.axes[0], second) if x == "step" else (second, figure.axes[0])
    assert visible_ticks(steps) == pytest.approx(
        {"0": 0, **{f"{step:,}": step for step in range(2000, 14_467, 2000)}}
    )
    assert visible_ticks(epochs) == pytest.approx({str(epoch): epoch for epoch in range(0, 37, 5)})


def test_steps_without_such_an_axis_are_counted_from_epoch_to_epoch() -> None:
    axes = plot(make_run(np.ones(4 * 391), steps_per_epoch=391)).axes[0]
    axes.figure.canvas.draw_idle()
    ticks = [tick for tick in axes.get_xticks() if 0 <= tick <= 4 * 391]
    assert ticks == [0, 391, 782, 1173, 1564]


def test_there_is_no_second_axis_where_epochs_differ_in_length() -> None:
    run = make_run(STEP, style="light")
    assert len(top_axes(plot(run))) == 1
    other = replace(run.curves[0], steps_per_epoch=4)
    both = replace(run, curves=(*run.curves, other), schedulers=run.schedulers * 2)
    assert top_axes(plot(both)) == []


def test_two_panels_have_one_second_axis_above_them() -> None:
    figure = plot(make_run(STEP, momentum=STEP, style="light"), panels=["lr", "momentum"])
    (second,) = top_axes(figure)
    upper, _ = figure.axes
    assert second in upper.child_axes
    assert second.get_window_extent().y0 == pytest.approx(upper.get_window_extent().y1)


@pytest.mark.parametrize("count", [2, 5, 40])
@pytest.mark.parametrize("style", ["light", "dark"])
def test_title_legend_and_second_axis_stand_above_each_other(style: str, count: int) -> None:
    figure = plot(make_run(*spread(STEP, count), style=style, title="A title\nof two lines"))
    axes, tops = figure.axes[0], top_axes(figure)
    legend = axes.get_legend()
    assert legend is not None
    boxes = [axes.get_window_extent(), *(tight(top) for top in tops)]
    boxes += [legend.get_window_extent(), axes._left_title.get_window_extent()]  # type: ignore[attr-defined]
    assert len(boxes) == (4 if count < 40 else 3)
    assert all(lower.y1 <= upper.y0 + 1 for lower, upper in pairwise(boxes))
    assert boxes[-1].y1 <= figure.bbox.y1


def tight(axes: Axes | SecondaryAxis) -> Bbox:
    """Return what an x axis with its labels covers."""
    box = axes.xaxis.get_tightbbox()
    assert box is not None
    return box


@pytest.mark.filterwarnings("ignore:xlim")
@pytest.mark.parametrize(
    ("limits", "x", "ends"),
    [
        ((32, 0), "step", (4, 0)),
        ((32, 0), "epoch", (256, 0)),
        ((-5, 1e15), "step", (-0.625, 1.25e14)),
        ((-5, 1e15), "epoch", (-40, 8e15)),
        ((1e9, 1e9 + 100), "step", (1.25e8, 1.25e8 + 12.5)),
        ((1e9, 1e9 + 100), "epoch", (8e9, 8e9 + 800)),
        ((-3, -1), "epoch", (-24, -8)),
    ],
)
def test_odd_limits_are_drawn_with_a_second_axis(
    limits: tuple[float, float], x: str, ends: tuple[float, float]
) -> None:
    figure = plot(make_run(STEP, style="light", xlim=limits, x=x))
    (second,) = top_axes(figure)
    assert figure.axes[0].get_xlim() == limits
    assert second.get_xlim() == pytest.approx(ends, rel=1e-12)


@pytest.mark.filterwarnings("ignore:xlim")
def test_a_part_of_an_epoch_has_no_second_axis() -> None:
    assert top_axes(plot(make_run(STEP, style="light", xlim=(-3, -1), x="step"))) == []


FALLING = np.array([0, 1e-3, 5e-4, 1e-4, -1e-4, 0, 1e-5, 0])


@pytest.mark.parametrize("style", ["article", "light", "dark"])
def test_a_log_axis_marks_zeros_and_negatives_at_their_steps(style: str) -> None:
    with pytest.warns(UserWarning, match="only marks 4 of 8"):
        figure = plot(make_run(FALLING, style=style, yscale="log"))
    axes = figure.axes[0]
    assert list_marks(axes) == {str(axes.lines[0].get_color()): [0, 4, 5, 7]}
    assert legend_texts(axes) == ["0 or less: 4 of 8 steps"]


def test_a_log_axis_of_the_lr_ends_four_decades_below_its_peak_where_values_go_lower() -> None:
    values = np.array([1.0, 1e-4, 1e-8, 0.0, 9e-5])
    with pytest.warns(UserWarning, match="only marks 3 of 5 values, which are below 1e-4"):
        figure = plot(make_run(values, style="light", yscale="log", title=""))
    axes = figure.axes[0]
    line = axes.lines[0]
    bottom, _ = axes.get_ylim()
    assert bottom == pytest.approx(1e-4)
    assert list_marks(axes) == {str(line.get_color()): [2, 3, 4]}
    assert legend_texts(axes) == ["below 1e-4: 3 of 5 steps"]
    np.testing.assert_allclose(np.asarray(line.get_ydata()), [1, 1e-4, *[bottom] * 3])


def test_limits_of_the_specs_own_hide_nothing_above_0() -> None:
    values = np.array([1.0, 1e-16, 1e-18])
    axes = plot(make_run(values, style="light", yscale="log", ylim=(1e-9, 1))).axes[0]
    assert (list_marks(axes), legend_texts(axes)) == ({}, [])


def test_a_line_comes_from_the_end_of_the_axis_where_what_is_out_of_view_is_0() -> None:
    values = np.array([0.0, 1e-4, 1e-3])
    axes = plot(make_run(values, style="light", yscale="log", xlim=(0.5, 2))).axes[0]
    bottom, _ = axes.get_ylim()
    assert bottom > 0
    np.testing.assert_allclose(np.asarray(axes.lines[0].get_ydata()), [bottom, 1e-4, 1e-3])


def test_only_what_is_in_view_is_marked_and_counted() -> None:
    run = make_run(FALLING, style="light", yscale="log", xlim=(1, 3))
    axes = plot(run).axes[0]
    assert (list_marks(axes), legend_texts(axes)) == ({}, [])
    with pytest.warns(UserWarning, match="only marks 1 of 4 values"):
        axes = plot(run, xlim=(1, 4)).axes[0]
    assert list_marks(axes) == {str(axes.lines[0].get_color()): [4]}
    assert legend_texts(axes) == ["0 or less: 1 of 4 steps"]


@pytest.mark.filterwarnings("ignore:lr")
@pytest.mark.parametrize("ylim", [None, (1e-2, 1e-6)])
def test_marks_stand_on_the_end_of_the_axis_where_small_values_are(
    ylim: tuple[float, float] | None,
) -> None:
    figure = plot(make_run(FALLING, style="light", yscale="log", ylim=ylim))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    mark = axes.lines[-1]
    radius = mark.get_markersize() / 2 * figure.dpi / 72
    _, y = mark.get_transform().transform((0.0, float(np.asarray(mark.get_ydata())[0])))
    box = axes.get_window_extent()
    assert y == pytest.approx(box.y1 - radius if ylim else box.y0 + radius)


def test_a_linear_axis_marks_nothing() -> None:
    axes = plot(make_run(FALLING, style="light")).axes[0]
    assert (list_marks(axes), legend_texts(axes)) == ({}, [])


@pytest.mark.filterwarnings("ignore:lr")
def test_marks_are_explained_in_the_legend_of_the_lines() -> None:
    run = make_run(FALLING, FALLING[::-1], style="light", yscale="log")
    assert legend_texts(plot(run).axes[0]) == ["group 0", "group 1", "0 or less: 8 of 16 values"]
    assert legend_texts(plot(run, legend=False).axes[0]) == []


@pytest.mark.filterwarnings("ignore:lr")
def test_marks_of_several_lines_have_their_colours_and_those_behind_show_around() -> None:
    axes = plot(make_run(FALLING, FALLING[::-1], style="light", yscale="log")).axes[0]
    first, second = axes.lines[:2]
    assert list_marks(axes) == {
        str(first.get_color()): [0, 4, 5, 7],
        str(second.get_color()): [0, 2, 3, 7],
    }
    sizes = [line.get_markersize() for line in axes.lines if line.get_marker() == "v"]
    assert sizes[0] > sizes[1]


@pytest.mark.filterwarnings("ignore:lr")
def test_many_zeros_have_marks_that_can_be_told_apart() -> None:
    values = np.where(np.arange(100_000) < 50_000, 1e-3, 0.0)
    figure = plot(make_run(values, style="light", yscale="log", steps_per_epoch=1000))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    ((_, places),) = list_marks(axes).items()
    assert places[0] == 50_000
    size = axes.lines[-1].get_markersize() * figure.dpi / 72
    gaps = np.diff(axes.transData.transform([(place, 1e-3) for place in places])[:, 0])
    assert gaps.min() > 0.9 * size
    assert gaps.max() < 1.2 * size


@pytest.mark.filterwarnings("ignore:lr")
def test_steps_beyond_the_axis_are_not_marked() -> None:
    axes = plot(make_run(FALLING, style="light", yscale="log", xlim=(1, 5))).axes[0]
    assert list(list_marks(axes).values()) == [[4, 5]]


def test_a_log_axis_is_made_for_what_the_other_axis_shows() -> None:
    values = 10.0 ** -np.arange(9)
    axes = plot(make_run(values, style="light", yscale="log", xlim=(0, 2))).axes[0]
    low, high = axes.get_ylim()
    assert 1e-4 < low < 1e-3  # the optimizer's own, beside 1, 0.1 and 0.01
    assert 1 < high < 3


def test_so_it_is_where_phases_have_names() -> None:
    flat, rise = '{LambdaLR: {lr_lambda: "1"}}', '{LambdaLR: {lr_lambda: "10 ** epoch"}}'
    inside = f"{{schedulers: [{flat}, {flat}, {rise}], milestones: [10, 20]}}"
    figure = "{style: light, yscale: log, xlim: [0, 15]}"
    text = f"{{epochs: 30, scheduler: {{SequentialLR: {inside}}}, figure: {figure}}}"
    run = lrviz.simulate(lrviz.parse_spec(text))
    assert plot(run).axes[0].get_ylim()[1] < 0.01  # 0.001 is in view, and 1e6 is not


@pytest.mark.filterwarnings("ignore:lr")
def test_a_log_axis_without_values_has_no_ticks() -> None:
    figure = plot(make_run(np.zeros(4), style="light", yscale="log"))
    figure.draw_without_rendering()
    ticks = figure.axes[0].yaxis.get_ticklabels(which="both")
    assert not any(tick.get_text() for tick in ticks)
