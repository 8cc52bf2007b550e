"""Several schedules in one spec: `curves`, and a `sweep`."""

import numpy as np
import pytest

from lrviz.drive.runs import simulate
from lrviz.errors import SpecError
from lrviz.spec.model import Spec
from lrviz.spec.parse import parse_spec

CURVES = """\
epochs: 2
steps_per_epoch: 4
interval: epoch
optimizer: {SGD: {lr: 1.0}}
scheduler: {ExponentialLR: {gamma: 0.5}}
curves:
  as above: {}
  by step: {interval: step}
  another optimizer: {optimizer: {AdamW: {lr: 0.1}}}
  another scheduler: {scheduler: {StepLR: {step_size: 1, gamma: 0.1}}}
"""

SWEEP = """\
epochs: 4
optimizer: {SGD: {lr: 1.0}}
scheduler: {StepLR: {step_size: 2}}
sweep:
  scheduler.StepLR.gamma: [0.5, 0.25]
"""


def rates(spec: Spec) -> dict[str, list[float]]:
    return {curve.label: curve.lr[0].tolist() for curve in simulate(spec).curves}


def problems(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        simulate(parse_spec(text, "a.yaml"))
    return [str(problem) for problem in caught.value.problems]


def test_a_curve_takes_from_the_top_what_it_leaves_out() -> None:
    assert rates(parse_spec(CURVES)) == {
        "as above": [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5],
        "by step": [1, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125],
        "another optimizer": [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05],
        "another scheduler": [1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1],
    }


def test_every_curve_has_an_optimizer_of_its_own() -> None:
    """OneCycleLR leaves its own initial LR behind in an optimizer; nobody after it shall see it."""
    text = """\
epochs: 4
optimizer: {SGD: {lr: 1.0}}
curves:
  first: {scheduler: {OneCycleLR: {max_lr: 0.1, total_steps: 4}}}
  second: {scheduler: {StepLR: {step_size: 2, gamma: 0.5}}}
"""
    assert rates(parse_spec(text))["second"] == [1, 1, 0.5, 0.5]


def test_a_sweep_is_one_curve_a_value() -> None:
    assert rates(parse_spec(SWEEP)) == {
        "gamma 0.5": [1, 1, 0.5, 0.5],
        "gamma 0.25": [1, 1, 0.25, 0.25],
    }


def test_several_keys_are_swept_together_in_every_combination() -> None:
    text = SWEEP + "  optimizer.SGD.lr: [1, 2]\n"
    assert rates(parse_spec(text)) == {
        "gamma 0.5, lr 1": [1, 1, 0.5, 0.5],
        "gamma 0.5, lr 2": [2, 2, 1, 1],
        "gamma 0.25, lr 1": [1, 1, 0.25, 0.25],
        "gamma 0.25, lr 2": [2, 2, 0.5, 0.5],
    }


def test_the_length_of_the_run_can_be_swept() -> None:
    text = "{epochs: 1, scheduler: LinearLR, sweep: {epochs: [2, 3], steps_per_epoch: [1, 2]}}"
    run = simulate(parse_spec(text))
    assert [curve.steps for curve in run.curves] == [2, 4, 3, 6]
    assert run.steps == 6


def test_a_swept_formula_is_worked_out_in_its_own_run() -> None:
    text = """\
epochs: 1
optimizer: {SGD: {lr: 1.0}}
scheduler: {PolynomialLR: {total_iters: =total_calls}}
sweep: {epochs: [2, 4]}
"""
    assert rates(parse_spec(text)) == {
        "epochs 2": pytest.approx([1, 0.5]),
        "epochs 4": pytest.approx([1, 0.75, 0.5, 0.25]),
    }


def test_keys_that_end_alike_are_told_apart_by_what_comes_before() -> None:
    text = """\
epochs: 2
scheduler: {StepLR: {step_size: 1}}
optimizer: {SGD: {lr: 1, param_groups: [{lr: 1}, {lr: 1}]}}
sweep: {optimizer.SGD.param_groups.0.lr: [1], optimizer.SGD.param_groups.1.lr: [2]}
"""
    (curve,) = simulate(parse_spec(text)).curves
    assert curve.label == "param_groups.0.lr 1, param_groups.1.lr 2"
    np.testing.assert_array_equal(curve.lr[:, 0], [1, 2])


@pytest.mark.parametrize(
    ("key", "values", "labels"),
    [
        ("scheduler", "[LinearLR, {StepLR: {step_size: 2}}]", ["LinearLR", "StepLR"]),
        (
            "scheduler",
            "[{StepLR: {step_size: 1, gamma: 0.5}}, {StepLR: {step_size: 2, gamma: 0.5}}]",
            ["StepLR step_size 1", "StepLR step_size 2"],
        ),
        (
            "scheduler.StepLR",
            "[{step_size: 2, gamma: 0.5}, {step_size: 2}]",
            ["StepLR gamma 0.5", "StepLR {}"],
        ),
        (
            "optimizer",
            "[SGD, {AdamW: {lr: 1e-5}}, {AdamW: {lr: 1e-4}}]",
            ["SGD", "AdamW lr 1e-5", "AdamW lr 1e-4"],
        ),
        ("optimizer.SGD.nesterov", "[false]", ["nesterov false"]),
        ("interval", "[step, epoch]", ["interval step", "interval epoch"]),
    ],
)
def test_a_label_says_what_differs_and_nothing_else(
    key: str, values: str, labels: list[str]
) -> None:
    top = "epochs: 2, optimizer: {SGD: {lr: 1}}, scheduler: {StepLR: {step_size: 1}}"
    spec = parse_spec(f"{{{top}, sweep: {{{key}: {values}}}}}")
    assert [schedule.label for schedule in spec.schedules] == labels


def test_a_value_that_is_swept_twice_is_refused() -> None:
    assert problems(SWEEP.replace("0.25", "5e-1")) == [
        "a.yaml:5:33: sweep.scheduler.StepLR.gamma.1: is item 0 again; "
        "one curve would lie on the other"
    ]


LAMBDA = "{epochs: 2, scheduler: {LambdaLR: {lr_lambda: 1}}, sweep: {KEY: VALUES}}"


@pytest.mark.parametrize(
    ("key", "values", "label"),
    [
        ("scheduler.LambdaLR.lr_lambda", '[1, "1"]', "lr_lambda 1"),
        ("scheduler.LambdaLR.lr_lambda", '["1", 1]', "lr_lambda 1"),
        ("scheduler.LambdaLR.lr_lambda", '["2 * 1", "2  * 1"]', "lr_lambda 2  * 1"),
        ("scheduler.LambdaLR.lr_lambda", '[[1], "[1]"]', "lr_lambda [1]"),
        ("optimizer.SGD.nesterov", '[false, "false"]', "nesterov false"),
        ("optimizer.SGD.foreach", '[null, "null"]', "foreach null"),
        ("scheduler", "[LinearLR, {LinearLR: {}}]", "LinearLR {}"),
        ("scheduler", "[LinearLR, {LinearLR: null}]", "LinearLR {}"),
        (
            "scheduler",
            '[{LambdaLR: {lr_lambda: 1}}, {LambdaLR: {lr_lambda: "1"}}]',
            "LambdaLR lr_lambda 1",
        ),
    ],
)
def test_two_values_that_would_have_one_label_are_one_value_given_twice(
    key: str, values: str, label: str
) -> None:
    text = LAMBDA.replace("KEY", key).replace("VALUES", values)
    (line,) = problems(text)
    place = text.index(values) + values.index(", ", values.index("]") if "[[" in values else 0) + 3
    assert line == (
        f"a.yaml:1:{place}: sweep.{key}.1: is item 0 again; both curves would be called '{label}'"
    )


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ("[0.001, '1e-3']", ["lr_lambda 0.001", "lr_lambda 1e-3"]),
        ("[8, =8]", ["lr_lambda 8", "lr_lambda =8"]),
    ],
)
def test_what_is_spelt_otherwise_can_be_told_apart(values: str, labels: list[str]) -> None:
    text = LAMBDA.replace("KEY", "scheduler.LambdaLR.lr_lambda").replace("VALUES", values)
    assert [schedule.label for schedule in parse_spec(text).schedules] == labels


