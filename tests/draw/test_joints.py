"""Names of phases that are too narrow for them, and of curves that hand over apart."""

import pytest

from lrviz.draw.outputs import plot
from lrviz.draw.phase_labels import is_whole, place_names, stagger_names
from tests.draw.test_axes import SEQUENTIAL, list_joints, name_phases, simulate

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


def test_phases_too_narrow_for_their_names_have_them_whole_on_several_rows() -> None:
    axes = plot(simulate(SIX, epochs=12, each=100), style="light").axes[0]
    assert name_phases(axes) == SIX_NAMES
    heights = [round(text.get_window_extent().y1) for text in axes.texts]
    rows = [sorted(set(heights), reverse=True).index(height) for height in heights]
    assert rows == [0, 1, 2, 0, 1, 0]  # by eye: the third would run into the fourth and fifth


@pytest.mark.parametrize(("height", "rows"), [(2, 1), (2.5, 1), (3, 1), (4, 4), (8, 4)])
def test_rows_of_names_take_a_third_of_the_height_at_most(height: float, rows: int) -> None:
    figure = plot(simulate(SIX, epochs=12, each=100), style="light", size=(5, height))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert len({round(text.get_window_extent().y1) for text in axes.texts}) == rows
    low, high = axes.get_ylim()
    assert (1e-3 - low) / (high - low) >= 2 / 3


def test_names_stand_in_one_row_where_limits_of_the_spec_have_no_room_for_several() -> None:
    axes = plot(simulate(SIX, epochs=12, each=100), style="light", ylim=(0, 1.15e-3)).axes[0]
    assert len({text.get_window_extent().y1 for text in axes.texts}) == 1
    assert "ExponentialLR" in name_phases(axes)


def test_on_an_axis_turned_round_names_follow_from_left_to_right() -> None:
    run = simulate(SEQUENTIAL.replace("milestones: [8]", "milestones: [31]"))
    axes = plot(run, style="light", xlim=(32, 0)).axes[0]
    assert name_phases(axes) == ["← ExponentialLR", "ConstantLR"]


Row = tuple[str, int, float, float]


@pytest.mark.parametrize(
    ("names", "spans", "expected"),
    [
        # A name begins 1 behind its hairline; the second would run into the first one, 1 to 7,
        # the third into the second one, 4 to 8, but not into the first one.
        (
            ["Linear", "Step", "Cosine"],
            [(0, 3), (3, 8), (8, 40)],
            [("Linear", 0, 1, 7), ("Step", 1, 4, 8), ("Cosine", 0, 9, 15)],
        ),
        # Behind 32 there are 8 to the axes' edge, 1 of them to keep free: "Cosine" would end at 39.
        (["Step", "Cosine"], [(0, 32), (32, 40)], [("Step", 0, 1, 5), ("Cosine", 0, 33, 39)]),
        # Behind 33 it would end at 40: it ends 1 before its hairline, and is 8 wide with an arrow.
        (["Step", "Cosine"], [(0, 33), (33, 40)], [("Step", 0, 1, 5), ("Cosine →", 0, 24, 32)]),
        # The second begins where its phase has ended: an arrow points back there.
        (
            ["Step", "Poly", "Cosine"],
            [(0, 10), (10, 11), (11, 40)],
            [("Step", 0, 1, 5), ("← Poly", 0, 11, 17), ("Cosine", 1, 12, 18)],
        ),
        # Three that begin at 1, 3 and 5 and are 4 wide at least take three rows: one is left out.
        (["StepLR"] * 3, [(0, 2), (2, 4), (4, 40)], [("Step", 0, 1, 5), ("Step", 1, 3, 7)]),
        (["", "Cosine"], [(0, 3), (3, 40)], [("Cosine", 0, 4, 10)]),
    ],
)
def test_staggered_names_stand_on_the_first_row_that_is_free(
    names: list[str], spans: list[tuple[float, float]], expected: list[Row]
) -> None:
    placed = stagger_names(names, spans, 40, 2, 1, len)
    assert [(each.text, each.row, each.start, each.end) for each in placed] == expected


def test_staggered_names_lack_their_ending_where_only_that_makes_them_fit() -> None:
    names = ["StepLR", "StepLR"]
    # On one row: from 1 to 7 and, 1 apart, from 8 on.
    placed = stagger_names(names, [(0, 7), (7, 14)], 20, 1, 1, len)
    assert [each.text for each in placed] == ["StepLR", "StepLR"]
    # The second from 7 on is too near to that, but not to what ends at 5.
    placed = stagger_names(names, [(0, 6), (6, 14)], 20, 1, 1, len)
    assert [each.text for each in placed] == ["Step", "Step"]


@pytest.mark.parametrize(
    ("end", "whole"),
    [
        (19, True),  # less 2, as wide as the name
        (17, True),  # as wide as "CosineAnnealing"
        (14, False),  # "Cosine…aling", 12 wide
        (2, False),  # nothing, nor beside: the other phase has 18 less 4 for "Step", less 2
    ],
)
def test_a_row_is_whole_where_it_cuts_and_drops_no_name(end: float, whole: bool) -> None:
    names = ["CosineAnnealingLR", "Step"]
    assert is_whole(place_names(names, [(0, end), (end, end + 20)], 1, len), names) is whole


def test_curves_that_hand_over_apart_have_their_phases_named_in_their_colours() -> None:
    sweep = "sweep: {scheduler.SequentialLR.milestones: [[8], [16]]}"
    axes = plot(simulate(SEQUENTIAL, sweep), style="light").axes[0]
    one, other = (line.get_color() for line in axes.lines[:2])
    shared, *own = (text.get_color() for text in axes.texts)
    assert own == [one, other]
    assert shared not in own
    assert list_joints(axes) == [8, 16]


def test_a_name_longer_than_the_axes_is_cut_and_costs_no_other_its_place() -> None:
    spans = [(0.0, 2.0), (2.0, 4.0), (4.0, 40.0)]
    placed = stagger_names(["Linear", "a" * 50, "Cosine"], spans, 40, 4, 1, len)
    assert [each.text for each in placed] == ["Linear", f"{'a' * 10}…{'a' * 9}", "Cosine"]
