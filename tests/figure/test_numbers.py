import json
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrviz.curve import Curve, Values
from lrviz.errors import ImageError
from lrviz.figure import numbers
from lrviz.figure.difference import compare_numbers
from lrviz.figure.moves import Move, NumbersDifference, ShapeChange
from lrviz.figure.numbers import MAX_NUMBERS, Recorded, coarsen, split_steps
from lrviz.figure.record import spell_numbers
from lrviz.figure.stored import parse_numbers

STATISTICS = ("first", "min", "max", "mean", "order")
NAN, INF = math.nan, math.inf


def curve(*rows: Sequence[float], metric: Sequence[float] | None = None, label: str = "") -> Curve:
    return Curve(
        groups=tuple(f"g{i}" for i in range(len(rows))) if len(rows) > 1 else ("",),
        lr=np.array(rows, dtype=np.float64),
        base_lr=(0.1,) * len(rows),
        metric=None if metric is None else np.array(metric, dtype=np.float64),
        label=label,
    )


def summarise(curves: Sequence[Curve]) -> dict[str, Any]:
    """What is stored of some curves."""
    return spell_numbers(numbers.summarise(curves))


def count_numbers(recorded: Recorded) -> int:
    """How many numbers are stored."""
    every = (rows for curve in recorded.curves for rows in curve.series.values())
    return sum(row.size for rows in every for row in rows)


def summary(*rows: Sequence[float]) -> dict[str, Any]:
    """What is stored of some learning rates."""
    data: dict[str, Any] = summarise([curve(*rows)])
    return data


def record(*curves: Curve) -> Recorded:
    """What is read back from a figure of these curves: through strict JSON."""
    return parse_numbers(json.loads(json.dumps(summarise(curves), allow_nan=False)))


def stored(data: dict[str, object], name: str = "lr") -> object:
    curves = data["curves"]
    assert isinstance(curves, list)
    return curves[0][name]


def compare(old: Sequence[float], new: Sequence[float]) -> NumbersDifference | None:
    return compare_numbers(record(curve(old)), record(curve(new)))


def compare_metrics(old: Sequence[float], new: Sequence[float]) -> NumbersDifference | None:
    """Compare two metrics: a learning rate is finite."""
    still = [0.1] * len(old)
    return compare_numbers(record(curve(still, metric=old)), record(curve(still, metric=new)))


def one_move(old: Recorded, new: Recorded) -> Move:
    difference = compare_numbers(old, new)
    assert difference is not None
    assert difference.shape == ()
    assert len(difference.moves) == 1
    return difference.moves[0]


def test_every_step_of_a_short_curve_is_stored() -> None:
    assert stored(summarise([curve([0.1, 0.2, 0.4])])) == [[0.1, 0.2, 0.4]]


def test_what_never_moves_is_stored_once() -> None:
    still = Curve(
        groups=("a", "b"),
        lr=np.array([[0.1, 0.1, 0.1], [0.1, 0.2, 0.1]]),
        base_lr=(0.1, 0.1),
        momentum=np.full((2, 3), 0.9),
        metric=np.full(3, NAN),
    )
    data = summarise([still])
    assert stored(data, "lr") == [0.1, [0.1, 0.2, 0.1]]
    assert stored(data, "momentum") == [0.9, 0.9]
    assert stored(data, "metric") == [None]
    assert count_numbers(record(still)) == 1 + 3 + 1 + 1 + 1


def test_a_metric_may_hold_what_json_has_no_number_for() -> None:
    data = summarise([curve([0.1] * 4, metric=[1.0, NAN, INF, -INF])])
    assert stored(data, "metric") == [[1.0, None, ".inf", "-.inf"]]
    back = parse_numbers(data).curves[0].series["metric"][0]
    np.testing.assert_array_equal(back, [[1.0, NAN, INF, -INF]])


@pytest.mark.parametrize(
    ("steps", "block", "blocks"),
    [
        (4096, 1, 4096),
        (4097, 8, 513),  # blocks of 4 would be 1,025
        (8192, 8, 1024),
        (8193, 16, 513),
        (1_000_000, 1024, 977),
    ],
)
def test_a_long_curve_is_stored_in_equal_blocks(steps: int, block: int, blocks: int) -> None:
    recorded = record(curve(np.arange(steps, dtype=float).tolist())).curves[0]
    assert (recorded.steps, recorded.block) == (steps, block)
    assert recorded.series["lr"][0].shape == ((1 if block == 1 else 5), blocks)


