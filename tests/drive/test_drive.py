"""What is recorded is what a plain training loop trains with."""

import math
import random
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from lrviz.curve import Curve, SchedulerFacts, Values
from lrviz.drive.runs import simulate
from lrviz.run.driven import Run
from lrviz.spec.catalog import OPTIMIZERS, SCHEDULERS
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_spec, parse_tree
from tests.support.training import Trained, make_optimizer, make_scheduler, train

FUNCTIONS = {
    "0.9 ** epoch": lambda epoch: 0.9**epoch,
    "1 / (1 + epoch)": lambda epoch: 1 / (1 + epoch),
    "1.1 if epoch < 8 else 0.9": lambda epoch: 1.1 if epoch < 8 else 0.9,
    "0.5 * (1 + cos(pi * epoch / 32))": lambda epoch: 0.5 * (1 + math.cos(math.pi * epoch / 32)),
    "0.8 ** x": lambda x: 0.8**x,
}

LINEAR = {"LinearLR": {"start_factor": 0.1, "total_iters": 8}}
COSINE = {"CosineAnnealingLR": {"T_max": 24, "eta_min": 1e-5}}
STEP = {"StepLR": {"step_size": 5, "gamma": 0.5}}
EXPONENTIAL = {"ExponentialLR": {"gamma": 0.9}}
RESTARTS = {"CosineAnnealingWarmRestarts": {"T_0": 4, "T_mult": 2}}

SINGLE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("StepLR", {"step_size": 4, "gamma": 0.5}),
    ("StepLR", {"step_size": 1}),
    ("StepLR", {"step_size": 2.5}),
    ("MultiStepLR", {"milestones": [8, 24, 28], "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [9, 3, 3]}),
    ("ConstantLR", {"factor": 0.5, "total_iters": 8}),
    ("ConstantLR", {}),
    ("LinearLR", {"start_factor": 0.5, "total_iters": 8}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.0, "total_iters": 16}),
    ("LinearLR", {"start_factor": 0.25, "total_iters": 0}),
    ("ExponentialLR", {"gamma": 0.5}),
    ("ExponentialLR", {"gamma": -0.9}),
    ("PolynomialLR", {"total_iters": 8, "power": 2.0}),
    ("PolynomialLR", {"total_iters": 40, "power": 0.9}),
    ("CosineAnnealingLR", {"T_max": 32, "eta_min": 1e-4}),
    ("CosineAnnealingLR", {"T_max": 6, "eta_min": 1e-2}),
    ("CosineAnnealingWarmRestarts", {"T_0": 8, "eta_min": 1e-4}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2}),
    ("CyclicLR", {"base_lr": 1e-4, "max_lr": 1e-3, "step_size_up": 4}),
    ("CyclicLR", {"base_lr": 1e-4, "max_lr": 1e-3, "step_size_up": 4, "mode": "triangular2"}),
    (
        "CyclicLR",
        {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 4, "mode": "exp_range", "gamma": 0.9},
    ),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 3, "step_size_down": 7}),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 4, "scale_fn": "0.8 ** x"}),
    (
        "CyclicLR",
        {
            "base_lr": 0.1,
            "max_lr": 1.0,
            "step_size_up": 4,
            "scale_fn": "0.8 ** x",
            "scale_mode": "iterations",
            "base_momentum": 0.5,
            "max_momentum": 0.7,
        },
    ),
    ("OneCycleLR", {"max_lr": 1e-3, "steps_per_epoch": 8, "epochs": 4}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 40, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 32, "three_phase": True, "pct_start": 0.25}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 32, "cycle_momentum": False}),
    ("LambdaLR", {"lr_lambda": "0.9 ** epoch"}),
    ("LambdaLR", {"lr_lambda": "0.5 * (1 + cos(pi * epoch / 32))"}),
    ("MultiplicativeLR", {"lr_lambda": "1.1 if epoch < 8 else 0.9"}),
    ("MultiplicativeLR", {"lr_lambda": "1 / (1 + epoch)"}),
    ("SWALR", {"swa_lr": 0.05}),
    ("SWALR", {"swa_lr": 0.05, "anneal_epochs": 5, "anneal_strategy": "linear"}),
    ("SWALR", {"swa_lr": 0.05, "anneal_epochs": 0}),
)

