import json
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrviz.curve import Curve, Values
from lrviz.errors import ImageError
from lrviz.numbers import (
    MAX_NUMBERS,
    Move,
    NumbersDifference,
    Recorded,
    ShapeChange,
    compare_numbers,
    parse_numbers,
    summarise,
)

STATISTICS = ("first", "min", "max", "mean")
NAN, INF = math.nan, math.inf


def curve(*rows: Sequence[float], metric: Sequence[float] | None = None, label: str = "") -> Curve:
    return Curve(
        groups=tuple(f"g{i}" for i in range(len(rows))) if len(rows) > 1 else ("",),
        lr=np.array(rows, dtype=np.float64),
        base_lr=(0.1,) * len(rows),
        metric=None if metric is None else np.array(metric, dtype=np.float64),
        label=label,
    )


def record(*curves: Curve) -> Recorded:
    """What is read back from a figure of these curves: through strict JSON."""
    return parse_numbers(json.loads(json.dumps(summarise(curves), allow_nan=False)))


def stored(data: dict[str, object], name: str = "lr") -> object:
    curves = data["curves"]
    assert isinstance(curves, list)
    return curves[0][name]


def compare(old: Sequence[float], new: Sequence[float]) -> NumbersDifference | None:
    return compare_numbers(record(curve(old)), record(curve(new)))


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
    assert record(still).size == 1 + 3 + 1 + 1 + 1


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
    assert recorded.series["lr"][0].shape == ((1 if block == 1 else 4), blocks)


def test_a_block_is_its_first_smallest_largest_and_mean_value() -> None:
    values = np.zeros(5000)
    values[8:16] = [3, 1, 2, 7, 5, 4, 6, 8]
    values[4992:] = [1, 0, 0, 0, 0, 0, 0, 3]
    blocks = record(curve(values.tolist())).curves[0].series["lr"][0]
    assert blocks.shape == (4, 625)
    assert blocks[:, 0].tolist() == [0, 0, 0, 0]
    assert blocks[:, 1].tolist() == [3, 1, 8, 36 / 8]
    assert blocks[:, 624].tolist() == [1, 0, 3, 4 / 8]


def test_the_last_block_may_be_shorter() -> None:
    blocks = record(curve(np.arange(5001.0).tolist())).curves[0].series["lr"][0]
    assert blocks[:, -1].tolist() == [5000, 5000, 5000, 5000]


def test_smallest_and_largest_value_leave_nan_out_and_the_mean_tells_of_it() -> None:
    metric = np.ones(5000)
    metric[1:4] = [NAN, 5, -5]
    metric[8:16] = NAN
    blocks = record(curve([0.1] * 5000, metric=metric.tolist())).curves[0].series["metric"][0]
    np.testing.assert_array_equal(blocks[:, 0], [1, -5, 5, NAN])
    np.testing.assert_array_equal(blocks[:, 1], [NAN] * 4)


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
        (1, 9, 4096, False, 8, 9 * 4 * 512),
        (64, 1, 100, False, 1, 6_400),
        (64, 64, 100, False, 64, 64 * 64 * 4 * 2),
        (64, 64, 100, True, 64, 64 * 64 * 4 * 2),  # the learning rates alone are kept
    ],
)
def test_many_series_have_coarser_blocks(
    curves: int, groups: int, steps: int, momentum: bool, block: int, size: int
) -> None:
    recorded = record(*many(curves, groups, steps, momentum=momentum))
    assert recorded.curves[0].block == block
    assert recorded.size == size <= MAX_NUMBERS


@settings(deadline=None)
@given(
    st.lists(st.floats(allow_nan=True, width=64), min_size=1, max_size=40),
    st.integers(1, 300),
)
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
    assert compare([0.1, NAN, 0.3], [0.1, NAN, 0.3]) is None


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
    assert (compare([5.0, old], [5.0, new]) is not None) is differs
    assert (compare([old], [new]) is not None) is differs


def test_a_move_names_its_first_step_both_values_and_how_many_there_are() -> None:
    move = one_move(record(curve([8, 8, 4, 4, 2])), record(curve([8, 8, 4, 5, 2.5])))
    assert move == Move(
        start=3, stop=4, statistic="", old=4, new=5, moved=2, total=5, quantity="lr"
    )
    assert str(move) == "lr at step 3 was 4.0, is 5.0 (2 of 5 steps differ)"


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
    assert str(move).startswith("lr in steps 96 to 103: max was 1.02060")
    assert str(move).endswith(", is 7.0 (1 of 625 blocks differ)")


def test_two_values_that_change_places_in_a_block_are_noticed_by_its_first() -> None:
    values = np.linspace(1, 2, 5000)
    moved = values.copy()
    moved[[96, 97]] = values[[97, 96]]
    move = one_move(record(curve(values.tolist())), record(curve(moved.tolist())))
    assert (move.start, move.statistic) == (96, "first")


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
    assert str(difference) == "lr (cos, g1) at step 2 was 1.0, is 2.0 (2 of 4 steps differ)"


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
        ({"steps": 4097}, "block: does not fit the steps"),
        ({"block": 0}, "block: does not fit the steps"),
        ({"block": 3}, "block: does not fit the steps"),
        ({"block": -2}, "block: does not fit the steps"),
        (LONG | {"block": 4}, "block: does not fit the steps"),
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
    row = [0.5] * 4096
    full = {"label": "", "groups": [""], "steps": 4096, "block": 1, "lr": [row]}
    assert parse_numbers({"curves": [full] * 8}).size == MAX_NUMBERS
    with pytest.raises(ImageError, match=r"damaged: more than 32,768$"):
        parse_numbers({"curves": [full] * 8 + [GOOD]})


def test_numbers_without_a_learning_rate_are_refused() -> None:
    with pytest.raises(ImageError, match=r"damaged: no lr$"):
        parse_numbers({"curves": [{key: GOOD[key] for key in GOOD if key != "lr"}]})
