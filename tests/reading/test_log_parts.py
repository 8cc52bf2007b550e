"""Several logs of one run: in which order, under which names and at which steps they are joined."""

import numpy as np
import pytest

from lrviz.errors import SpecError
from lrviz.reading.logs.joining import join_logs
from lrviz.reading.logs.opening import find_log
from lrviz.run.log import Log
from tests.support.events import event, file_of, simple

Told = dict[str, list[tuple[int, float]]]


def read(name: str, text: str | bytes) -> Log:
    log = find_log(name, data=text if isinstance(text, bytes) else text.encode())
    assert log is not None
    return log


def told(log: Log) -> Told:
    pairs = ((each.name, zip(each.steps.tolist(), each.values, strict=True)) for each in log.series)
    return {name: list(points) for name, points in pairs}


def test_parts_of_a_run_are_joined_in_order_of_their_first_steps() -> None:
    texts = {"b.csv": "step,lr\n20,5\n40,6\n", "a.csv": "step,lr\n0,1\n10,2\n20,3\n30,4\n"}
    texts["c.csv"] = "step,lr\n50,0.123456\n"
    log = join_logs([read(*each) for each in texts.items()])
    assert told(log) == {"lr": [(0, 1), (10, 2), (20, 5), (40, 6), (50, 0.123456)]}
    assert log.starts == (20, 50)
    assert log.name == "a.csv and 2 more"
    assert list(log.files) == ["a.csv", "b.csv", "c.csv"]
    assert log.precision.relative == 5e-4
    with pytest.raises(SpecError, match=r"d.csv: counts epochs, and a.csv steps"):
        join_logs([read("a.csv", texts["a.csv"]), read("d.csv", "epoch,lr\n1,1\n")])


@pytest.mark.parametrize("kind", ["csv", "events"])
def test_parts_that_call_their_rates_otherwise_are_joined_by_order(kind: str) -> None:
    first = read("a.csv", "step,lr\n0,8\n10,4\n")
    second = read("b.csv", "step,train/lr\n20,2\n30,1\n")
    if kind == "events":
        data = file_of(event(20 + 10 * row, ("train/lr", simple(2 - row))) for row in range(2))
        second = read("b", data)
    log = join_logs([first, second])
    assert told(log) == {"lr": [(0, 8), (10, 4), (20, 2), (30, 1)]}
    assert log.starts == (20,)
    assert log.notes == (
        f"{second.name} has the learning rates 'train/lr', and a.csv 'lr'; "
        "taken for the same ones in this order",
    )


def test_two_of_two_rates_keep_their_order_and_one_of_two_is_an_error() -> None:
    first = read("a.csv", "step,lr/a,lr/b\n0,8,80\n10,4,40\n")
    second = read("b.csv", "step,lr/b,lr/c\n20,20,2\n")
    assert told(join_logs([first, second])) == {
        "lr/a": [(0, 8), (10, 4), (20, 2)],
        "lr/b": [(0, 80), (10, 40), (20, 20)],
    }
    text = "c.csv: has the learning rates 'lr', and a.csv 'lr/a' and 'lr/b'; compare the plan"
    with pytest.raises(SpecError, match=text):
        join_logs([first, read("c.csv", "step,lr\n20,2\n")])
    assert list(told(join_logs([first, read("d.csv", "step,lr/a\n20,2\n")]))) == ["lr/a", "lr/b"]


@pytest.mark.parametrize(
    ("first", "second", "begin"),
    [
        (range(100), range(100), 100),
        (range(100), range(1, 101), 100),
        (range(0, 100, 10), range(0, 100, 10), 100),
        (range(10, 101, 10), range(10, 51, 10), 110),
    ],
)
def test_a_part_that_counts_from_the_beginning_again_follows_the_first(
    first: range, second: range, begin: int
) -> None:
    """Its steps go on as those of the first would have, and no value is lost."""
    parts = {"a.csv": (first, 1.0), "b.csv": (second, 0.5)}
    logs = [
        read(name, "step,lr\n" + "".join(f"{step},{rate / (step + 1)}\n" for step in steps))
        for name, (steps, rate) in parts.items()
    ]
    log = join_logs(logs)
    moved = [begin + step - second[0] for step in second]
    assert log.series[0].steps.tolist() == [*first, *moved]
    assert log.series[0].values.tolist() == [
        rate / (step + 1) for steps, rate in parts.values() for step in steps
    ]
    assert log.starts == (begin,)
    assert log.notes == (f"b.csv counts from {second[0]} again; taken to begin at step {begin}",)


def test_a_part_that_tells_the_same_of_the_same_steps_is_of_the_same_steps() -> None:
    whole = [f"{step},{1 / (step + 1)}" for step in range(10)]
    logs = [read("ab.csv"[at:], "\n".join(["step,lr", *whole[: 5 + 5 * at]])) for at in range(2)]
    log = join_logs(logs)
    assert log.series[0].steps.tolist() == list(range(10))
    assert np.array_equal(log.series[0].values, [1 / (step + 1) for step in range(10)])


def test_rows_that_are_counted_go_on_in_the_next_part() -> None:
    log = join_logs([read("a.csv", "x,lr\n1,8\n1,4\n"), read("b.csv", "x,lr\n1,2\n1,1\n")])
    assert (log.unit, told(log)) == ("row", {"lr": [(0, 8), (1, 4), (2, 2), (3, 1)]})