COMPOSITE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("SequentialLR", {"schedulers": [LINEAR, COSINE], "milestones": [8]}),
    ("SequentialLR", {"schedulers": [LINEAR, STEP, EXPONENTIAL], "milestones": [4, 20]}),
    ("SequentialLR", {"schedulers": [LINEAR, STEP, EXPONENTIAL], "milestones": [20, 4]}),
    ("SequentialLR", {"schedulers": [STEP, RESTARTS, COSINE], "milestones": [6, 6]}),
    ("SequentialLR", {"schedulers": [EXPONENTIAL], "milestones": []}),
    ("SequentialLR", {"schedulers": [LINEAR, COSINE], "milestones": [0]}),
    ("ChainedScheduler", {"schedulers": [LINEAR, EXPONENTIAL]}),
    ("ChainedScheduler", {"schedulers": [STEP, COSINE, LINEAR]}),
    (
        "ChainedScheduler",
        {
            "schedulers": [
                {"SequentialLR": {"schedulers": [LINEAR, STEP], "milestones": [8]}},
                EXPONENTIAL,
            ]
        },
    ),
    (
        "SequentialLR",
        {
            "schedulers": [{"ChainedScheduler": {"schedulers": [LINEAR, EXPONENTIAL]}}, COSINE],
            "milestones": [10],
        },
    ),
    (
        "SequentialLR",
        {
            "schedulers": [
                {"SequentialLR": {"schedulers": [LINEAR, STEP], "milestones": [3]}},
                COSINE,
            ],
            "milestones": [10],
        },
    ),
)

ALL = (*SINGLE, *COMPOSITE)


def drive(tree: Mapping[str, Any]) -> Run:
    return simulate(parse_tree({"epochs": 4, "steps_per_epoch": 8, **tree}, Source()))


def curve_of(tree: Mapping[str, Any]) -> Curve:
    (curve,) = drive(tree).curves
    return curve


def same(values: Values | None, expected: Sequence[Sequence[float]]) -> None:
    assert values is not None
    np.testing.assert_allclose(values, np.array(expected), rtol=1e-12, atol=0)


def loop(
    name: str,
    arguments: Mapping[str, Any],
    optimizer: torch.optim.Optimizer,
    interval: str = "step",
    metric: Sequence[float] | None = None,
) -> Trained:
    scheduler = make_scheduler(optimizer, {name: arguments}, FUNCTIONS)
    return train(optimizer, scheduler, 4, 8, interval, metric)


def test_the_rows_below_hold_every_scheduler_of_the_catalog() -> None:
    assert {name for name, _ in ALL} | {"ReduceLROnPlateau"} == set(SCHEDULERS)


@pytest.mark.parametrize("interval", ["step", "epoch"])
@pytest.mark.parametrize(("name", "arguments"), ALL)
def test_a_curve_is_what_a_plain_loop_trains_with(
    name: str, arguments: dict[str, Any], interval: str
) -> None:
    trained = loop(name, arguments, make_optimizer("SGD", {"lr": 0.1}), interval)
    optimizer = {"SGD": {"lr": 0.1}}
    tree = {"optimizer": optimizer, "interval": interval, "scheduler": {name: arguments}}
    curve = curve_of(tree)
    same(curve.lr, trained.lr)
    same(curve.momentum, trained.momentum)
    assert curve.groups == ("",)
    assert curve.base_lr == (0.1,)


GROUPS = ({"lr": 0.2, "momentum": 0.5, "weight_decay": 0.01}, {"momentum": 0.25})


