"""What torch cannot drive is said, and nothing else is."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrviz.drive.foresee import DIVISORS, RULES
from lrviz.drive.runs import simulate
from lrviz.errors import SpecError
from lrviz.spec.catalog import SCHEDULERS
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_spec, parse_tree
from tests.support.any_schedules import ARGUMENTS, COUNT, EXTREME, NUMBER, around, node
from tests.support.training import make_optimizer, make_scheduler, train


def torch_fails(scheduler: dict[str, Any], calls: int, metric: list[float] | None = None) -> bool:
    """Return whether a plain loop raises, or trains with a rate that is not finite."""
    optimizer = make_optimizer("SGD", {"lr": 0.1})
    try:
        trained = train(optimizer, make_scheduler(optimizer, scheduler), calls, metric=metric)
    except Exception:
        return True
    return not all(map(math.isfinite, trained.lr[0]))


def verdict(scheduler: dict[str, Any], calls: int, **tree: Any) -> str:
    """Return what is said of a spec, or nothing where it is driven."""
    optimizer = {"SGD": {"lr": 0.1}}
    spec = {"epochs": calls, "optimizer": optimizer, "scheduler": scheduler, **tree}
    try:
        simulate(parse_tree(spec, Source()))
    except SpecError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", ARGUMENTS)
@given(st.data(), st.integers(1, 12))
def test_a_scheduler_is_refused_if_and_only_if_torch_cannot_drive_it(
    name: str, data: st.DataObject, calls: int
) -> None:
    scheduler = data.draw(node(name))
    assert bool(verdict(scheduler, calls)) == torch_fails(scheduler, calls)


@pytest.mark.parametrize("name", ARGUMENTS)
@given(st.data(), st.integers(1, 12))
def test_inside_composites_too_only_what_torch_cannot_drive_is_refused(
    name: str, data: st.DataObject, calls: int
) -> None:
    scheduler = data.draw(node(name).flatmap(around))
    if data.draw(st.booleans()):
        scheduler = data.draw(around(scheduler))
    assert bool(verdict(scheduler, calls)) == torch_fails(scheduler, calls)


@given(
    st.fixed_dictionaries(
        {}, optional={"factor": EXTREME, "patience": COUNT, "min_lr": NUMBER, "eps": NUMBER}
    ),
    st.lists(EXTREME, min_size=1, max_size=4),
    st.integers(1, 12),
)
def test_a_plateau_is_refused_if_and_only_if_torch_cannot_drive_it(
    arguments: dict[str, Any], metric: list[float], calls: int
) -> None:
    scheduler = {"ReduceLROnPlateau": arguments}
    held = metric + [metric[-1]] * calls
    assert bool(verdict(scheduler, calls, metric=metric)) == torch_fails(scheduler, calls, held)


def test_every_rule_is_tried_above() -> None:
    bounded = {name for name, entry in SCHEDULERS.items() if entry.bounds}
    assert {*ARGUMENTS, "ReduceLROnPlateau"} == {*RULES, *DIVISORS, *bounded} & SCHEDULERS.keys()


@pytest.mark.parametrize("name", sorted({*ARGUMENTS} - {"CyclicLR"}))
@given(st.data(), st.integers(1, 12))
def test_what_torch_would_raise_is_said_in_words_of_our_own(
    name: str, data: st.DataObject, calls: int
) -> None:
    scheduler = data.draw(st.one_of(node(name), node(name).flatmap(around)))
    assert "torch fails" not in verdict(scheduler, calls)


def problems(scheduler: str, **keys: str) -> list[str]:
    """Return what is said of a scheduler in flow style, over a run of 32 calls unless given."""
    tree = {"epochs": "32", "scheduler": scheduler, **keys}
    text = "".join(f"{key}: {value}\n" for key, value in tree.items())
    with pytest.raises(SpecError) as caught:
        simulate(parse_spec(text, "a.yaml"))
    return str(caught.value).splitlines()


STEP = "StepLR: {step_size: 4}"
SGD = "{SGD: {param_groups: [{}, {}]}}"

MESSAGES: tuple[tuple[str, dict[str, str], str], ...] = (
    (
        "{StepLR: {step_size: 0}}",
        {},
        "2:22: scheduler.StepLR.step_size: must be at least 1, got 0 (LR027)",
    ),
    (
        "{CosineAnnealingLR: {T_max: 0}}",
        {},
        "2:33: scheduler.CosineAnnealingLR.T_max: must be at least 1, got 0 (LR027)",
    ),
    (
        "{ConstantLR: {factor: 0}}",
        {},
        "2:26: scheduler.ConstantLR.factor: "
        "must be more than 0, torch divides by it after 5 calls (LR027)",
    ),
    (
        "{ConstantLR: {factor: 1.5}}",
        {},
        "2:26: scheduler.ConstantLR.factor: must be between 0 and 1, got 1.5",
    ),
    (
        "{LinearLR: {start_factor: 0}}",
        {},
        "2:24: scheduler.LinearLR.start_factor: must be more than 0 and at most 1, got 0.0 (LR027)",
    ),
    (
        "{LinearLR: {end_factor: 2}}",
        {},
        "2:24: scheduler.LinearLR.end_factor: must be between 0 and 1, got 2.0",
    ),
    (
        "{PolynomialLR: {power: -1}}",
        {},
        "2:28: scheduler.PolynomialLR.power: "
        "must be at least 0, torch divides by zero after 5 calls",
    ),
    (
        "{CosineAnnealingWarmRestarts: {T_0: 0}}",
        {},
        "2:43: scheduler.CosineAnnealingWarmRestarts.T_0: must be at least 1, got 0 (LR027)",
    ),
    (
        "{SWALR: {swa_lr: 0.1, anneal_epochs: -1}}",
        {},
        "2:34: scheduler.SWALR.anneal_epochs: must be at least 0, got -1",
    ),
    (
        f"{{SequentialLR: {{schedulers: [{{{STEP}}}, {{{STEP}}}], milestones: []}}}}",
        {},
        "2:94: scheduler.SequentialLR.milestones: must be one fewer than the schedulers, 1, got 0",
    ),
    (
        f"{{SequentialLR: {{schedulers: [{{{STEP}}}, {{ChainedScheduler: {{schedulers: "
        f"[{{{STEP}}}]}}}}], milestones: [8]}}}}",
        {},
        "2:68: scheduler.SequentialLR.schedulers.1.ChainedScheduler: torch cannot start it at a "
        "milestone of a SequentialLR; put it first, or write its schedulers out in this list "
        "(LR013)",
    ),
    (
        "{ChainedScheduler: {schedulers: [ReduceLROnPlateau]}}",
        {"metric": "[1]"},
        "2:45: scheduler.ChainedScheduler.schedulers.0: "
        "cannot stand inside another scheduler; torch gives it no metric there (LR014)",
    ),
    (
        "ReduceLROnPlateau",
        {},
        "2:1: scheduler: needs a metric; give `metric` a list, an expression or a csv",
    ),
    (
        "{ReduceLROnPlateau: {factor: 1}}",
        {"metric": "[1]"},
        "2:33: scheduler.ReduceLROnPlateau.factor: must be less than 1, got 1.0",
    ),
    (
        "{OneCycleLR: {max_lr: 1, total_steps: 16}}",
        {},
        "2:13: scheduler.OneCycleLR: ends after 16 steps but the run has 32; "
        "set total_steps to 32 (LR003)",
    ),
    (
        "{OneCycleLR: {max_lr: 1, epochs: 2, steps_per_epoch: 8}}",
        {},
        "2:13: scheduler.OneCycleLR: ends after 16 steps but the run has 32; "
        "set total_steps to 32 (LR003)",
    ),
    (
        "{OneCycleLR: {max_lr: 1, epochs: 2}}",
        {},
        "2:13: scheduler.OneCycleLR: needs to know its length; set total_steps to 32",
    ),
    (
        "{OneCycleLR: {max_lr: 1, total_steps: 32, div_factor: 0}}",
        {},
        "2:54: scheduler.OneCycleLR.div_factor: must not be 0, torch divides by it (LR027)",
    ),
    (
        "{OneCycleLR: {max_lr: 1, total_steps: 32, pct_start: 1.5}}",
        {},
        "2:54: scheduler.OneCycleLR.pct_start: must be between 0 and 1, got 1.5",
    ),
    (
        "{OneCycleLR: {max_lr: 1, total_steps: 32, pct_start: 1}}",
        {},
        "2:54: scheduler.OneCycleLR.pct_start: leaves the last phase of 32 steps no length, "
        "torch divides by it; choose another pct_start or another length",
    ),
    (
        "{OneCycleLR: {max_lr: 1, total_steps: 32}}",
        {"optimizer": "Adadelta"},
        "2:13: scheduler.OneCycleLR: the optimizer has neither momentum nor betas; "
        "set cycle_momentum to false (LR034)",
    ),
    (
        "{CyclicLR: {base_lr: 0.1, max_lr: 1, cycle_momentum: true}}",
        {"optimizer": "Adagrad"},
        "2:49: scheduler.CyclicLR.cycle_momentum: the optimizer has neither momentum nor betas; "
        "set cycle_momentum to false (LR034)",
    ),
    (
        "{CyclicLR: {base_lr: 0.1, max_lr: 1, step_size_up: 0}}",
        {},
        "2:49: scheduler.CyclicLR.step_size_up: must be at least 1, got 0 (LR027)",
    ),
    (
        "{StepLR: {step_sz: 4, step_size: 4}}",
        {},
        "2:22: scheduler.StepLR.step_sz: no such argument; did you mean 'step_size'? "
        "(accepts: step_size, gamma)",
    ),
    (
        "{StepLR: {step_size: 4, zzz: 4}}",
        {},
        "2:36: scheduler.StepLR.zzz: no such argument (accepts: step_size, gamma)",
    ),
    ("StepLR", {}, "2:1: scheduler: step_size is missing"),
    (
        "{StepLR: {step_size: four}}",
        {},
        "2:22: scheduler.StepLR.step_size: must be a whole number, got 'four'",
    ),
    (
        "{StepLR: {step_size: 4, gamma: true}}",
        {},
        "2:36: scheduler.StepLR.gamma: must be a number, got true",
    ),
    (
        "{MultiStepLR: {milestones: 8}}",
        {},
        "2:27: scheduler.MultiStepLR.milestones: must be a list of numbers, got 8; write [8]",
    ),
    (
        "{MultiStepLR: {milestones: [8, x]}}",
        {},
        "2:43: scheduler.MultiStepLR.milestones.1: must be a whole number, got 'x'",
    ),
    (
        "{CosineAnnealingWarmRestarts: {T_0: 8.5}}",
        {},
        "2:43: scheduler.CosineAnnealingWarmRestarts.T_0: must be a whole number, got 8.5",
    ),
    (
        "{StepLR: {step_size: =total_calls / 5}}",
        {},
        "2:22: scheduler.StepLR.step_size: must be a whole number, '=total_calls / 5' is 6.4; "
        "write =ceil(total_calls / 5)",
    ),
    (
        "{StepLR: {step_size: =total_calls / 0}}",
        {},
        "2:22: scheduler.StepLR.step_size: division by zero in 'total_calls / 0' at 0",
    ),
    (
        "{SWALR: {swa_lr: [0.1, 0.2, 0.3]}}",
        {"optimizer": SGD},
        "2:21: scheduler.SWALR.swa_lr: must have one value a param group, 2 groups, got 3",
    ),
    (
        "{LambdaLR: {lr_lambda: [1, 1]}}",
        {},
        "2:24: scheduler.LambdaLR.lr_lambda: must have one value a param group, 1 group, got 2",
    ),
    (
        "{ExponentialLR: {gamma: 0.9}}",
        {"optimizer": "{SGD: {lr: -1}}"},
        "3:13: optimizer.SGD: torch refuses it: Invalid learning rate: -1.0",
    ),
    (
        "{ExponentialLR: {gamma: 0.9}}",
        {"optimizer": "{Adam: {param_groups: [{}, {momentum: 0.9}]}}"},
        "3:40: optimizer.Adam.param_groups.1.momentum: no such argument (accepts: lr, betas, eps, "
        "weight_decay, amsgrad, foreach, maximize, capturable, differentiable, fused, "
        "decoupled_weight_decay)",
    ),
    (
        "{CosineAnnealingLR: {T_max: total_calls - 1}}",
        {},
        "2:33: scheduler.CosineAnnealingLR.T_max: must be a whole number, got 'total_calls - 1'; "
        "a formula begins with a sign: =total_calls - 1",
    ),
    (
        "{ExponentialLR: {gamma: 1e300}}",
        {},
        "2:13: scheduler.ExponentialLR: the learning rate is inf at step 2 (LR025)",
    ),
    (
        "{LambdaLR: {lr_lambda: 1 / (3 - epoch)}}",
        {},
        "2:24: scheduler.LambdaLR.lr_lambda: division by zero in '1 / (3 - epoch)' at 3, "
        "after step 2",
    ),
    (
        "{LambdaLR: {lr_lambda: log(epoch)}}",
        {},
        "2:24: scheduler.LambdaLR.lr_lambda: math domain error in 'log(epoch)' at 0, "
        "when it was built",
    ),
    (
        "ReduceLROnPlateau",
        {"metric": '{expression: "1 / (2 - step)"}'},
        "3:10: metric.expression: division by zero in '1 / (2 - step)' at 2",
    ),
    (
        "ReduceLROnPlateau",
        {"metric": "{csv: a.csv, column: loss}"},
        "3:10: metric.csv: a csv is read from the spec's own folder, and this spec has none",
    ),
)


@pytest.mark.parametrize(("scheduler", "keys", "message"), MESSAGES)
def test_what_torch_cannot_drive_is_said_with_its_place(
    scheduler: str, keys: dict[str, str], message: str
) -> None:
    assert problems(scheduler, **keys) == [f"a.yaml:{message}"]


def test_what_was_not_foreseen_is_one_line_with_scheduler_step_and_cause() -> None:
    # The cycle counted 1025 is the first whose 2 ** 1024 is no float; the call that reaches it
    # is made after step 1023, cycles being one call long.
    cycle = "{CyclicLR: {base_lr: 0, max_lr: 1, step_size_up: 1, step_size_down: 0, "
    assert problems(f"{cycle}mode: triangular2}}}}", epochs="1100") == [
        "a.yaml:2:13: scheduler.CyclicLR: torch fails after step 1023 with OverflowError: "
        "(34, 'Numerical result out of range')"
    ]


def test_under_interval_epoch_a_failure_is_named_by_the_step_before_it() -> None:
    said = problems(
        "{LambdaLR: {lr_lambda: 1 / (3 - epoch)}}", steps_per_epoch="10", interval="epoch"
    )
    assert said == [
        "a.yaml:2:24: scheduler.LambdaLR.lr_lambda: division by zero in '1 / (3 - epoch)' at 3, "
        "after step 29"
    ]


def test_a_failure_deep_inside_names_the_scheduler_that_failed() -> None:
    bad = "{LambdaLR: {lr_lambda: 1 / (3 - epoch)}}"
    inner = f"{{ChainedScheduler: {{schedulers: [{{{STEP}}}, {bad}]}}}}"
    (said,) = problems(inner)
    assert said == (
        "a.yaml:2:83: scheduler.ChainedScheduler.schedulers.1.LambdaLR.lr_lambda: "
        "division by zero in '1 / (3 - epoch)' at 3, after step 2"
    )


def test_of_several_expressions_the_one_that_failed_is_named() -> None:
    groups = "{SGD: {lr: 1, param_groups: [{}, {}]}}"
    (said,) = problems("{LambdaLR: {lr_lambda: [1, 1 / epoch]}}", optimizer=groups)
    assert said == (
        # `scheduler: {LambdaLR: {lr_lambda: [1, 1` of line 2: the second item is in column 39
        "a.yaml:2:39: scheduler.LambdaLR.lr_lambda.1: division by zero in '1 / epoch' at 0, "
        "when it was built"
    )


def test_everything_wrong_is_said_at_once_and_in_file_order() -> None:
    text = """\
