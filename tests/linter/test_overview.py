"""A schedule in numbers."""

import numpy as np
import pytest

from lrviz.curve import Curve
from lrviz.linter.findings import Summary, overview_table, summarise_curve

WARMUP = [0.25, 0.5, 1.0, 0.5, 0.25, 0.009, 0.0, 0.0]


def test_every_number_of_a_warm_up_and_decay() -> None:
    curve = Curve(("",), np.array([WARMUP]), (1.0,), label="fast", steps_per_epoch=2)
    assert summarise_curve(curve) == (
        Summary(
            curve="fast",
            group="",
            steps=8,
            peak=1.0,
            peak_step=2,
            peak_epoch=1,
            final=0.0,
            full_steps=2.509,
            jump=0.5,
            jump_step=2,
            small_steps=3,
        ),
    )
    assert summarise_curve(curve)[0].warmup_share == 0.25


def test_a_group_has_a_summary_of_its_own() -> None:
    lr = np.array([[0.1, 0.1, 0.01], [0.0, 0.4, 0.4]])
    backbone, head = summarise_curve(Curve(("backbone", "head"), lr, (0.1, 0.4)))
    assert (backbone.group, backbone.peak_step, backbone.jump_step) == ("backbone", 0, 2)
    assert backbone.jump == pytest.approx(-0.09)
    assert (head.group, head.peak_step, head.jump, head.jump_step) == ("head", 1, 0.4, 1)


def test_nothing_changes_in_one_step_or_in_none() -> None:
    for steps in (1, 5):
        (one,) = summarise_curve(Curve(("",), np.full((1, steps), 0.1), (0.1,)))
        assert (one.jump, one.jump_step, one.warmup_share) == (0.0, None, 0.0)
        assert one.full_steps == pytest.approx(steps)


def test_the_first_of_several_peaks_counts() -> None:
    (one,) = summarise_curve(Curve(("",), np.array([[0.1, 1.0, 0.1, 1.0]]), (1.0,)))
    assert one.peak_step == 1


@pytest.mark.parametrize("values", [[0.0, 0.0], [-0.1, -0.2]])
def test_what_never_trains_has_no_full_rate(values: list[float]) -> None:
    (one,) = summarise_curve(Curve(("",), np.array([values]), (0.1,)))
    assert (one.full_steps, one.small_steps) == (0.0, 0)


def test_the_table_is_aligned_and_leaves_out_what_says_nothing() -> None:
    (one,) = summarise_curve(Curve(("",), np.array([WARMUP]), (1.0,), steps_per_epoch=2))
    (flat,) = summarise_curve(Curve(("",), np.full((1, 1000), 1e-5), (1e-5,)))
    assert overview_table([("a.yaml", one), ("long.yaml", flat)]) == [
        "spec       peak  at step  epoch  warm-up  final  full-rate steps  largest jump  at step"
        "  below 1 % of peak",
        "a.yaml        1        2      1   25.0 %      0         2.5 of 8          +0.5        2"
        "                  3",
        "long.yaml  1e-5        0      0    0.0 %   1e-5  1000.0 of 1,000          none         "
        "                  0",
    ]


def test_curves_and_groups_are_named_where_there_are_some() -> None:
    curve = Curve(("body", "head"), np.array([[0.1, 0.2], [0.3, 0.1]]), (0.1, 0.3), label="fast")
    lines = overview_table([("a.yaml", each) for each in summarise_curve(curve)])
    assert [line.split()[:3] for line in lines] == [
        ["spec", "curve", "group"],
        ["a.yaml", "fast", "body"],
        ["a.yaml", "fast", "head"],
    ]


def test_a_name_that_takes_two_columns_a_letter_is_aligned_as_well() -> None:
    curve = Curve(("学習", "head"), np.full((2, 4), 0.1), (0.1, 0.1))
    heading, wide, narrow = overview_table([("a.yaml", each) for each in summarise_curve(curve)])
    assert heading.startswith("spec    group  peak  at step")
    assert wide.startswith("a.yaml  学習    0.1        0")
    assert narrow.startswith("a.yaml  head    0.1        0")