def test_a_block_is_its_first_smallest_largest_and_mean_value() -> None:
    values = np.zeros(5000)
    values[8:16] = [3, 1, 2, 7, 5, 4, 6, 8]
    values[4992:] = [1, 0, 0, 0, 0, 0, 0, 3]
    blocks = record(curve(values.tolist())).curves[0].series["lr"][0]
    assert blocks.shape == (5, 625)
    assert blocks[:, 0].tolist() == [0, 0, 0, 0, 0]
    assert blocks[:4, 1].tolist() == [3, 1, 8, 36 / 8]
    assert blocks[:4, 624].tolist() == [1, 0, 3, 4 / 8]
    order = sum(w * value for w, value in zip(map(weight, range(8, 16)), values[8:16], strict=True))
    assert blocks[4, 1] == pytest.approx(order / 8, rel=1e-15)
    assert blocks[4, 624] == pytest.approx((weight(4992) + 3 * weight(4999)) / 8, rel=1e-15)


def weight(step: int) -> float:
    """The weight of a step: the hash "lowbias32" of its number counted from 1, as it is published.

    https://nullprogram.com/blog/2018/07/31/
    """
    x = step + 1
    x ^= x >> 16
    x = x * 0x7FEB352D % 2**32
    x ^= x >> 15
    x = x * 0x846CA68B % 2**32
    x ^= x >> 16
    return x / 2**32


def test_the_last_block_may_be_shorter() -> None:
    blocks = record(curve(np.arange(5001.0).tolist())).curves[0].series["lr"][0]
    assert blocks[:, -1].tolist() == [5000, 5000, 5000, 5000, 5000 * weight(5000)]


def test_smallest_and_largest_value_leave_nan_out_and_the_mean_tells_of_it() -> None:
    metric = np.ones(5000)
    metric[1:4] = [NAN, 5, -5]
    metric[8:16] = NAN
    blocks = record(curve([0.1] * 5000, metric=metric.tolist())).curves[0].series["metric"][0]
    np.testing.assert_array_equal(blocks[:4, 0], [1, -5, 5, NAN])
    np.testing.assert_array_equal(blocks[:, 1], [NAN, NAN, NAN, NAN, 0])
    left = [weight(0), 5 * weight(2), -5 * weight(3), *map(weight, range(4, 8))]
    assert blocks[4, 0] == pytest.approx(sum(left) / 8, rel=1e-15)


def many(curves: int, groups: int, steps: int, *, momentum: bool = False) -> list[Curve]:
    """Curves of which every series moves."""
    rows = np.tile(np.linspace(0.1, 0.2, steps), (groups, 1))
    names = tuple(f"g{i}" for i in range(groups))
    lr = (0.1,) * groups
    extra = rows if momentum else None
    return [Curve(names, rows, lr, extra, extra, label=f"c{i}") for i in range(curves)]


@pytest.mark.parametrize(
    ("curves", "groups", "steps", "momentum", "block", "size"),
    [
        (1, 8, 4096, False, 1, 8 * 4096),
        (1, 9, 4096, False, 8, 9 * 5 * 512),
        (1, 6, 5000, False, 8, 6 * 5 * 625),
        (1, 11, 5000, False, 16, 11 * 5 * 313),
        (64, 1, 100, False, 1, 6_400),
        (64, 64, 100, False, 128, 64 * 64 * 5),
        (64, 64, 100, True, 128, 64 * 64 * 5),  # the learning rates alone are kept
    ],
)
def test_many_series_have_coarser_blocks(
    curves: int, groups: int, steps: int, momentum: bool, block: int, size: int
) -> None:
    recorded = record(*many(curves, groups, steps, momentum=momentum))
    assert recorded.curves[0].block == block
    assert count_numbers(recorded) == size <= MAX_NUMBERS


@given(st.lists(st.floats(allow_nan=True, width=64), min_size=1, max_size=40), st.integers(1, 300))
def test_what_is_stored_is_read_as_it_was_and_agrees_with_itself(
    values: list[float], repeat: int
) -> None:
    recorded = record(curve([0.1] * len(values) * repeat, metric=values * repeat))
    series = recorded.curves[0].series["metric"][0]
    expected = np.array(values * repeat)
    if recorded.curves[0].block == 1 and series.size > 1:
        np.testing.assert_array_equal(series[0], expected)
    np.testing.assert_array_equal(series[0, 0], expected[0])
    assert compare_numbers(recorded, recorded) is None