def test_long_values_that_are_cut_alike_are_numbered() -> None:
    long = "1 + 0 * epoch" + " + 0 * epoch" * 6
    values = f'["{long}", "{long} + 1", 1, "{long} + 2"]'
    text = LAMBDA.replace("KEY", "scheduler.LambdaLR.lr_lambda").replace("VALUES", values)
    labels = [schedule.label for schedule in parse_spec(text).schedules]
    cut = f"lr_lambda {long[:59]}…"
    assert labels == [cut, f"{cut} (2)", "lr_lambda 1", f"{cut} (3)"]
    assert list(rates(parse_spec(text))) == labels  # as many curves as labels


@pytest.mark.parametrize(
    ("one", "other"),
    [("'a'", "'a '"), ("'a b'", "'a  b'"), ('"\\u00e9"', '"e\\u0301"')],
    ids=["space behind", "two spaces", "an accent"],
)
def test_two_labels_that_read_alike_are_refused(one: str, other: str) -> None:
    (line,) = problems(f"epochs: 2\nscheduler: LinearLR\ncurves:\n  {one}: {{}}\n  {other}: {{}}\n")
    assert line.startswith("a.yaml:5:3: curves.")
    assert "reads like '" in line
    assert line.endswith("; give it another label")


def test_a_bare_name_can_be_swept_into_arguments() -> None:
    text = "{epochs: 2, scheduler: LinearLR, sweep: {scheduler.LinearLR.start_factor: [0.5, 1]}}"
    assert rates(parse_spec(text))["start_factor 0.5"][0] == 0.0005


