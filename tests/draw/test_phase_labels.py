"""Where schedulers hand over, and the names of what is between."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.text import Text
from matplotlib.transforms import BboxBase
from numpy.typing import NDArray

import lrviz
from lrviz.draw.outputs import plot
from lrviz.run.driven import Run
from tests.support.figures import STEP, make_run

SEQUENTIAL = """
SequentialLR:
    schedulers: [ConstantLR: {factor: 0.1, total_iters: 8}, ExponentialLR: {gamma: 0.9}]
    milestones: [8]
"""
NESTED = """
SequentialLR:
    schedulers:
    - SequentialLR:
        schedulers: [LinearLR: {total_iters: 4}, ConstantLR: {factor: 1.0}]
        milestones: [4]
    - CosineAnnealingLR: {T_max: 8}
    - ExponentialLR: {gamma: 0.9}
    milestones: [12, 20]
"""
NAMES_OF_NESTED = ["ConstantLR", "CosineAnnealingLR", "ExponentialLR"]
CHAINED = """
ChainedScheduler:
    schedulers:
    - SequentialLR:
        schedulers: [LinearLR: {total_iters: 8}, CosineAnnealingLR: {T_max: 24}]
        milestones: [8]
    - ExponentialLR: {gamma: 0.9}
"""
SIX = """
SequentialLR:
    schedulers:
    - LinearLR: {}
    - ConstantLR: {}
    - CosineAnnealingWarmRestarts: {T_0: 70}
    - CosineAnnealingLR: {T_max: 100}
    - ExponentialLR: {gamma: 0.999}
    - PolynomialLR: {total_iters: 300}
    milestones: [50, 60, 200, 210, 900]