def test_equal_numbers_do_not_differ() -> None:
    assert compare([0.1, 0.2, 0.3], [0.1, 0.2, 0.3]) is None
    assert compare_metrics([0.1, NAN, 0.3], [0.1, NAN, 0.3]) is None


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        (1.0, 1.0 + 0.9e-9, False),
        (1.0, 1.0 + 1.1e-9, True),
        (-1e6, -1e6 - 0.9e-3, False),
        (-1e6, -1e6 - 1.1e-3, True),
        (0.0, 0.9e-12, False),
        (0.0, 1.1e-12, True),
        (NAN, NAN, False),
        (NAN, 1.0, True),
        (1.0, NAN, True),
        (INF, INF, False),
        (INF, 1.0, True),
        (INF, -INF, True),
    ],
)
def test_numbers_agree_within_a_billionth_or_within_a_picounit(
    old: float, new: float, differs: bool
) -> None:
    assert (compare_metrics([5.0, old], [5.0, new]) is not None) is differs
    assert (compare_metrics([old], [new]) is not None) is differs


def test_a_move_names_its_first_step_both_values_and_how_many_there_are() -> None:
    move = one_move(record(curve([8, 8, 4, 4, 2])), record(curve([8, 8, 4, 5, 2.5])))
    assert move == Move(
        start=3, stop=4, statistic="", old=4, new=5, moved=2, total=5, quantity="lr", peak=8
    )
    assert str(move) == "lr at step 3: 4 -> 5, +25 % (2 of 5 steps differ)"


def test_what_stood_still_and_now_moves_differs_from_where_it_moves() -> None:
    for old, new in (([1.0, 1, 1, 1], [1.0, 1, 2, 2]), ([1.0, 1, 2, 2], [1.0, 1, 1, 1])):
        move = one_move(record(curve(old)), record(curve(new)))
        assert (move.start, move.moved, move.total) == (2, 2, 4)


def test_another_constant_differs_at_every_step() -> None:
    move = one_move(record(curve([1, 1, 1])), record(curve([2, 2, 2])))
    assert (move.start, move.old, move.new, move.moved, move.total) == (0, 1, 2, 3, 3)


def test_a_move_in_a_long_curve_names_the_block() -> None:
    values = np.linspace(1, 2, 5000)
    moved = values.copy()
    moved[100] = 7
    move = one_move(record(curve(values.tolist())), record(curve(moved.tolist())))
    # Step 100 is in block 12, the steps 96 to 103; its first and smallest value are what they were.
    assert (move.start, move.stop, move.statistic) == (96, 104, "max")
    assert (move.old, move.new) == (values[103], 7)
    assert (move.moved, move.total) == (1, 625)
    assert f"{values[103]:.4}" == "1.021"
    extent = "(1 of 625 blocks of 8 differ)"
    assert str(move) == f"lr in steps 96 to 103: max 1.021 -> 7, +586 % {extent}"


def test_two_values_that_change_places_in_a_block_are_noticed_by_its_first() -> None:
    values = np.linspace(1, 2, 5000)
    moved = values.copy()
    moved[[96, 97]] = values[[97, 96]]
    move = one_move(record(curve(values.tolist())), record(curve(moved.tolist())))
    assert (move.start, move.statistic) == (96, "first")


CYCLES = 800
"""Of 128 steps: 102,400 steps are stored in as many blocks, of a cycle each."""

RISE, FALL = np.linspace(1, 2, 17), np.linspace(2, 1, 113)
PEAK = np.concatenate([RISE, FALL[1:-1]])  # up in 16 steps, down in 112
TWO = [
    np.concatenate([np.linspace(1, 2, up + 1), np.linspace(2, 1, 65 - up)[1:-1]]) for up in (16, 48)
]
UNLIKE = np.sin(np.arange(128.0) ** 2)
ORDERS: dict[str, tuple[Values, Values]] = {
    "rise and fall swapped": (PEAK, np.concatenate([PEAK[:1], PEAK[:0:-1]])),
    "two peaks swapped": (np.concatenate(TWO), np.concatenate(TWO[::-1])),
    "read backwards": (UNLIKE, np.concatenate([UNLIKE[:1], UNLIKE[:0:-1]])),
    "two neighbours swapped": (UNLIKE, UNLIKE[[*range(60), 61, 60, *range(62, 128)]]),
    "two pairs swapped, there and back": (
        np.array([0.0, *[1, 2, 2, 1] * 2, *[0] * 119]),
        np.array([0.0, *[2, 1, 1, 2] * 2, *[0] * 119]),
    ),
}


