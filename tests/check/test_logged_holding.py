"""How a log is laid over a plan, and how that is said."""

import json

import numpy as np
import pytest

from lrviz.check.logged.held import Held
from lrviz.check.logged.holding import hold
from lrviz.curve import Steps, Values
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


def test_a_log_that_has_nothing_of_the_plan_does_not_match_it() -> None:
    none = lay(HALVED + SGD, Series("lr", np.arange(0), BY_EPOCH[:0]))
    assert none.sentence == "no logged step is one of the 40 of <spec>"
    held = lay(HALVED + SGD, Series("lr", np.arange(500, 508), BY_EPOCH))
    assert none.parted
    assert held.parted
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
    assert again["series"] == [
        {"series": "lr", "first": None, "largest": 0.0, "difference": 0.0, "beyond": 0}
    ]


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
    text = LINEAR
    steps = np.arange(10, 201, 10)
    held = lay(text + SGD, Series("lr", steps, 0.1 * (1 - steps / 200)))
    assert not held.parted
    assert held.sentence == "matches <spec> at all 19 logged steps; 1 outside the plan"
    held = lay(text + SGD, Series("lr", steps, 0.1 * np.maximum(0, 1 - steps / 100)))
    assert held.findings[0].kind == "calls"


def test_a_run_that_is_longer_than_its_plan_is_not_accused() -> None:
    held = lay(FLAT, Series("lr", np.arange(30), np.full(30, 0.1)))
    assert held.sentence == "matches <spec> at all 10 logged steps; 20 outside the plan"


LINEAR = "steps: 200\nscheduler: {LinearLR: {start_factor: 1, end_factor: 0, total_iters: 200}}\n"
WARMED = (
    "steps: 200\nscheduler:\n"
    "  transformers.get_linear_schedule_with_warmup: {num_warmup_steps: 20}\n"
)
ALL = np.arange(200)


def warm(steps: Steps) -> Values:
    """What a warm-up of 20 steps and a line to 0 at step 200 give: transformers' formula."""
    return 0.1 * np.where(steps < 20, steps / 20, np.maximum(0, (200 - steps) / 180))


def test_a_number_that_is_cut_off_is_no_resumed_run() -> None:
    steps = np.arange(0, 169, 2)
    values = 0.1 * (1 - steps / 200)
    values[-1] = 0.0
    held = lay(LINEAR + SGD, Series("lr", steps, values))
    assert held.parted
    assert "certain" not in [each.confidence for each in held.findings]


@pytest.mark.parametrize(("every", "late"), [(10, 0), (10, 1), (25, 0), (25, 1)])
def test_a_run_that_was_started_over_is_said_to_be_however_it_is_logged(
    every: int, late: int
) -> None:
    # One that stops after step 80 may log what comes next, which is then read before step 81.
    values = np.where(80 + late > ALL, warm(ALL), warm(ALL - 80))
    steps = ALL[every::every]
    held = lay(WARMED + SGD, Series("lr", steps, values[steps]))
    assert held.findings[0].kind == "restarted", held.sentence
    assert "started over at step 80" in held.sentence


def test_numbers_that_are_not_next_to_each_other_are_no_range() -> None:
    # 2 and 38 calls of a cosine of 40 that goes on: cos(2 x) is cos((40 - 2) x) for x = k pi / 20.
    text = "steps: 400\nscheduler: {CosineAnnealingLR: {T_max: 40}}\n"
    steps = np.arange(0, 400, 2)
    values = 0.05 + 0.05 * np.cos(np.pi * 2 * steps / 40)
    held = lay(text + SGD, Series("lr", steps, values))
    assert held.findings[0].kind == "calls"
    assert held.findings[0].confidence == "likely"
    assert "called 2 (or 38) times in place of once" in held.sentence


def test_a_log_of_zeros_is_told_as_that() -> None:
    held = lay(LINEAR + SGD, Series("lr", ALL, np.zeros(200)))
    assert held.findings[0].text == "every learning rate is 0"
    assert [each.kind for each in held.findings] == ["scaled"]
    assert "StepLR" not in held.sentence


def test_an_optimizer_that_no_scheduler_touched_is_told_as_that() -> None:
    text = "steps: 200\nscheduler: {OneCycleLR: {max_lr: 0.5, total_steps: 200}}\n"
    held = lay(text + SGD, Series("lr", ALL, np.full(200, 0.1)))
    (finding,) = held.findings
    assert (finding.kind, finding.start) == ("never", 0)
    assert finding.text == "the learning rate never moved from the optimizer's, 0.1"