"""
SIX_NAMES = [
    "LinearLR",
    "ConstantLR",
    "CosineAnnealingWarmRestarts",
    "CosineAnnealingLR",
    "ExponentialLR",
    "PolynomialLR",
]


def simulate(scheduler: str, rest: str = "", epochs: int = 4, each: int = 8) -> Run:
    """Return the run of a scheduler, written as YAML."""
    body = "\n".join(f"  {line}" for line in scheduler.strip().splitlines())
    head = f"epochs: {epochs}\nsteps_per_epoch: {each}\n"
    return lrviz.simulate(lrviz.parse_spec(f"{head}scheduler:\n{body}\n{rest}"))


def list_joints(axes: Axes) -> list[float]:
    """Return where a panel has hairlines."""
    collections = [each for each in axes.collections if isinstance(each, LineCollection)]
    return [float(segment[0, 0]) for each in collections for segment in each.get_segments()]


def name_phases(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize(
    ("scheduler", "rest", "places", "names"),
    [
        (SEQUENTIAL, "", [8], ["ConstantLR", "ExponentialLR"]),
        (SEQUENTIAL, "figure: {x: epoch}", [8 / 8], ["ConstantLR", "ExponentialLR"]),
        (
            SEQUENTIAL.replace("milestones: [8]", "milestones: [2]"),
            "interval: epoch",
            [2 * 8],
            ["ConstantLR", "ExponentialLR"],
        ),
        (
            SEQUENTIAL.replace("milestones: [8]", "milestones: [31]"),
            "",
            [31],
            ["ConstantLR", "ExponentialLR"],
        ),
        (SEQUENTIAL.replace("milestones: [8]", "milestones: [0]"), "", [], []),
        (SEQUENTIAL.replace("milestones: [8]", "milestones: [32]"), "", [], []),
        (SEQUENTIAL.replace("milestones: [8]", "milestones: [99]"), "", [], []),
        (
            NESTED,
            "",
            [3, 12, 20],  # torch steps a composite that comes first once before the run
            ["LinearLR", "ConstantLR", "CosineAnnealingLR", "ExponentialLR"],
        ),
        # A call ahead, the inner one begins with its second scheduler.
        (NESTED.replace("milestones: [4]", "milestones: [1]"), "", [12, 20], NAMES_OF_NESTED),
        (CHAINED, "", [8], ["LinearLR + ExponentialLR", "CosineAnnealingLR + ExponentialLR"]),
        ("StepLR: {step_size: 4}", "", [], []),
    ],
)
def test_hairlines_stand_where_a_schedule_is_handed_over(
    scheduler: str, rest: str, places: list[float], names: list[str]
) -> None:
    axes = plot(simulate(scheduler, rest), style="light").axes[0]
    assert list_joints(axes) == places
    assert name_phases(axes) == names


@pytest.mark.parametrize("interval", ["step", "epoch"])
def test_a_hairline_stands_at_the_first_value_of_the_next_scheduler(interval: str) -> None:
    scheduler = SEQUENTIAL.replace("milestones: [8]", "milestones: [2]")
    run = simulate(scheduler, f"interval: {interval}")
    (place,) = list_joints(plot(run, style="light").axes[0])
    before, after = run.curves[0].lr[0, [int(place) - 1, int(place)]]
    assert (before, after) == pytest.approx((1e-4, 1e-3))  # a tenth, then ExponentialLR's first


def test_the_article_style_draws_no_hairlines() -> None:
    axes = plot(simulate(SEQUENTIAL)).axes[0]
    assert (list_joints(axes), name_phases(axes)) == ([], [])


def test_curves_share_hairlines_where_they_hand_over_alike() -> None:
    def joints_of(sweep: str) -> tuple[list[float], list[str]]:
        axes = plot(simulate(SEQUENTIAL, f"sweep: {{{sweep}}}"), style="light").axes[0]
        return list_joints(axes), name_phases(axes)

    gamma = "scheduler.SequentialLR.schedulers.1.ExponentialLR.gamma: [0.8, 0.9]"
    milestones = "scheduler.SequentialLR.milestones: [[8], [16]]"
    assert joints_of(gamma) == ([8], ["ConstantLR", "ExponentialLR"])
    # The second one is at work longer in the one than in the other.
    assert joints_of(milestones) == ([], [])


def test_a_phase_of_some_curves_only_has_neither_hairline_nor_name() -> None:
    curves = "curves: {plain: {scheduler: {StepLR: {step_size: 4}}}, sequential: {}}"
    axes = plot(simulate(SEQUENTIAL, curves), style="light").axes[0]
    assert (list_joints(axes), name_phases(axes)) == ([], [])


def test_a_phase_that_all_curves_share_ends_at_a_hairline_whatever_follows() -> None:
    other = SEQUENTIAL.replace("ExponentialLR: {gamma: 0.9}", "StepLR: {step_size: 4}")
    curves = "\n".join(
        f"  {name}:\n    scheduler:\n" + "\n".join(f"      {line}" for line in text.split("\n"))
        for name, text in (("a", SEQUENTIAL.strip()), ("b", other.strip()))
    )
    spec = lrviz.parse_spec(f"epochs: 4\nsteps_per_epoch: 8\ncurves:\n{curves}")
    axes = plot(lrviz.simulate(spec), style="light").axes[0]
    assert (list_joints(axes), name_phases(axes)) == ([8], ["ConstantLR"])


def test_a_name_for_which_no_row_is_free_is_left_out() -> None:
    """Seven hand-overs, a step apart each, would need seven rows."""
    children = ", ".join(["LinearLR: {total_iters: 80}", *["CosineAnnealingLR: {T_max: 100}"] * 7])
    schedulers = ", ".join(f"{{{child}}}" for child in children.split(", "))
    scheduler = f"SequentialLR: {{schedulers: [{schedulers}], milestones: {list(range(80, 87))}}}"
    axes = plot(simulate(scheduler, "", 4, 50), style="light").axes[0]
    assert list_joints(axes) == list(range(80, 87))
    assert name_phases(axes) == ["LinearLR", *["CosineAnnealingLR"] * 4]
    assert list_rows(axes) == [0, 0, 1, 2, 3]
    starts = [text.get_position()[0] for text in axes.texts]
    assert starts == pytest.approx([0, 80, 81, 82, 83], abs=2)


@pytest.mark.filterwarnings("ignore:xlim")
def test_a_phase_ends_with_its_run() -> None:
    assert name_phases(plot(simulate(SEQUENTIAL), style="light", xlim=(40, 64)).axes[0]) == []


def test_every_panel_has_the_hairlines_and_the_first_their_names() -> None:
    groups = "param_groups: [{momentum: 0.9}, {momentum: 0.8}]"
    run = simulate(SEQUENTIAL, f"optimizer: {{SGD: {{lr: 0.1, {groups}}}}}")
    upper, lower = plot(run, style="light", panels=["lr", "momentum"]).axes
    assert (list_joints(upper), list_joints(lower)) == ([8], [8])
    assert (len(upper.texts), len(lower.texts)) == (2, 0)


def test_more_hairlines_than_can_be_told_apart_are_left_out() -> None:
    count = 120
    children = ", ".join(["ConstantLR: {factor: 0.5}"] * count)
    milestones = list(range(1, count))
    scheduler = f"SequentialLR: {{schedulers: [{children}], milestones: {milestones}}}"
    run = simulate(scheduler, epochs=count, each=1)
    assert list_joints(plot(run, style="light", size=(3, 2)).axes[0]) == []
    wide = list_joints(plot(run, style="light", size=(40, 5)).axes[0])
    assert wide == list(range(1, count))


@pytest.mark.parametrize("size", [None, (3, 2), (4, 8)])
@pytest.mark.parametrize(("style", "yscale"), [("light", "linear"), ("dark", "log")])
@pytest.mark.parametrize("xlim", [None, (3, 14)])
@pytest.mark.parametrize("scheduler", [SEQUENTIAL, NESTED, CHAINED])
def test_names_of_phases_stand_at_their_phase_and_above_the_line(
    scheduler: str,
    xlim: tuple[float, float] | None,
    yscale: str,
    style: str,
    size: tuple[float, float] | None,
) -> None:
    run = simulate(scheduler)
    figure = plot(run, style=style, yscale=yscale, size=size, xlim=xlim)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    low, high = axes.get_xlim()
    ends = axes.transData.transform([(place, 1e-3) for place in (low, *list_joints(axes), high)])
    line = axes.transData.transform(np.column_stack(axes.lines[0].get_data()))
    thick = figure.dpi / 72 * max(axes.lines[0].get_markersize(), 1) / 2
    texts: list[Text] = list(axes.texts)
    assert texts
    for text in texts:
        box = text.get_window_extent()
        assert stands_at_phase(box, ends[:, 0], axes.get_window_extent())
        assert box.y1 <= axes.get_window_extent().y1
        assert line[:, 1].max() + thick <= box.y0
    boxes = [text.get_window_extent() for text in texts]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def stands_at_phase(box: BboxBase, ends: NDArray[np.float64], axes: BboxBase) -> bool:
    """Whether a name begins at a hairline, or ends with the axes that it would run out of."""
    beside = box.x0 - ends
    begins = bool(0 < beside[beside > 0].min() < box.height)
    return axes.x0 < box.x0 < box.x1 <= axes.x1 and (begins or axes.x1 - box.x1 < 0.1 * axes.width)


def test_names_are_left_out_where_limits_of_the_spec_leave_no_room_for_them() -> None:
    run = simulate(SEQUENTIAL.replace("ExponentialLR: {gamma: 0.9}", "StepLR: {step_size: 99}"))
    assert name_phases(plot(run, style="light", ylim=(0, 2e-3)).axes[0]) == ["ConstantLR", "StepLR"]
    # The second goes on at 1e-3, where its name would stand.
    for limits in ((0, 1.05e-3), (2e-3, 0)):
        assert name_phases(plot(run, style="light", ylim=limits).axes[0]) == []


def list_rows(axes: Axes) -> list[int]:
    """Return the row of every name, counted from the top."""
    heights = [round(text.get_window_extent().y1) for text in axes.texts]
    return [sorted(set(heights), reverse=True).index(height) for height in heights]


def test_a_name_stands_on_the_first_row_that_is_free() -> None:
    axes = plot(simulate(SIX, epochs=12, each=100), style="light").axes[0]
    assert name_phases(axes) == SIX_NAMES
    # By eye: the third would run into the fourth and fifth.
    assert list_rows(axes) == [0, 1, 2, 0, 1, 0]


@pytest.mark.parametrize(("height", "rows"), [(1.5, 2), (2, 2), (3, 3), (4, 4), (8, 4)])
def test_rows_of_names_take_a_third_of_the_height_at_most(height: float, rows: int) -> None:
    figure = plot(simulate(SIX, epochs=12, each=100), style="light", size=(5, height))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert max(list_rows(axes)) + 1 == rows
    low, high = axes.get_ylim()
    assert (1e-3 - low) / (high - low) >= 2 / 3


def test_a_name_that_would_run_out_of_the_axes_ends_where_they_do() -> None:
    run = simulate(SEQUENTIAL.replace("milestones: [8]", "milestones: [31]"))
    figure = plot(run, style="light")
    figure.draw_without_rendering()
    axes = figure.axes[0]
    box, inside = axes.texts[1].get_window_extent(), axes.get_window_extent()
    assert axes.transData.transform((31.0, 0.0))[0] > box.x0
    assert 0 < inside.x1 - box.x1 < 0.1 * inside.width


def test_on_an_axis_turned_round_names_follow_from_left_to_right() -> None:
    axes = plot(simulate(SEQUENTIAL), style="light", xlim=(32, 0)).axes[0]
    assert name_phases(axes) == ["ExponentialLR", "ConstantLR"]
    # Each begins at the left end of its phase: at 32 and at 8.
    assert [text.get_position()[0] for text in axes.texts] == pytest.approx([32, 8], abs=0.5)


def test_a_name_that_is_too_long_is_cut() -> None:
    inside = "LinearLR, CosineAnnealingWarmRestarts: {T_0: 9}, StepLR: {step_size: 1}"
    chain = f"ChainedScheduler: {{schedulers: [{inside}]}}"
    scheduler = SEQUENTIAL.replace("ConstantLR: {factor: 0.1, total_iters: 8}", chain)
    axes = plot(simulate(scheduler), style="light").axes[0]
    assert name_phases(axes)[0] == "LinearLR + CosineAnnealingWarmRestarts…"


def test_a_schedule_without_phases_keeps_its_limits() -> None:
    assert plot(make_run(STEP, style="light")).axes[0].get_ylim() == pytest.approx((0, 1.1e-3))