@pytest.mark.parametrize("name", ORDERS)
def test_what_changes_only_the_order_within_blocks_is_found(name: str) -> None:
    was, now = (np.tile(cycle, CYCLES) for cycle in ORDERS[name])
    assert sorted(was) == sorted(now)
    old, new = record(curve(was.tolist())), record(curve(now.tolist()))
    rows = (each.curves[0].series["lr"][0] for each in (old, new))
    pairs = zip(*rows, strict=True)
    same = [np.allclose(mine, other, rtol=1e-9, atol=1e-12) for mine, other in pairs]
    assert same == [True, True, True, True, False]
    move = one_move(old, new)
    assert (move.start, move.stop, move.block) == (0, 128, 128)
    assert (move.statistic, move.moved, move.total) == ("order", 800, 800)
    assert str(move).endswith(" (800 of 800 blocks of 128 differ)")


@pytest.mark.parametrize("steps", [4097, 5000, 65_536, 100_001])
@pytest.mark.parametrize("factor", [2, 8, 4096])
def test_blocks_made_coarser_are_those_of_the_steps_themselves(steps: int, factor: int) -> None:
    values = np.cos(np.arange(steps) ** 1.5)
    fine = split_steps(values, 8)
    coarse = coarsen(list(fine), steps, 8, factor)
    np.testing.assert_allclose(coarse, split_steps(values, 8 * factor), rtol=1e-12, atol=1e-15)


def test_the_order_is_compared_where_one_figure_has_coarser_blocks() -> None:
    """Nine groups have coarser blocks than one alone."""
    was, now = (np.tile(cycle, CYCLES) for cycle in ORDERS["rise and fall swapped"])
    alone, beside = curve(was.tolist()), curve(*[now.tolist()] * 9)
    old, new = record(replace(alone, groups=("g0",))), record(beside)
    assert (old.curves[0].block, new.curves[0].block) == (128, 256)
    difference = compare_numbers(old, new)
    assert difference is not None
    (move,) = difference.moves
    assert (move.statistic, move.block, move.moved, move.total) == ("order", 256, 400, 400)


def test_what_stands_still_is_compared_with_blocks_by_its_value() -> None:
    still, moving = [1.0] * 5000, [1.0] * 4999 + [1 + 1e-10]
    assert compare(still, moving) is None
    assert compare(moving, still) is None
    move = one_move(record(curve(still)), record(curve([1.0] * 4999 + [2.0])))
    assert (move.start, move.stop, move.statistic, move.block) == (4992, 5000, "max", 8)


def without_order(data: dict[str, Any]) -> dict[str, Any]:
    """What version 0.1 stored: four numbers a block, and no digest."""
    for series in data["curves"][0]["lr"]:
        del series["order"]
    del data["digest"]
    return data


def test_numbers_of_version_0_1_are_compared_in_what_they_have() -> None:
    values = np.sin(np.arange(9000.0)).tolist()
    old, new = parse_numbers(without_order(summary(values))), record(curve(values))
    assert old.curves[0].series["lr"][0].shape == (4, 563)
    assert compare_numbers(old, new, exact=True) is None
    assert compare_numbers(new, old, exact=True) is None
    move = one_move(old, record(curve([*values[:-1], 2.0])))
    assert (move.start, move.statistic) == (8992, "max")


def test_version_0_1_stored_more_blocks_of_many_series() -> None:
    """Seven series of 1,024 blocks of four numbers are 28,672, of five they would be too many."""
    values = np.sin(np.arange(8192.0)).tolist()
    data = summary(*[values] * 7)
    assert data["curves"][0]["block"] == 16
    blocks = split_steps(np.array(values), 8)
    series = {name: row.tolist() for name, row in zip(STATISTICS[:4], blocks, strict=False)}
    old = {"curves": [data["curves"][0] | {"block": 8, "lr": [series] * 7}]}
    assert compare_numbers(parse_numbers(old), parse_numbers(data)) is None


# The digest of every value


def nudge(values: Sequence[float], step: int, by: float) -> list[float]:
    return [*values[:step], values[step] * (1 + by), *values[step + 1 :]]