@pytest.mark.parametrize(("name", "arguments"), ALL)
def test_every_group_is_scheduled_from_its_own_values(name: str, arguments: dict[str, Any]) -> None:
    given = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.001}
    trained = loop(name, arguments, make_optimizer("SGD", given, GROUPS))
    optimizer = {"SGD": {**given, "param_groups": list(GROUPS)}}
    curve = curve_of({"optimizer": optimizer, "scheduler": {name: arguments}})
    same(curve.lr, trained.lr)
    same(curve.momentum, trained.momentum)
    same(curve.weight_decay, [[0.01] * 32, [0.001] * 32])
    assert curve.groups == ("group 0", "group 1")
    assert curve.base_lr == (0.2, 0.1)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("CyclicLR", {"base_lr": [0.1, 0.2], "max_lr": [1.0, 2.0], "step_size_up": 4}),
        (
            "CyclicLR",
            {
                "base_lr": 0.1,
                "max_lr": 1.0,
                "step_size_up": 4,
                "base_momentum": [0.1, 0.2],
                "max_momentum": [0.3, 0.4],
            },
        ),
        ("OneCycleLR", {"max_lr": [1.0, 2.0], "total_steps": 32}),
        ("SWALR", {"swa_lr": [0.01, 0.02]}),
        ("LambdaLR", {"lr_lambda": ["0.9 ** epoch", "1 / (1 + epoch)"]}),
        ("MultiplicativeLR", {"lr_lambda": ["0.9 ** epoch", "1 / (1 + epoch)"]}),
    ],
)
def test_a_list_gives_every_group_its_own_value(name: str, arguments: dict[str, Any]) -> None:
    groups = [{"lr": 0.2}, {"lr": 0.4}]
    trained = loop(name, arguments, make_optimizer("SGD", {}, groups))
    optimizer = {"SGD": {"param_groups": groups}}
    curve = curve_of({"optimizer": optimizer, "scheduler": {name: arguments}})
    same(curve.lr, trained.lr)
    same(curve.momentum, trained.momentum)


@pytest.mark.parametrize("optimizer", ["SGD", "RMSprop", "Adam", "AdamW", "NAdam", "Adamax"])
@pytest.mark.parametrize(
    ("name", "arguments"), [row for row in SINGLE if row[0] in ("CyclicLR", "OneCycleLR")]
)
def test_momentum_or_the_first_beta_is_cycled(
    optimizer: str, name: str, arguments: dict[str, Any]
) -> None:
    trained = loop(name, arguments, make_optimizer(optimizer, {"lr": 0.1}))
    curve = curve_of({"optimizer": {optimizer: {"lr": 0.1}}, "scheduler": {name: arguments}})
    same(curve.lr, trained.lr)
    same(curve.momentum, trained.momentum)


def test_one_cycle_takes_momentum_down_to_its_base_where_the_lr_is_highest() -> None:
    arguments = {"max_lr": 0.5, "total_steps": 32, "pct_start": 0.28125}
    curve = curve_of({"scheduler": {"OneCycleLR": arguments}})
    assert curve.momentum is not None
    assert curve.momentum[0, 0] == pytest.approx(0.95)
    assert curve.momentum[0, 8] == pytest.approx(0.85)
    assert curve.lr[0, 8] == pytest.approx(0.5)


METRICS: tuple[list[float], ...] = (
    [1.0, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.7],
    [1.0],
    [math.nan],
    [1.0, math.nan, math.nan, 0.5, 0.5, 0.6],
    [math.inf, 1.0, -math.inf, 2.0],
)


@pytest.mark.parametrize("interval", ["step", "epoch"])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    "arguments",
    [
        {"patience": 2, "factor": 0.5},
        {"patience": 0, "mode": "max", "cooldown": 2},
        {"patience": 1, "threshold_mode": "abs", "threshold": 0.15, "min_lr": 0.01},
        {"patience": 1, "mode": "max", "threshold_mode": "abs", "eps": 0.02},
    ],
)
def test_a_plateau_sees_item_i_at_call_i_and_the_last_item_from_then_on(
    arguments: dict[str, Any], metric: list[float], interval: str
) -> None:
    held = metric + [metric[-1]] * 32
    optimizer = make_optimizer("SGD", {"lr": 0.1})
    trained = loop("ReduceLROnPlateau", arguments, optimizer, interval, held)
    tree = {"optimizer": {"SGD": {"lr": 0.1}}, "scheduler": {"ReduceLROnPlateau": arguments}}
    same(curve_of({**tree, "metric": metric[:32], "interval": interval}).lr, trained.lr)


