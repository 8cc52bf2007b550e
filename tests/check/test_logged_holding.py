"""How a log is laid over a plan, and how that is said."""

import json

import numpy as np
import pytest

from lrviz.check.logged.held import Held
from lrviz.check.logged.holding import hold
from lrviz.drive.runs import simulate
from lrviz.run.log import Log, Precision, Series
from lrviz.spec.parse import parse_spec

HALVED = (
    "epochs: 8\nsteps_per_epoch: 5\ninterval: epoch\n"
    "scheduler: {StepLR: {step_size: 2, gamma: 0.5}}\n"
)
SGD = "optimizer: {SGD: {lr: 0.1}}\n"
# Halved every 2 epochs, from 0.1 on: worked out by hand.
BY_EPOCH = np.array([0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.0125, 0.0125])


def lay(text: str, *series: Series, unit: str = "step", **told: object) -> Held:
    log = Log("run.csv", "csv", unit, series, **told)  # type: ignore[arg-type]
    return hold(simulate(parse_spec(text)), log, simulate)


@pytest.mark.parametrize("first", [0, 1])
def test_a_row_an_epoch_is_held_against_epochs_counted_from_either(first: int) -> None:
    held = lay(HALVED + SGD, Series("lr", np.arange(8) + first, BY_EPOCH), unit="epoch")
    assert not held.parted
    assert held.sentence == "matches <spec> at all 8 logged steps"
    assert held.alignment.unit == "epoch"


def test_a_call_a_step_in_place_of_one_an_epoch_is_named() -> None:
    each_step = np.array([0.1 * 0.5 ** (step // 2) for step in range(40)])
    held = lay(HALVED + SGD, Series("lr", np.arange(40), each_step))
    assert held.parted
    assert [(each.kind, each.confidence) for each in held.findings] == [("per-step", "certain")]
    assert held.partings[0].first == 2
    assert held.explained is not None
    assert held.explained.lr[0] == pytest.approx(each_step)


def test_several_groups_are_paired_by_their_names() -> None:
    groups = "optimizer: {SGD: {lr: 0.1, param_groups: [{name: body, lr: 0.01}, {name: head}]}}\n"
    logged = np.repeat(BY_EPOCH, 5)
    held = lay(
        HALVED + groups,
        Series("lr/head", np.arange(40), logged),
        Series("lr/body", np.arange(40), logged / 10),
    )
    assert held.sentence == "matches <spec> at all 40 logged steps of 2 param groups"
    assert held.alignment.pairs == (("lr/head", "head"), ("lr/body", "body"))
    assert [each.groups for each in held.aligned] == [("head",), ("body",)]


def test_of_several_curves_the_one_that_was_run_is_named() -> None:
    text = "epochs: 8\ncurves:\n  a: {scheduler: {StepLR: {step_size: 3}}}\n"
    text += "  b: {scheduler: {StepLR: {step_size: 2, gamma: 0.5}}}\n"
    held = lay(text + SGD, Series("lr", np.arange(8), BY_EPOCH))
    assert held.sentence == "matches curve 'b' of <spec> at all 8 logged steps"


def test_what_nothing_explains_is_said_to_be_different_and_by_how_much() -> None:
    odd = np.repeat(BY_EPOCH, 5) * (1 + 0.5 * np.sin(np.arange(40.0) ** 2))
    held = lay(HALVED + SGD, Series("lr", np.arange(40), odd))
    assert [(each.kind, each.confidence) for each in held.findings] == [("different", "unknown")]
    assert held.explained is None


def test_a_learning_rate_that_grows_without_bound_is_different_and_no_failure() -> None:
    held = lay("steps: 3000\nscheduler: {StepLR: {step_size: 9}}\n", grown())
    assert [each.kind for each in held.findings] == ["different"]


def grown() -> Series:
    steps = np.arange(0, 3000, 10)
    return Series("lr", steps, 1e-3 * (1 + steps.astype(float) ** 3))


def test_a_log_that_has_nothing_of_the_plan_is_not_said_to_part_from_it() -> None:
    none = lay(HALVED + SGD, Series("lr", np.arange(0), BY_EPOCH[:0]))
    assert none.sentence == "no logged step is one of the 40 of <spec>"
    held = lay(HALVED + SGD, Series("lr", np.arange(500, 508), BY_EPOCH))
    assert not held.parted
    assert held.alignment.compared == 0
    assert held.sentence == "no logged step is one of the 40 of <spec>"


def test_a_verdict_is_plain_data() -> None:
    told = Precision("4 digits", relative=5e-4)
    held = lay(HALVED + SGD, Series("lr", np.arange(40), np.repeat(BY_EPOCH, 5)), precision=told)
    again = json.loads(json.dumps(held.as_json()))
    assert (
        again["sentence"]
        == "matches <spec> at all 40 logged steps to the log's precision (4 digits)"
    )
    assert again["series"] == [{"series": "lr", "first": None, "largest": 0.0, "beyond": 0}]


FLAT = "steps: 10\noptimizer: {SGD: {lr: 0.1}}\nscheduler: {ConstantLR: {factor: 1.0}}\n"


@pytest.mark.parametrize(
    ("first", "values"),
    [
        (0, [99.0, 0.1]),
        (0, [0.01, *[0.1] * 9]),
        (0, [*[0.1] * 9, 0.05]),
        (1, [*[0.1] * 9, 0.05]),
        (0, [*[0.1] * 10, 0.05]),
    ],
)
def test_no_offset_hides_a_point_that_speaks_against_the_plan(
    first: int, values: list[float]
) -> None:
    held = lay(FLAT, Series("lr", np.arange(len(values)) + first, np.array(values)))
    assert held.parted
    assert "matches" not in held.sentence


def test_what_is_read_after_the_last_step_is_compared_and_said_to_be_outside() -> None:
    text = "steps: 200\nscheduler: {LinearLR: {start_factor: 1, end_factor: 0, total_iters: 200}}\n"
    steps = np.arange(10, 201, 10)
    held = lay(text + SGD, Series("lr", steps, 0.1 * (1 - steps / 200)))
    assert not held.parted
    assert held.sentence == "matches <spec> at all 19 logged steps; 1 outside the plan"
    held = lay(text + SGD, Series("lr", steps, 0.1 * np.maximum(0, 1 - steps / 100)))
    assert held.findings[0].kind == "calls"


def test_a_run_that_is_longer_than_its_plan_is_not_accused() -> None:
    held = lay(FLAT, Series("lr", np.arange(30), np.full(30, 0.1)))
    assert held.sentence == "matches <spec> at all 10 logged steps; 20 outside the plan"