def test_what_no_block_shows_moves_the_digest_where_the_same_software_drove_both() -> None:
    values = (1 - np.arange(1_048_576) / 2_097_152).tolist()
    old, new = record(curve(values)), record(curve(nudge(values, 700_001, 9e-7)))
    assert old.curves[0].block == 1024
    assert compare_numbers(old, new) is None
    difference = compare_numbers(old, new, exact=True)
    assert difference == NumbersDifference((), (), hidden=1024)
    assert str(difference) == (
        "values moved that blocks of 1,024 do not show: their digest differs"
    )
    assert compare_numbers(old, old, exact=True) is None


def test_every_quantity_group_and_step_is_in_the_digest() -> None:
    rows = np.linspace(1, 2, 5000) + np.array([[0.0], [1.0]])
    whole = Curve(("a", "b"), rows, (1.0, 1.0), rows + 1, rows + 2, rows[0] + 3, label="x")
    fields = ("lr", "momentum", "weight_decay", "metric")
    digests = {summarise([whole])["digest"], summarise([whole, whole])["digest"]}
    for field in fields:
        values = getattr(whole, field)
        for place in np.ndindex(*values.shape[:-1]):
            for step in (0, 2500, 4999):
                changed = values.copy()
                changed[(*place, step)] *= 1 + 1e-15
                digests.add(summarise([replace(whole, **{field: changed})])["digest"])
    assert len(digests) == 2 + (2 + 2 + 2 + 1) * 3


def test_zero_has_no_sign_and_nan_is_nan_in_the_digest() -> None:
    plain = np.linspace(-1, 1, 5001)
    assert plain[2500] == 0
    odd = plain.copy()
    plain[7], odd[7] = NAN, -NAN
    odd[2500] = -0.0
    assert plain.tobytes() != odd.tobytes()
    one, other = (record(curve([0.1] * 5001, metric=each.tolist())) for each in (plain, odd))
    assert one.digest == other.digest != ""


def test_there_is_a_digest_where_something_is_not_stored_step_by_step() -> None:
    assert "digest" not in summarise(many(1, 8, 4096))
    assert "digest" in summarise(many(1, 9, 4096))
    few = summarise(many(64, 64, 8, momentum=True))  # of which the learning rates alone are kept
    assert "digest" in few
    assert stored(few) == [np.linspace(0.1, 0.2, 8).tolist()] * 64