def test_a_plateau_can_have_a_lowest_lr_a_group() -> None:
    arguments = {"patience": 0, "factor": 0.1, "min_lr": [0.05, 0.001]}
    groups = [{"lr": 0.1}, {"lr": 0.2}]
    optimizer = make_optimizer("SGD", {}, groups)
    trained = loop("ReduceLROnPlateau", arguments, optimizer, metric=[1.0] * 32)
    tree = {"optimizer": {"SGD": {"param_groups": groups}}, "metric": [1.0]}
    same(curve_of({**tree, "scheduler": {"ReduceLROnPlateau": arguments}}).lr, trained.lr)


def test_a_metric_expression_is_given_the_index_of_the_call() -> None:
    metric = [math.exp(-step / 4) + 0.1 * 32 / 32 for step in range(32)]
    arguments = {"patience": 1, "threshold": 0.2}
    optimizer = make_optimizer("SGD", {"lr": 1e-3})
    trained = loop("ReduceLROnPlateau", arguments, optimizer, metric=metric)
    tree = {"metric": {"expression": "exp(-step / 4) + 0.1 * total_calls / 32"}}
    curve = curve_of({**tree, "scheduler": {"ReduceLROnPlateau": arguments}})
    same(curve.lr, trained.lr)
    assert curve.metric is not None
    assert curve.metric.tolist() == pytest.approx(metric)


def test_a_metric_stands_at_the_steps_that_a_call_follows() -> None:
    text = "{epochs: 2, steps_per_epoch: 3, interval: epoch, metric: [5, 4], "
    (curve,) = simulate(parse_spec(text + "scheduler: ReduceLROnPlateau}")).curves
    assert curve.metric is not None
    nan = math.nan
    np.testing.assert_array_equal(curve.metric, [nan, nan, 5, nan, nan, 4])


def test_a_schedule_that_takes_no_metric_has_none() -> None:
    assert curve_of({"scheduler": EXPONENTIAL, "metric": [1.0]}).metric is None


def test_a_metric_longer_than_the_run_earns_a_warning() -> None:
    text = "epochs: 2\nscheduler: ReduceLROnPlateau\nmetric: [1, 2, 3]\n"
    (warning,) = simulate(parse_spec(text, "p.yaml")).warnings
    said = "p.yaml:3:1: metric: has 3 values for 2 calls; the rest is not used"
    assert warning.line == f"warning: {said}"
    assert simulate(parse_spec(text.replace("2, 3", "2"), "p.yaml")).warnings == ()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_left_to_its_defaults_has_those_of_torch(name: str) -> None:
    optimizer = make_optimizer(name)
    trained = loop("ExponentialLR", {"gamma": 0.5}, optimizer)
    curve = curve_of({"optimizer": name, "scheduler": {"ExponentialLR": {"gamma": 0.5}}})
    same(curve.lr, trained.lr)
    for quantity, expected in (
        (curve.momentum, trained.momentum),
        (curve.weight_decay, trained.weight_decay),
    ):
        if expected == [[]]:
            assert quantity is None
        else:
            same(quantity, expected)


def test_the_default_optimizer_is_the_one_of_the_article() -> None:
    curve = curve_of({"scheduler": {"StepLR": {"step_size": 100}}})
    assert curve.lr.tolist() == [[1e-3] * 32]
    assert curve.momentum is not None
    assert curve.momentum.tolist() == [[0.0] * 32]


def test_group_names_are_taken_from_the_spec() -> None:
    groups = [{"name": "backbone", "lr": 1e-4}, {}]
    curve = curve_of({"optimizer": {"Adam": {"param_groups": groups}}, "scheduler": EXPONENTIAL})
    assert curve.groups == ("backbone", "group 1")
    one = {"Adam": {"param_groups": [{"lr": 1e-4}]}}
    assert curve_of({"optimizer": one, "scheduler": EXPONENTIAL}).groups == ("",)


def test_under_interval_epoch_the_lr_moves_between_epochs_only() -> None:
    text = "{epochs: 3, steps_per_epoch: 2, interval: epoch, optimizer: {SGD: {lr: 1}}, "
    (curve,) = simulate(parse_spec(text + "scheduler: {ExponentialLR: {gamma: 0.5}}}")).curves
    assert curve.lr.tolist() == [[1, 1, 0.5, 0.5, 0.25, 0.25]]


