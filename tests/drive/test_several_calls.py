"""A call every so many intervals, and several calls each time: as a loop by hand makes them."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, ReduceLROnPlateau, SequentialLR

import lrviz
from lrviz.commands.code.script import write_code
from lrviz.errors import SpecError
from lrviz.figure.image import render_run
from lrviz.linter.engine import lint_run
from lrviz.linter.rules import RULES
from lrviz.reading.sources import parse_data
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree
from tests.support.scripts import recorded
from tests.support.specs import WriteSpec

COSINE = {"CosineAnnealingLR": {"T_max": "=total_calls"}}


def simulate(scheduler: Any = COSINE, **keys: Any) -> lrviz.Run:
    return lrviz.simulate(parse_tree({**keys, "scheduler": scheduler}, Source("a.yaml")))


def refusal_of(**keys: Any) -> str:
    with pytest.raises(SpecError) as caught:
        simulate(**keys)
    return str(caught.value)


def by_hand(length: int, steps: int, every: int, calls: int) -> list[float]:
    """Return what the steps of a loop train with that calls after every so many of them."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, length)
    rates = []
    for step in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if (step + 1) % every == 0:
            for _ in range(calls):
                scheduler.step()
    return rates


SGD = {"SGD": {"lr": 0.1}}


@pytest.mark.parametrize("steps", [9, 10, 11, 12])
@pytest.mark.parametrize("frequency", [1, 3, 9])
@pytest.mark.parametrize("calls", [1, 2, 4])
def test_steps_train_with_what_the_calls_before_them_set(
    steps: int, frequency: int, calls: int
) -> None:
    found = simulate(steps=steps, frequency=frequency, calls=calls, optimizer=SGD)
    assert found.spec.total_calls == steps // frequency * calls
    assert found.lr[0].tolist() == by_hand(
        steps // frequency * calls, steps, every=frequency, calls=calls
    )


@pytest.mark.parametrize("epochs", [4, 5])
def test_of_epochs_as_many_pass_before_a_call(epochs: int) -> None:
    keys = {"epochs": epochs, "steps_per_epoch": 3, "interval": "epoch", "optimizer": SGD}
    found = simulate(**keys, frequency=2, calls=2)
    assert found.spec.total_calls == 4
    assert found.lr[0].tolist() == by_hand(4, 3 * epochs, every=6, calls=2)


def test_a_formula_over_numbers_is_a_frequency() -> None:
    assert simulate(steps=12, frequency="=12 / 4", calls="=2").spec.total_calls == 8


def test_every_call_is_given_its_own_metric() -> None:
    """Two calls after every second of seven steps: six calls, of which the plateau sees each."""
    losses = [1.0, 0.9, 0.95, 0.96, 0.97, 0.98]
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer, patience=1)
    rates, given = [], iter(losses)
    for step in range(7):
        rates.append(optimizer.param_groups[0]["lr"])
        for _ in range(2 * (step % 2)):
            scheduler.step(next(given))
    found = simulate(
        {"ReduceLROnPlateau": {"patience": 1}},
        steps=7,
        frequency=2,
        calls=2,
        metric=losses,
        optimizer=SGD,
    )
    assert found.lr[0].tolist() == rates
    assert rates[0] > rates[-1]
    metric = found.curves[0].metric
    assert metric is not None  # the last that each time gave
    assert np.array_equal(metric, [np.nan, 0.9, np.nan, 0.96, np.nan, 0.98, np.nan], equal_nan=True)


def test_a_held_metric_is_drawn_from_the_step_after_its_first_call() -> None:
    """Of three values the fourth call is given the last again: the second of the second time."""
    found = simulate({"ReduceLROnPlateau": {}}, steps=8, frequency=2, calls=2, metric=[3, 2, 1])
    assert found.curves[0].held_from == 4
    assert "3 values for 8 calls" in str(found.warnings[0])


def test_curves_and_sweeps_have_their_own() -> None:
    curves = {"one": {}, "four": {"calls": 4}, "every second": {"frequency": 2}}
    tree: dict[str, Any] = {"steps": 8, "scheduler": COSINE, "curves": curves}
    spec = parse_tree(tree, Source())
    assert [each.total_calls for each in spec.schedules] == [8, 32, 4]
    del tree["curves"]
    swept = parse_tree({**tree, "sweep": {"calls": [1, 2]}}, Source())
    assert [each.total_calls for each in swept.schedules] == [8, 16]


def test_what_is_no_number_of_calls_is_refused() -> None:
    assert refusal_of(steps=8, calls=0) == "a.yaml: calls: must be at least 1, got 0"
    assert "frequency: must be a whole number" in refusal_of(steps=8, frequency=1.5)
    assert "frequency: must be a whole number" in refusal_of(steps=8, frequency="often")
    assert "frequency: makes no call in 8 steps" in refusal_of(steps=8, frequency=9)
    by_epoch = {"epochs": 3, "interval": "epoch", "steps_per_epoch": 5}
    assert "makes no call in 3 epochs" in refusal_of(**by_epoch, frequency=4)
    assert "curves.a.calls: must be at least 1" in refusal_of(steps=8, curves={"a": {"calls": -1}})


def test_what_timm_counts_itself_has_no_calls_of_ours() -> None:
    text = refusal_of(
        epochs=8, frequency=2, calls=2, scheduler={"timm.StepLRScheduler": {"decay_t": 3}}
    )
    assert "frequency: timm.StepLRScheduler counts epochs; leave frequency out" in text
    assert "calls: timm.StepLRScheduler counts epochs; leave calls out" in text