# Figures that hide what moved


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 4, "block": 4},
        {"steps": 4, "block": 8},
        {"steps": 4, "block": 2**63},
        {"steps": 5000, "block": 16},
        {"steps": 5000, "block": 8192},
        {"steps": 8192, "block": 16},
        {"steps": 1_000_000, "block": 2048},
        {"steps": 1_000_000, "block": 1_048_576},
    ],
)
@pytest.mark.parametrize("numbers", ["one", "four", "five"])
def test_blocks_that_lrviz_would_not_choose_are_refused(
    change: dict[str, int], numbers: str
) -> None:
    """Coarser ones would have more numbers agree."""
    names = {"one": (), "four": STATISTICS[:4], "five": STATISTICS}[numbers]
    count = -(-change["steps"] // change["block"])
    rows = {name: np.linspace(0.1, 0.2, count).tolist() for name in names}
    data = GOOD | change | {"lr": [rows or 0.1]}
    with pytest.raises(ImageError, match=r"^its numbers are damaged: "):
        parse_numbers({"curves": [data]})


def test_a_series_that_never_moves_cannot_pretend_to_and_make_blocks_coarser() -> None:
    row = np.linspace(0.1, 0.2, 4096).tolist()
    full = {"label": "", "groups": ["a"] * 8, "steps": 4096, "block": 1, "lr": [row] * 8}
    assert count_numbers(parse_numbers({"curves": [full]})) == MAX_NUMBERS
    blocks = {name: [0.1] * 512 for name in STATISTICS}
    moving = {name: np.linspace(0.1, 0.2, 512).tolist() for name in STATISTICS}
    coarse = full | {"block": 8, "lr": [moving] * 8, "momentum": [blocks] + [0.9] * 7}
    with pytest.raises(ImageError, match=r"damaged: momentum: never moves, and is no number$"):
        parse_numbers({"curves": [coarse]})
    with pytest.raises(ImageError, match=r"damaged: block: does not fit the numbers$"):
        parse_numbers({"curves": [full | {"block": 8, "lr": [moving] * 8}]})


def test_some_series_cannot_leave_their_order_out() -> None:
    data = summary(np.linspace(1, 2, 5000).tolist(), np.linspace(2, 3, 5000).tolist())
    del data["curves"][0]["lr"][1]["order"]
    with pytest.raises(ImageError, match=r"damaged: order: missing$"):
        parse_numbers(data)


@pytest.mark.parametrize("digest", [None, 1, "", "x" * 64, "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_digest_that_is_none_is_refused(digest: object) -> None:
    with pytest.raises(ImageError, match=r"^its numbers are damaged: digest"):
        parse_numbers({"curves": [GOOD], "digest": digest})


def test_a_mean_of_values_that_cancel_out_is_judged_by_their_size() -> None:
    values = np.tile([1e6, -1e6], 2500)
    near = values * (1 + 5e-10)
    near[::2] += 1e-5  # 1e-11 of it; the mean moves from 0 by 5e-6
    assert compare(values.tolist(), near.tolist()) is None


def test_the_earliest_move_comes_first_with_its_names() -> None:
    old = curve([1, 1, 1, 1], [1, 1, 1, 1], metric=[5, 5, 5, 5], label="cos")
    new = curve([1, 1, 1, 2], [1, 1, 2, 2], metric=[5, 5, 5, 6], label="cos")
    difference = compare_numbers(record(old), record(new))
    assert difference is not None
    names = [(move.start, move.quantity, move.curve, move.group) for move in difference.moves]
    assert names == [(2, "lr", "cos", "g1"), (3, "lr", "cos", "g0"), (3, "metric", "cos", "")]
    assert str(difference) == (
        "lr (cos, g1) most at step 2: 1 -> 2, +100 %; ends 1 -> 2, +100 %; "
        "first at step 2 (2 of 4 steps differ)"
    )


def test_a_longer_run_is_another_shape_and_the_steps_of_both_are_compared() -> None:
    difference = compare([4, 3, 2], [4, 3, 1, 0])
    assert difference is not None
    assert difference.shape == (ShapeChange("steps", 3, 4),)
    assert [(each.start, each.moved, each.total) for each in difference.moves] == [(2, 1, 3)]
    same = compare([4, 3], [4, 3, 1])
    assert same is not None
    assert same.moves == ()
    assert str(same) == "steps were 2, are 3"


@pytest.mark.parametrize(("short", "long"), [(5_000, 9_000), (20, 5_000), (4_096, 4_100)])
def test_runs_of_unlike_blocks_are_compared_in_the_coarser(short: int, long: int) -> None:
    values = np.sqrt(np.arange(1.0, long + 1))
    old, new = record(curve(values[:short].tolist())), record(curve(values.tolist()))
    assert old.curves[0].block < new.curves[0].block
    difference = compare_numbers(old, new)
    assert difference is not None
    assert difference.moves == ()
    values[3] = 0
    difference = compare_numbers(old, record(curve(values.tolist())))
    assert difference is not None
    block = new.curves[0].block
    assert [(each.start, each.stop, each.total) for each in difference.moves] == [
        (0, block, short // block)
    ]


def test_curves_belong_together_by_label_and_those_of_one_figure_alone_are_named() -> None:
    a, b, c = (curve([1, 2], label=label) for label in "abc")
    difference = compare_numbers(record(a, b), record(c, b))
    assert difference == NumbersDifference((ShapeChange("curves", ("a", "b"), ("c", "b")),), ())
    assert str(difference) == "curves were a, b, are c, b"
    assert compare_numbers(record(a, b), record(b, a)) is None


def test_of_two_curves_with_one_label_the_second_is_compared_with_the_second() -> None:
    old = record(curve([1, 2], label="x"), curve([3, 4], label="x"))
    move = one_move(old, record(curve([1, 2], label="x"), curve([3, 5], label="x")))
    assert (move.old, move.new) == (4, 5)


def test_groups_and_quantities_of_one_figure_alone_are_named() -> None:
    def groups(names: tuple[str, ...], momentum: Values | None) -> Recorded:
        lr = np.tile([1.0, 2.0], (len(names), 1))
        return record(Curve(names, lr, (1.0,) * len(names), momentum))

    difference = compare_numbers(
        groups(("head", "body"), np.full((2, 2), 0.9)), groups(("body",), None)
    )
    assert difference is not None
    assert difference.moves == ()
    assert difference.shape == (
        ShapeChange("groups", ("head", "body"), ("body",)),
        ShapeChange("quantities", ("lr", "momentum"), ("lr",)),
    )


def test_names_from_a_picture_cannot_control_the_terminal() -> None:
    change = ShapeChange("curves", ("a\x1b[31m\n",), ("b",))
    assert str(change) == "curves were a?[31m?, are b"


GOOD = {"label": "", "groups": [""], "steps": 2, "block": 1, "lr": [[1, 2.5]]}
LONG = {"label": "", "groups": [""], "steps": 5000, "block": 8, "lr": [0.1]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lr": [[1]]}, "lr: 1 numbers where 2 belong"),
        ({"lr": [{"first": []}]}, "lr: 1 numbers where 2 belong"),
        ({"lr": [[1, "2"]]}, "lr: not a number"),
        ({"lr": [[1, True]]}, "lr: not a number"),
        ({"lr": [[1, INF]]}, "lr: not a number"),
        ({"lr": [[1, 10**400]]}, "lr: not a number"),
        ({"lr": [[1, None]]}, "lr: not finite"),
        ({"lr": [[".inf", 1]]}, "lr: not finite"),
        ({"lr": [None]}, "lr: not finite"),
        ({"lr": ["-.inf"]}, "lr: not finite"),
        ({"lr": [[1, 1.0]]}, "lr: never moves, and is no number"),
        ({"metric": [[None, None]]}, "metric: never moves, and is no number"),
        ({"label": "a\0"}, "label: a control character"),
        ({"label": "\x1b[2J"}, "label: a control character"),
        ({"groups": ["a\n"]}, "groups: not the names of param groups"),
        ({"groups": ["a" * 201]}, "groups: not the names of param groups"),
        ({"lr": ["x"]}, "lr: not a number"),
        ({"lr": [1, 2]}, "lr: 2 series where 1 belong"),
        ({"lr": 1}, "lr: missing, or of a wrong type"),
        ({"metric": [1, 2]}, "metric: 2 series where 1 belong"),
        ({"label": 3}, "label: missing, or of a wrong type"),
        ({"groups": []}, "groups: not the names of param groups"),
        ({"groups": [1]}, "groups: not the names of param groups"),
        ({"groups": [""] * 65}, "groups: not the names of param groups"),
        ({"steps": True}, "steps: missing, or of a wrong type"),
        ({"steps": 0}, "steps: not from 1 to 20,000,000"),
        ({"steps": 10**5000}, "steps: not from 1 to 20,000,000"),
        ({"steps": 4097}, "lr: 2 numbers where 4097 belong"),
        ({"block": 0}, "block: does not fit the steps"),
        ({"block": 3}, "first: missing, or of a wrong type"),
        ({"block": -2}, "block: does not fit the steps"),
        (LONG | {"block": 4}, "block: does not fit the numbers"),
        (LONG | {"steps": 20_000_000, "groups": ["a", "b"]}, "more than 20,000,000 points"),
        (LONG | {"lr": [[0.1]]}, "first: missing, or of a wrong type"),
        (LONG | {"lr": [{key: [1] for key in STATISTICS}]}, "lr: 1 numbers"),
    ],
)
def test_damaged_numbers_are_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ImageError, match=f"^its numbers are damaged: {reason}"):
        parse_numbers({"curves": [GOOD | change]})


@pytest.mark.parametrize("data", [None, [], 3, {}, {"curves": []}, {"curves": [GOOD] * 65}])
def test_what_holds_no_curves_is_refused(data: object) -> None:
    with pytest.raises(ImageError, match=r"^its numbers are damaged: "):
        parse_numbers(data)


def test_more_numbers_than_lrviz_stores_are_refused() -> None:
    row = [0.5, 0.25] * 2048
    full = {"label": "", "groups": [""], "steps": 4096, "block": 1, "lr": [row]}
    assert count_numbers(parse_numbers({"curves": [full] * 8})) == MAX_NUMBERS
    with pytest.raises(ImageError, match=r"damaged: more than 32,768$"):
        parse_numbers({"curves": [full] * 8 + [GOOD]})


def test_numbers_without_a_learning_rate_are_refused() -> None:
    with pytest.raises(ImageError, match=r"damaged: no lr$"):
        parse_numbers({"curves": [{key: GOOD[key] for key in GOOD if key != "lr"}]})