def odd(scheduler: dict[str, Any], epochs: int) -> list[float]:
    tree: dict[str, Any] = {
        "epochs": epochs,
        "optimizer": {"SGD": {"lr": 1.0}},
        "scheduler": scheduler,
    }
    (curve,) = simulate(parse_tree(tree, Source())).curves
    values: list[float] = curve.lr[0].tolist()
    return values


def test_a_negative_step_size_decays_at_every_call_as_in_torch() -> None:
    scheduler = {"StepLR": {"step_size": -1, "gamma": 0.5}}
    assert odd(scheduler, 4) == [1, 0.5, 0.25, 0.125]


def test_a_fractional_milestone_never_matches_as_in_torch() -> None:
    assert odd({"MultiStepLR": {"milestones": [2.4]}}, 5) == [1, 1, 1, 1, 1]


def test_a_cosine_past_its_end_climbs_again_as_in_torch() -> None:
    scheduler = {"CosineAnnealingLR": {"T_max": 2}}
    assert odd(scheduler, 5) == pytest.approx([1, 0.5, 0, 0.5, 1], abs=1e-12)


def test_unsorted_milestones_skip_a_phase_as_in_torch() -> None:
    children = [{"ConstantLR": {"factor": each, "total_iters": 99}} for each in (0.5, 0.25, 0.125)]
    scheduler = {"SequentialLR": {"schedulers": children, "milestones": [6, 2]}}
    assert odd(scheduler, 8) == [0.5, 0.5, *[0.125] * 6]


def test_a_one_cycle_as_long_as_the_run_starts_peaks_and_ends_as_planned() -> None:
    scheduler = {"OneCycleLR": {"max_lr": 1.0, "total_steps": 10, "cycle_momentum": False}}
    values = odd(scheduler, 10)
    assert [values[0], values[2], values[9]] == pytest.approx([0.04, 1, 4e-6])


def facts_of(scheduler: dict[str, Any], **tree: Any) -> SchedulerFacts:
    (facts,) = drive({"scheduler": scheduler, **tree}).schedulers
    return facts


def test_the_facts_of_a_scheduler_hold_given_and_default_arguments() -> None:
    facts = facts_of({"StepLR": {"step_size": "=total_calls / 4"}})
    assert facts == SchedulerFacts(
        name="StepLR",
        key=("scheduler", "StepLR"),
        arguments={"step_size": 8, "gamma": 0.1},
        given=frozenset({"step_size"}),
        calls=32,
        values=range(32),
    )


def test_the_facts_of_a_function_hold_its_text() -> None:
    facts = facts_of({"LambdaLR": {"lr_lambda": "0.9 ** epoch"}}, interval="epoch")
    assert facts.arguments == {"lr_lambda": "0.9 ** epoch"}
    assert facts.calls == 4


def test_the_facts_of_phases_say_which_calls_reach_them() -> None:
    never = {"SequentialLR": {"schedulers": [LINEAR, COSINE, STEP], "milestones": [8, 40]}}
    facts = facts_of(never)
    assert facts.arguments == {"milestones": [8, 40]}
    assert [each.name for each in facts.children] == ["LinearLR", "CosineAnnealingLR", "StepLR"]
    assert [each.calls for each in facts.children] == [7, 25, 0]
    assert [each.values for each in facts.children] == [range(8), range(8, 32), range(0)]
    assert facts.children[1].key == (
        *("scheduler", "SequentialLR", "schedulers", 1, "CosineAnnealingLR"),
    )


def test_the_facts_of_a_chain_give_every_child_all_calls() -> None:
    nested = {"SequentialLR": {"schedulers": [LINEAR, STEP], "milestones": [8]}}
    facts = facts_of({"ChainedScheduler": {"schedulers": [EXPONENTIAL, nested]}})
    assert facts.arguments == {}
    assert [(each.calls, each.values) for each in facts.children] == [(32, range(32))] * 2
    inner = facts.children[1].children
    assert [(each.calls, each.values) for each in inner] == [(7, range(8)), (25, range(8, 32))]