epochs: 8
scheduler:
  SequentialLR:
    schedulers:
      - StepLR: {step_size: 0}
      - LinearLR:
          start_factor: 2
          end_factor: x
      - CosineAnnealingLR: {}
    milestones: [2, 4]
optimizer:
  SGD: {lr: fast}
"""
    with pytest.raises(SpecError) as caught:
        simulate(parse_spec(text, "a.yaml"))
    at = "scheduler.SequentialLR.schedulers"
    assert str(caught.value).splitlines() == [
        f"a.yaml:5:18: {at}.0.StepLR.step_size: must be at least 1, got 0 (LR027)",
        f"a.yaml:8:11: {at}.1.LinearLR.end_factor: must be a number, got 'x'",
        f"a.yaml:9:9: {at}.2.CosineAnnealingLR: T_max is missing",
        "a.yaml:12:9: optimizer.SGD.lr: must be a number, got 'fast'",
    ]


def test_children_of_a_wrong_composite_are_judged_without_its_calls() -> None:
    one_cycle = "{OneCycleLR: {max_lr: 1, total_steps: 8}}"
    wrong = f"{{SequentialLR: {{schedulers: [{one_cycle}, {{SWALR: {{}}}}], milestones: []}}}}"
    assert [each.split(": ", 1)[1] for each in problems(wrong)] == [
        "scheduler.SequentialLR.schedulers.1.SWALR: swa_lr is missing",
        "scheduler.SequentialLR.milestones: must be one fewer than the schedulers, 1, got 0",
    ]


def test_a_one_cycle_is_measured_against_the_calls_that_reach_it() -> None:
    one_cycle = "{OneCycleLR: {max_lr: 1, total_steps: 12}}"
    late = f"{{SequentialLR: {{schedulers: [{{{STEP}}}, {one_cycle}], milestones: [20]}}}}"
    spec = parse_spec(f"epochs: 32\nscheduler: {late}\n")
    # The milestone is call 20; from it to call 32 torch counts from 0 to 12.
    assert simulate(spec).schedulers[0].children[1].calls == 13
    assert problems(late, epochs="33") == [
        "a.yaml:2:68: scheduler.SequentialLR.schedulers.1.OneCycleLR: "
        "ends after 12 steps but the run has 13; set total_steps to 13 (LR003)"
    ]


@pytest.mark.parametrize(
    ("optimizer", "text"),
    [
        ("Adam: {betas: [0.9]}", "Adam.betas: must be a list of 2 numbers, got [0.9]"),
        ("Adam: {betas: [a, 1]}", "Adam.betas.0: must be a number, got 'a'"),
        ("Adam: {betas: 0.9}", "Adam.betas: must be a list of numbers, got 0.9"),
        ("Rprop: {etas: [1]}", "Rprop.etas: must be a list of 2 numbers, got [1]"),
        (
            "Adam: {param_groups: [{betas: [null, null]}]}",
            "Adam.param_groups.0.betas.0: must be a number, got null",
        ),
    ],
)
def test_a_tuple_of_the_optimizer_has_as_many_numbers_as_its_default(
    optimizer: str, text: str
) -> None:
    spec = parse_spec(f"{{epochs: 2, scheduler: LinearLR, optimizer: {{{optimizer}}}}}")
    with pytest.raises(SpecError) as caught:
        simulate(spec)
    assert [str(each).split(": optimizer.")[1] for each in caught.value.problems] == [text]


def test_a_tuple_may_be_empty_where_its_default_is() -> None:
    """Adafactor's eps is (None, 0.001)."""
    spec = parse_spec("{epochs: 1, scheduler: LinearLR, optimizer: {Adafactor: {eps: [null, 1]}}}")
    assert simulate(spec).curves[0].steps == 1


def test_a_line_without_length_behind_a_milestone_is_foreseen() -> None:
    children = "[LinearLR, {LinearLR: {total_iters: 0}}]"
    scheduler = f"{{SequentialLR: {{schedulers: {children}, milestones: [4]}}}}"
    with pytest.raises(SpecError, match=r"total_iters: must be at least 1, got 0 \(LR027\)"):
        simulate(parse_spec(f"{{epochs: 9, scheduler: {scheduler}}}"))
