"""A run drawn on axes of the caller's, whose figure and settings stay his."""

import io
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import lrviz

STEP = "{epochs: 4, steps_per_epoch: 8, scheduler: {StepLR: {step_size: 8, gamma: 0.5}}}"
CYCLE = """
steps: 64
optimizer: {SGD: {lr: 0.1, momentum: 0.9}}
scheduler: {OneCycleLR: {max_lr: 0.5, total_steps: 64}}
"""
GROUPS = """
steps: 4
optimizer: {SGD: {lr: 0.1, param_groups: [{name: $x^2$}, {name: head, lr: 0.01}]}}
scheduler: {LinearLR: {}}
"""


def make_axes(count: int = 1, **options: Any) -> Any:
    return Figure(figsize=(6, 4)).subplots(count, **options)


def test_draws_what_its_own_figure_shows_and_returns_the_axes() -> None:
    own = lrviz.plot(STEP).axes[0]
    axes: Axes = make_axes()
    drawn: Axes = lrviz.plot(STEP, ax=axes)  # mypy sees that it is no figure
    assert drawn is axes
    assert axes.get_xlim() == own.get_xlim() == (0, 32)
    assert axes.get_ylim() == own.get_ylim() == (0, 1.1 * 1e-3)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Steps", "Learning Rate")
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), own.lines[0].get_ydata())
    assert axes.xaxis.get_majorticklocs().tolist() == own.xaxis.get_majorticklocs().tolist()


def test_figure_and_settings_stay_the_callers() -> None:
    with mpl.rc_context({"font.size": 17.0, "axes.grid": True}):
        before = dict(mpl.rcParams)
        axes = make_axes()
        figure = axes.figure
        looks = figure.get_size_inches().tolist(), figure.dpi, figure.get_facecolor()
        lrviz.plot(STEP, ax=axes, style="dark")
        assert (figure.get_size_inches().tolist(), figure.dpi, figure.get_facecolor()) == looks
        assert axes.xaxis.label.get_fontsize() == 17.0
        assert axes.get_facecolor() == (1.0, 1.0, 1.0, 1.0)
        assert dict(mpl.rcParams) == before
    assert pyplot.get_fignums() == []
    figure.savefig(io.BytesIO(), format="png")


def test_what_is_there_stays_in_view_and_is_told_apart() -> None:
    axes = make_axes()
    axes.plot([0, 50], [0.0, 0.7], label="mine")
    lrviz.plot(STEP, ax=axes)
    lrviz.plot(STEP, ax=axes)
    assert axes.get_xlim()[0] <= 0
    assert axes.get_xlim()[1] >= 50
    assert axes.get_ylim()[1] >= 0.7
    assert [line.get_label() for line in axes.lines] == ["mine", "StepLR", "StepLR"]
    first, second = axes.lines[1:]
    assert first.get_color() != second.get_color()


def test_lines_of_others_are_left_alone_on_a_log_axis() -> None:
    axes = make_axes()
    axes.plot([0, 1, 2], [1.0, 0.0, 1.0])
    tree = {"steps": 4, "scheduler": {"LinearLR": {"end_factor": 0, "total_iters": 3}}}
    with pytest.warns(UserWarning, match="a log axis only marks 1 of 4 values") as caught:
        lrviz.plot(tree, ax=axes, yscale="log")
    assert caught[0].filename == __file__
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == [1.0, 0.0, 1.0]


def test_an_axis_from_0_on_becomes_a_log_one_of_what_is_drawn() -> None:
    axes = make_axes()
    lrviz.plot(STEP, ax=axes)
    lrviz.plot(STEP, ax=axes, yscale="log")
    low, high = axes.get_ylim()
    assert 0 < low < 1e-3 / 8
    assert high > 1e-3


def test_an_axis_that_is_shared_shows_both() -> None:
    upper, lower = make_axes(2, sharey=True)
    lrviz.plot(CYCLE, ax=upper)
    lrviz.plot(STEP, ax=lower)
    assert upper.get_ylim()[1] >= 0.5


def test_limits_that_are_asked_for_are_those_that_are_shown() -> None:
    axes = make_axes()
    axes.plot([0, 50], [0.0, 0.7])
    lrviz.plot(STEP, ax=axes, xlim=(0, 16), ylim=(0, 1))
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 16), (0, 1))


def test_several_panels_stand_on_several_axes() -> None:
    axes = make_axes(2, sharex=True)
    assert lrviz.plot(CYCLE, panels=["lr", "momentum"], ax=axes) is axes
    assert [each.get_ylabel() for each in axes] == ["Learning Rate", "Momentum"]
    assert [each.get_xlabel() for each in axes] == ["", "Steps"]


def test_names_are_a_legend_and_never_formulas() -> None:
    axes: Axes = make_axes()
    lrviz.plot(GROUPS, ax=axes)
    legend = axes.get_legend()
    assert legend is not None
    texts = legend.get_texts()
    assert [text.get_text() for text in texts] == ["$x^2$", "head"]
    assert not any(text.get_parse_math() for text in texts)


def test_a_title_is_the_specs_and_none_is_written_over() -> None:
    first, second = make_axes(2)
    second.set_title("mine")
    tree = {"title": "Steps", "steps": 4, "scheduler": {"StepLR": {"step_size": 2}}}
    for axes in (first, second):
        lrviz.plot(tree, ax=axes)
    assert (first.get_title(), second.get_title()) == ("Steps", "mine")


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (
            make_axes,
            {"panels": ["lr", "momentum"]},
            "ax: 2 panels on 1 axes; give fig.subplots(2, sharex=True), or other panels",
        ),
        (
            lambda: make_axes(2),
            {},
            "ax: 1 panel on 2 axes; give fig.subplots(1, sharex=True), or other panels",
        ),
        (make_axes, {"dpi": 50}, "dpi: the figure of ax is yours, and has its own; leave it out"),
    ],
)
def test_what_cannot_be_drawn_there_is_told(
    make: Callable[[], Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(lrviz.UsageError) as caught:
        lrviz.plot(CYCLE, ax=make(), **options)
    assert str(caught.value) == message


def test_nothing_is_warned_of_where_all_is_shown() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        halved = {"epochs": 8, "scheduler": {"StepLR": {"step_size": 2, "gamma": 0.5}}}
        lrviz.plot(halved, ax=make_axes(), yscale="log")