def test_a_phase_is_named_where_its_first_step_trains() -> None:
    """Two calls a step: the milestone at call 9 is passed by the fifth step's, at step 5."""
    parts = [{"ConstantLR": {"factor": 0.5, "total_iters": 9}}, {"ExponentialLR": {"gamma": 0.9}}]
    scheduler = {"SequentialLR": {"schedulers": parts, "milestones": [9]}}
    found = simulate(scheduler, steps=20, calls=2)
    lr = found.lr[0]
    assert lr[4] == 0.0005
    assert found.spec.schedules[0].step_after(9) == 5
    assert lr[5] == pytest.approx(0.001 * 0.9)
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.001)
    constant = torch.optim.lr_scheduler.ConstantLR(optimizer, 0.5, 9)
    later = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    both = SequentialLR(optimizer, [constant, later], [9])
    for _ in range(10):
        optimizer.step()
        both.step()
    assert optimizer.param_groups[0]["lr"] == lr[5]


def test_a_figure_remembers_them() -> None:
    found = simulate(steps=10, frequency=3, calls=2)
    again = parse_data(render_run(found, "png")[0], "a.png")
    assert again == found.spec
    assert lrviz.simulate(again).lr.tolist() == found.lr.tolist()


@pytest.mark.parametrize(
    "text",
    [
        "{steps: 11, frequency: 3, scheduler: {CosineAnnealingLR: {T_max: =total_calls}}}",
        "{epochs: 5, steps_per_epoch: 2, interval: epoch, frequency: 2, calls: 3,"
        " scheduler: {LambdaLR: {lr_lambda: 1 - call / total_calls}}}",
        "{epochs: 1.5, steps_per_epoch: 7, calls: 2,"
        " scheduler: {LambdaLR: {lr_lambda: 1 - call / total_calls}}}",
        "{epochs: 2, steps_per_epoch: 7, frequency: 2, calls: 2,"
        " metric: {expression: floor(call / 9)}, scheduler: {ReduceLROnPlateau: {patience: 1}}}",
    ],
)
def test_the_script_of_a_spec_makes_the_calls(write_spec: WriteSpec, text: str) -> None:
    path = write_spec(text)
    script = write_code(lrviz.simulate(lrviz.load(path)))
    assert recorded(script) == [lrviz.simulate(lrviz.load(path)).lr.T.tolist()]


def test_a_schedule_of_steps_is_over_after_a_part_of_its_calls() -> None:
    """As accelerate calls a prepared scheduler: once for each of its processes."""
    tree: dict[str, Any] = {
        "steps": 100,
        "calls": 4,
        "scheduler": {"CosineAnnealingLR": {"T_max": 100}},
    }
    found = lint_run(lrviz.simulate(parse_tree(tree, Source("a.yaml"))), RULES.values())
    assert [each.rule.code for each in found] == ["LR046"]
    assert "100 of 400 calls" in found[0].message
    assert "set T_max to 400" in found[0].message
    assert "split_batches" in found[0].message
    tree["scheduler"] = {"CosineAnnealingLR": {"T_max": 400}}
    assert not lint_run(lrviz.simulate(parse_tree(tree, Source())), RULES.values())


def codes_of(text: str) -> set[str]:
    found = lint_run(lrviz.simulate(lrviz.parse_spec(text)), RULES.values())
    return {each.rule.code for each in found}


@pytest.mark.parametrize(
    "scheduler",
    [
        "{StepLR: {step_size: 2, gamma: 0.1}}",
        "{LinearLR: {start_factor: 0.1, total_iters: 2}}",
        "{LambdaLR: {lr_lambda: 1 if epoch < 2 else 0.5}}",
        "{MultiStepLR: {milestones: [2]}}",
    ],
)
def test_what_trains_behind_the_last_call_is_seen(scheduler: str) -> None:
    """Two calls in five epochs: the fifth trains with what the second has set."""
    length = "epochs: 5, interval: epoch, frequency: 2"
    assert codes_of(f"{{{length}, scheduler: {scheduler}}}") == set()
    assert (
        codes_of(f"{{epochs: 4, interval: epoch, frequency: 2, scheduler: {scheduler}}}") != set()
    )


@pytest.mark.parametrize(
    ("text", "is_over"),
    [
        # A last part that is as long as the steps, and ends with the calls.
        (
            "{steps: 100, calls: 4, scheduler: {SequentialLR: {milestones: [300], schedulers:"
            " [ConstantLR: {factor: 1}, LinearLR: {end_factor: 0.05, total_iters: 100}]}}}",
            False,
        ),
        (
            "{steps: 100, calls: 2, scheduler: {SequentialLR: {schedulers: [LinearLR: {"
            "total_iters: 100}, CosineAnnealingLR: {T_max: 100}], milestones: [100]}}}",
            False,
        ),
        ("{steps: 100, calls: 4, scheduler: {MultiStepLR: {milestones: [30, 60, 90]}}}", True),
        ("{steps: 100, calls: 4, scheduler: {MultiStepLR: {milestones: [120, 240, 360]}}}", False),
    ],
)
def test_what_ends_with_the_steps_is_told_from_what_ends_with_the_calls(
    text: str, is_over: bool
) -> None:
    assert ("LR046" in codes_of(text)) is is_over


def test_one_call_within_an_epoch_is_told_with_its_step() -> None:
    """Of 119 steps the call after the sixtieth lowers the rest."""
    found = simulate({"ExponentialLR": {"gamma": 0.1}}, steps=119, frequency=60, optimizer=SGD)
    assert found.lr[0].tolist() == [0.1] * 60 + [0.1 * 0.1] * 59
    assert "0.01" in str(found)
    assert "step 60" in str(found)


def test_too_many_calls_are_said_where_they_are_asked_for() -> None:
    assert refusal_of(steps=8, calls=10_000_000).startswith("a.yaml: calls: 80,000,000 calls")
