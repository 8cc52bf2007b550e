"""Which groups are one line, how an order of many is told, and how a curve's steps are drawn."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

import lrviz
from lrviz.draw.outputs import plot
from lrviz.draw.text import BLANK, fit_text
from lrviz.draw.titles import name_groups
from lrviz.draw.trace import find_jumps, raise_steps
from lrviz.run.driven import Run
from lrviz.spec.style import styles
from tests.support.figures import COSINE, STEP, make_run, points_of

DECAY = [COSINE * 0.75**place for place in range(12)]


def legend_of(axes: Axes) -> list[str]:
    legend = axes.get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend else []


def luminance(color: object) -> float:
    """Return the relative luminance, as WCAG defines it."""
    channels: NDArray[np.float64] = np.array(to_rgb(color))  # type: ignore[arg-type]
    low = channels <= 0.04045
    linear = np.where(low, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("style", styles())
def test_the_usual_two_groups_of_one_curve_are_one_line_named_by_both(style: str) -> None:
    axes = plot(make_run(COSINE, COSINE, style=style)).axes[0]
    assert (len(axes.lines), legend_of(axes)) == (1, ["groups 0 and 1"])


def test_groups_that_share_a_line_are_all_named() -> None:
    names = ["backbone", "backbone, no decay", "head"]
    axes = plot(make_run(COSINE, COSINE, STEP, groups=names, style="light")).axes[0]
    assert legend_of(axes) == ["backbone and backbone, no decay", "head"]
    axes = plot(make_run(COSINE, COSINE, groups=["backbone", "head"], style="light")).axes[0]
    assert legend_of(axes) == ["backbone and head"]
    axes = plot(make_run(COSINE, STEP, COSINE, STEP, style="light")).axes[0]
    assert legend_of(axes) == ["groups 0 and 2", "groups 1 and 3"]


def test_groups_that_part_in_another_panel_are_two_lines() -> None:
    groups = "[{momentum: 0.9}, {momentum: 0.8}]"
    optimizer = f"{{SGD: {{lr: 1, param_groups: {groups}}}}}"
    run = simulate(f"optimizer: {optimizer}\nscheduler: {{StepLR: {{step_size: 4}}}}")
    assert [len(axes.lines) for axes in plot(run, style="light").axes] == [1]
    both = plot(run, style="light", panels=["lr", "momentum"]).axes
    assert [len(axes.lines) for axes in both] == [2, 2]


def test_many_groups_are_told_by_the_first_and_how_many_more() -> None:
    assert name_groups(["a", "b", "c", "d"]) == "a and 3 more"
    assert name_groups(["group 0", "group 2", "group 4", "group 6"]) == "group 0 and 3 more"
    assert name_groups(["group 2", "group 3", "group 4", "group 5"]) == "groups 2 to 5"


@pytest.mark.parametrize(("style", "contrast"), [("light", 3), ("dark", 4.5)])
@pytest.mark.parametrize("turn", [1, -1])
def test_ordered_groups_stand_out_the_more_the_higher_they_are(
    style: str, contrast: float, turn: int
) -> None:
    axes = plot(make_run(*DECAY[::turn], style=style)).axes[0]
    ground = luminance(styles()[style].background)
    colors = [luminance(line.get_color()) for line in axes.lines[::turn]]
    ratios = [(max(each, ground) + 0.05) / (min(each, ground) + 0.05) for each in colors]
    assert ratios == sorted(ratios, reverse=True)
    assert min(ratios) >= contrast
    names = legend_of(axes)
    assert (names[0], names[-1]) == ("group 0", "group 11")
    assert len(names) <= 6


def test_groups_in_no_order_and_those_of_the_article_have_colours_of_their_own() -> None:
    mixed = [DECAY[place] for place in (3, 0, 2, 1, 5, 4, 7, 6)]
    for run in (make_run(*mixed, style="light"), make_run(*DECAY[:8], style="article")):
        axes = plot(run).axes[0]
        colors = run.figure.style.colors
        assert [line.get_color() for line in axes.lines[:7]] == list(colors[:7])
        assert len(legend_of(axes)) == 8


@pytest.mark.parametrize(
    ("values", "jumps"),
    [
        ([4, 4, 4, 1, 1, 1], [2]),
        ([4, 4, 2, 1, 1], [1, 2]),  # two milestones in a row
        ([4, 3, 2, 1], []),
        ([2, 2, 2, 2], []),
        ([1, 2, 3, 3, 3, 2, 1, 0], []),  # up, held, down: no jump, only bends
        ([3, 3, 3, 10, 9.9, 9.7, 9.4], [2]),  # held, then it jumps to where a curve begins
        ([9.4, 9.3, 9.2, 1, 1, 1], [2]),
        ([0, 1, 1, 1], [0]),
    ],
)
def test_a_jump_is_where_a_value_is_held_before_or_after_it(
    values: list[float], jumps: list[int]
) -> None:
    assert find_jumps(np.array(values, dtype=float)).tolist() == jumps


@pytest.mark.parametrize("size", [1, 3, 50])
def test_picked_points_are_led_through_at_the_step_of_a_jump(size: int) -> None:
    values = np.repeat([3.0, 2, 1], 100)
    points: NDArray[np.intp] = np.unique(np.r_[0 : 300 : 2 * size, 299])
    places, xs, held = raise_steps(values, points)
    assert xs[places].tolist() == held[places].tolist() == points.tolist()
    lifts = np.flatnonzero(np.diff(values[held]))
    assert xs[lifts].tolist() == xs[lifts + 1].tolist() or size > 1
    assert {100, 200} <= set(xs.tolist())


@pytest.mark.parametrize("style", ["light", "dark"])
def test_a_step_is_upright_and_its_markers_stand_at_the_steps_alone(style: str) -> None:
    (line,) = plot(make_run(STEP, style=style)).axes[0].lines
    xs, ys = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    assert (np.diff(xs)[np.diff(ys) != 0] == 0).all()
    assert points_of(line) == (list(range(32)), STEP.tolist())
    every = line.get_markevery()
    assert isinstance(every, list)
    assert [float(xs[int(place)]) for place in every] == list(range(32))


def test_the_article_leads_straight_from_point_to_point() -> None:
    (line,) = plot(make_run(STEP, style="article")).axes[0].lines
    assert np.asarray(line.get_ydata()).tolist() == STEP.tolist()


def simulate(rest: str) -> Run:
    return lrviz.simulate(lrviz.parse_spec(f"epochs: 12\n{rest}"))


def test_a_panel_of_one_value_is_a_phrase_of_the_title_and_the_first_one_stays() -> None:
    optimizer = "{AdamW: {lr: 1, weight_decay: 0.01}}"
    run = simulate(f"optimizer: {optimizer}\nscheduler: {{StepLR: {{step_size: 4}}}}")
    panels = ["lr", "momentum", "weight_decay"]
    (axes,) = plot(run, style="light", panels=panels).axes
    title = axes.get_title(loc="left")
    assert title == "StepLR · step_size 4 · momentum 0.9 · weight decay 0.01"
    (axes,) = plot(run, style="light", panels=panels[1:]).axes
    assert axes.get_ylabel() == "Momentum"
    assert len(plot(run, style="article", panels=panels).axes) == 3


def test_a_line_of_a_title_ends_between_pairs_as_long_as_one_fits_in_a_line() -> None:
    text = f"StepLR · step_size{BLANK}30, gamma{BLANK}0.1"
    assert fit_text(text, 28, 3, len) == "StepLR · step_size 30,\ngamma 0.1"
    assert fit_text(text, 14, 3, len) == "StepLR\nstep_size 30,\ngamma 0.1"
    assert fit_text(text, 9, 4, len) == "StepLR\nstep_size\n30, gamma\n0.1"


def test_a_name_longer_than_a_line_ends_it_between_its_words() -> None:
    assert fit_text("linear_schedule_with_warmup", 18, 2, len) == "linear_schedule_\nwith_warmup"