def test_a_value_takes_its_arguments_type_first() -> None:
    arguments = {"T_0": 8.0, "T_mult": 2.0, "eta_min": 0}
    facts = facts_of({"CosineAnnealingWarmRestarts": arguments})
    assert facts.arguments == {"T_0": 8, "T_mult": 2, "eta_min": 0.0}
    assert [type(facts.arguments[each]) for each in arguments] == [int, int, float]
    facts = facts_of({"OneCycleLR": {"max_lr": 1, "total_steps": 32.0, "pct_start": 0}})
    assert type(facts.arguments["pct_start"]) is float
    assert type(facts.arguments["total_steps"]) is int


def test_a_formula_may_name_the_optimizers_lr_and_the_totals() -> None:
    arguments = {"T_max": "=total_calls - steps_per_epoch", "eta_min": "=lr / epochs"}
    optimizer = {"SGD": {"lr": "=8 / total_steps"}}
    facts = facts_of({"CosineAnnealingLR": arguments}, optimizer=optimizer)
    assert facts.arguments == {"T_max": 24, "eta_min": 0.0625}


def test_a_formula_stands_for_a_number_in_lists_and_nested_schedulers() -> None:
    children = [{"ConstantLR": {"total_iters": "=epochs"}}, EXPONENTIAL]
    tree = {"SequentialLR": {"schedulers": children, "milestones": ["=total_calls / 2"]}}
    facts = facts_of(tree)
    assert facts.arguments == {"milestones": [16]}
    assert facts.children[0].arguments["total_iters"] == 4


@pytest.mark.parametrize(
    "scheduler",
    [
        {"CyclicLR": {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 4}},
        {"SequentialLR": {"schedulers": [LINEAR, COSINE], "milestones": [8]}},
    ],
)
def test_driving_leaves_the_caller_as_it_was(scheduler: dict[str, Any]) -> None:
    filters, kind = list(warnings.filters), torch.get_default_dtype()
    before = (torch.get_rng_state(), random.getstate(), str(np.random.get_state()))
    drive({"scheduler": scheduler})
    assert list(warnings.filters) == filters
    assert torch.get_default_dtype() == kind
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (random.getstate(), str(np.random.get_state())) == before[1:]


def test_two_runs_of_one_spec_share_nothing() -> None:
    spec = parse_spec("{epochs: 8, scheduler: {ExponentialLR: {gamma: 0.9}}}")
    first, second = simulate(spec), simulate(spec)
    assert first.curves[0].lr.tolist() == second.curves[0].lr.tolist()
    assert not np.shares_memory(first.curves[0].lr, second.curves[0].lr)


def test_what_was_recorded_cannot_be_written_over() -> None:
    """What a run says of itself, and what a figure keeps, would no longer be true."""
    run = simulate(parse_spec("{epochs: 8, scheduler: {ExponentialLR: {gamma: 0.9}}}"))
    for name in ("lr", "momentum", "weight_decay"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(run, name)[:] = 0


def test_a_metric_that_no_scheduler_takes_is_a_warning() -> None:
    text = "epochs: 3\nmetric: [3, 2, 1]\nscheduler: LinearLR\n"
    (warning,) = simulate(parse_spec(text, "a.yaml")).warnings
    assert warning.line == "warning: a.yaml:2:1: metric: is not used; LinearLR takes none"
    curves = "curves: {one: {}, two: {scheduler: ReduceLROnPlateau}}\n"
    assert simulate(parse_spec(text + curves, "a.yaml")).warnings == ()  # one of them takes it
    own = "curves: {one: {metric: [2]}, two: {scheduler: ReduceLROnPlateau}}\n"
    (warning,) = simulate(parse_spec(text + own, "a.yaml")).warnings
    said = "a.yaml:4:16: curves.one.metric: is not used; LinearLR takes none"
    assert warning.line == f"warning: {said}"


def test_no_two_param_groups_of_a_curve_have_one_name() -> None:
    """A table has nothing else to tell them by."""
    groups = "[{name: group 1}, {}, {name: group 1 (2)}, {}]"
    text = f"{{epochs: 1, optimizer: {{SGD: {{param_groups: {groups}}}}}, scheduler: LinearLR}}"
    names = simulate(parse_spec(text)).curves[0].groups
    assert names == ("group 1", "group 1 (2)", "group 1 (2) (2)", "group 3")