@pytest.mark.filterwarnings("error")
def test_what_differs_from_0_is_told_as_it_is() -> None:
    odd = warm(ALL) + 0.05 * (np.sin(ALL.astype(float) ** 2) > 0)
    odd[0] = 0.05
    held = lay(WARMED + SGD, Series("lr", ALL, odd))
    assert "it differs by up to 0.05, which nothing" in held.sentence
    assert held.partings[0].largest is None
    odd[3] = 1e308
    assert lay(WARMED + SGD, Series("lr", ALL, odd)).parted


def test_a_shift_is_simpler_than_a_factor_that_nobody_chooses() -> None:
    text = "steps: 200\nscheduler: {ExponentialLR: {gamma: 0.99}}\n"
    shrunk = np.array([0.1 * 0.99**step for step in range(200)])
    held = lay(text + SGD, Series("lr", np.arange(183), shrunk[17:]))
    assert [each.kind for each in held.findings] == ["shifted", "scaled"]
    held = lay(text + SGD, Series("lr", ALL, shrunk / 2))
    assert held.findings[0].kind == "scaled"


def test_one_thing_is_not_said_twice() -> None:
    for values, kind in [(warm(ALL) / 2, "scaled"), (0.1 * (1 - ALL / 200), "no-warmup")]:
        held = lay(WARMED + SGD, Series("lr", ALL, values))
        assert [(each.kind, each.confidence) for each in held.findings] == [(kind, "certain")]


def test_steps_that_are_counted_from_1_are_no_fault() -> None:
    held = lay(LINEAR + SGD, Series("lr", ALL + 1, 0.1 * (1 - ALL / 200)))
    told = (
        "matches <spec> at all 200 logged steps; logged one step late, as steps counted from 1 are"
    )
    assert held.sentence == told


def test_one_step_is_no_steps() -> None:
    held = lay(FLAT, Series("lr", np.array([9]), np.array([0.1])))
    assert held.sentence == "matches <spec> at the only logged step"


def test_of_several_curves_the_one_with_the_simplest_change_is_taken() -> None:
    text = "steps: 200\ncurves:\n  a: {scheduler: {StepLR: {step_size: 150, gamma: 0.3}}}\n"
    text += "  b: {scheduler: {LinearLR: {start_factor: 1, end_factor: 0, total_iters: 200}}}\n"
    calls = 0.1 * np.maximum(0, 1 - 2 * ALL / 200)
    held = lay(text + SGD, Series("lr", ALL, calls))
    assert held.alignment.curve == "b"
    assert (held.findings[0].kind, held.findings[0].numbers["number"]) == ("calls", 2)


def test_two_curves_that_are_as_simple_are_not_told_apart_for_certain() -> None:
    curve = "{scheduler: {LinearLR: {start_factor: 1, end_factor: 0, total_iters: 200}}, "
    text = f"steps: 200\ncurves:\n  a: {curve}optimizer: {{SGD: {{lr: 0.1}}}}}}\n"
    text += f"  b: {curve}optimizer: {{SGD: {{lr: 0.2}}}}}}\n"
    held = lay(text, Series("lr", ALL, 0.05 * (1 - ALL / 200)))
    assert [(each.kind, each.confidence) for each in held.findings] == [("scaled", "likely")]


TWO = "optimizer: {SGD: {lr: 0.1, param_groups: [{name: body, lr: 0.01}, {name: my_head}]}}\n"


@pytest.mark.parametrize("names", ["lr-SGD/{}", "lr_{}", "lr-{}", "train.lr.{}"])
def test_names_of_param_groups_end_those_of_the_log(names: str) -> None:
    body, head = np.repeat(BY_EPOCH, 5) / 10, np.repeat(BY_EPOCH, 5)
    held = lay(
        HALVED + TWO,
        Series(names.format("my_head"), np.arange(40), head),
        Series(names.format("body"), np.arange(40), body),
    )
    assert held.sentence == "matches <spec> at all 40 logged steps of 2 param groups"
    swapped = lay(
        HALVED + TWO,
        Series(names.format("my_head"), np.arange(40), body),
        Series(names.format("body"), np.arange(40), head),
    )
    assert swapped.parted


def test_another_order_of_the_groups_is_said_and_what_was_not_compared() -> None:
    body, head = np.repeat(BY_EPOCH, 5) / 10, np.repeat(BY_EPOCH, 5)
    series = [Series(name, ALL[:40], each) for name, each in (("x", head), ("y", body))]
    held = lay(HALVED + TWO, *series)
    told = "matches <spec> at all 40 logged steps of 2 param groups; param groups in another order"
    assert held.sentence == told
    held = lay(HALVED + TWO, *series[::-1], Series("z", ALL[:40], head / 3))
    assert held.sentence == told.split(";")[0] + "; not compared: z"
    held = lay(HALVED + TWO, series[1], Series("z", ALL[:40], head / 3))
    assert held.parted
    held = lay(HALVED + SGD, *series)
    assert held.sentence == "matches <spec> at all 40 logged steps; not compared: y"