def test_what_is_wrong_with_a_swept_value_is_said_in_its_place() -> None:
    text = SWEEP.replace("[0.5, 0.25]", "[0.5, fast]")
    expected = "a.yaml:5:33: scheduler.StepLR.gamma: must be a number, got 'fast'"
    assert problems(text) == [expected]


def test_what_is_wrong_in_every_variant_is_said_once() -> None:
    text = SWEEP.replace("step_size: 2", "step_size: x")
    expected = "a.yaml:3:22: scheduler.StepLR.step_size: must be a whole number, got 'x'"
    assert problems(text) == [expected]


def test_what_is_wrong_in_a_curve_is_said_in_its_place() -> None:
    text = CURVES.replace("step_size: 1", "step_sz: 1")
    assert problems(text) == [
        "a.yaml:10:35: curves.another scheduler.scheduler.StepLR: step_size is missing",
        "a.yaml:10:44: curves.another scheduler.scheduler.StepLR.step_sz: no such argument;"
        " did you mean 'step_size'? (accepts: step_size, gamma)",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{epochs: 1, curves: {}}",
            "a.yaml:1:13: curves: must be a mapping of labels to schedules, got none",
        ),
        ("{epochs: 1, curves: {a: {}}}", "a.yaml:1:22: curves.a: scheduler is missing"),
        (
            "{epochs: 1, curves: {a: 3}}",
            "a.yaml:1:22: curves.a: must be a mapping with scheduler, optimizer, interval, "
            "frequency, calls, metric, got 3",
        ),
        (
            "{epochs: 1, curves: {a: {scheduler: LinearLR, epochs: 3}}}",
            "a.yaml:1:47: curves.a.epochs: no such key in a curve;"
            " known: scheduler, optimizer, interval, frequency, calls, metric",
        ),
        (
            "{epochs: 1, curves: {a: {scheduler: LinearLR, interval: day}}}",
            "a.yaml:1:47: curves.a.interval: must be one of step, epoch, got 'day'",
        ),
        (
            "{epochs: 1, scheduler: LinearLR, sweep: 3}",
            "a.yaml:1:34: sweep: must be a mapping of key paths to lists, got 3",
        ),
        (
            "{epochs: 1, scheduler: LinearLR, sweep: {epochs: 3}}",
            "a.yaml:1:42: sweep.epochs: must be a list of values, got 3",
        ),
        (
            "{epochs: 1, scheduler: LinearLR, sweep: {title: [a]}}",
            "a.yaml:1:42: sweep.title: is not part of a schedule;"
            " it must begin with epochs, steps_per_epoch, steps, data, interval, frequency, calls, "
            "optimizer, scheduler",
        ),
        (
            "{epochs: 1, curves: {a: {scheduler: LinearLR}}, sweep: {epochs: [1]}}",
            "a.yaml:1:49: sweep: cannot stand beside `curves`; write each curve out",
        ),
        (
            "{epochs: 1, scheduler: {StepLR: {step_size: 1}}, "
            "sweep: {scheduler.StepLr.gamma: [1]}}",
            "a.yaml:1:58: sweep.scheduler.StepLr.gamma: unknown scheduler 'StepLr'; "
            "did you mean 'StepLR'?",
        ),
        (
            "{epochs: 1, scheduler: StepLR, sweep: {scheduler.LinearLR.start_factor: [1]}}",
            "a.yaml:1:40: sweep.scheduler.LinearLR.start_factor: the spec has StepLR here, "
            "not LinearLR; to replace it, give all of scheduler",
        ),
        (
            "{epochs: 1, scheduler: LinearLR, sweep: {optimizer.SDG.lr: [1]}}",
            "a.yaml:1:61: optimizer: unknown optimizer 'SDG'; did you mean 'SGD'?",
        ),
        (
            "{epochs: 1, scheduler: LinearLR, sweep: {epochs.x: [1]}}",
            "a.yaml:1:42: sweep.epochs.x: leads through a value that has no keys",
        ),
    ],
)
def test_a_wrong_shape_earns_its_message(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_more_than_64_curves_are_refused() -> None:
    values = ", ".join(str(value) for value in range(1, 66))
    text = f"{{epochs: 1, scheduler: LinearLR, sweep: {{epochs: [{values}]}}}}"
    assert problems(text) == ["a.yaml:1:34: sweep: 65 curves are more than 64"]


def test_the_limits_are_those_of_all_curves_together() -> None:
    text = "{epochs: 6000000, scheduler: LinearLR, curves: {a: {}, b: {}}}"
    assert problems(text) == ["a.yaml:1:2: epochs: 12,000,000 calls are more than 10,000,000"]


def test_a_setting_reaches_the_sweep() -> None:
    settings = [("sweep", "{scheduler.StepLR.gamma: [0.1]}")]
    assert list(rates(parse_spec(SWEEP, overrides=settings))) == ["gamma 0.1"]


def test_two_curves_wrong_alike_are_both_named() -> None:
    text = """\
epochs: 2
curves:
  one: {scheduler: {StepLR: {step_size: 0}}}
  two: {scheduler: {StepLR: {step_size: 0}}}
"""
    assert [line[: line.index(" must")] for line in problems(text)] == [
        "a.yaml:3:30: curves.one.scheduler.StepLR.step_size:",
        "a.yaml:4:30: curves.two.scheduler.StepLR.step_size:",
    ]


def test_what_torch_cannot_drive_names_the_curves_that_it_is_of() -> None:
    """From 0.001, 1e200 times it at step 1 is a float, and so much again none."""
    text = """\
epochs: 4
scheduler: {ExponentialLR: {gamma: 1}}
sweep: {scheduler.ExponentialLR.gamma: [0.5, 1e200, 1e201]}
"""
    place = "a.yaml:2:13: scheduler.ExponentialLR: the learning rate is inf at step 2 (LR025)"
    assert problems(text) == [f"{place} (curve 'gamma 1e200' and 1 more)"]
    assert problems(text.replace("0.5, ", "")) == [place]  # it is so of all of them


def test_what_stands_in_a_curve_is_of_that_curve() -> None:
    text = """\
epochs: 4
curves:
  one: {scheduler: {ExponentialLR: {gamma: 1e200}}}
  two: {optimizer: {SGD: {lr: 1e300}}}
  three: {optimizer: {SGD: {lr: 1}}}
scheduler: {ExponentialLR: {gamma: 1e10}}
"""
    assert problems(text) == [
        "a.yaml:3:21: curves.one.scheduler.ExponentialLR:"
        " the learning rate is inf at step 2 (LR025)",
        "a.yaml:6:13: scheduler.ExponentialLR:"
        " the learning rate is inf at step 1 (LR025) (curve 'two')",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{epochs: 4, steps_per_epoch: 1e300, scheduler: LinearLR}",
            "a.yaml:1:13: steps_per_epoch: 4.0e300 calls are more than 10,000,000",
        ),
        (
            "{epochs: 1e308, steps_per_epoch: 1e308, scheduler: LinearLR}",
            "a.yaml:1:2: epochs: 1.0e616 calls are more than 10,000,000",
        ),
        (
            "{epochs: 2, interval: epoch, steps_per_epoch: 12345678901234567, scheduler: LinearLR}",
            "a.yaml:1:30: steps_per_epoch: 2.4e16 points are more than 20,000,000",
        ),
        (
            "{epochs: 4, scheduler: LinearLR, sweep: {steps_per_epoch: [1, 1e15]}}",
            "a.yaml:1:63: steps_per_epoch: 4.0e15 calls are more than 10,000,000",
        ),
        (
            "{epochs: 1000, steps_per_epoch: 999999999999, scheduler: LinearLR}",
            "a.yaml:1:16: steps_per_epoch: 999,999,999,999,000 calls are more than 10,000,000",
        ),
    ],
)
def test_a_limit_is_told_in_short_where_the_run_is_longest(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_a_curve_that_is_called_at_other_times_is_to_say_so_itself() -> None:
    text = """\
epochs: 4
interval: step
scheduler: {StepLR: {step_size: 1}}
curves:
  torch: {}
  timm: {scheduler: {timm.CosineLRScheduler: {t_initial: 4}}}
"""
    expected = "timm.CosineLRScheduler counts epochs; give curve 'timm' interval: epoch"
    assert problems(text) == [f"a.yaml:2:1: interval: {expected}, or set t_in_epochs to false"]
