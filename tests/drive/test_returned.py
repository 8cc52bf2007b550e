"""What a factory may return: as Lightning's and timm's loops take it, and several at once."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

import lrviz
from lrviz import Run, SpecError
from tests.support.training import make_optimizer


def make_step(optimizer: Any = None) -> tuple[Any, Any]:
    optimizer = optimizer or make_optimizer("Adam", {"lr": 0.4})
    return optimizer, lr_scheduler.ExponentialLR(optimizer, 0.5)


def tell(scheduler: Any, **said: object) -> dict[str, object]:
    return {"scheduler": scheduler, **said}


# Each with what Lightning does: how often it is called in 6 epochs of 2 steps.
BY_EPOCH = [0.4 * 0.5**epoch for epoch in range(6) for _ in range(2)]
BY_STEP = [0.4 * 0.5**step for step in range(12)]
BY_SECOND_EPOCH = [0.4 * 0.5 ** (epoch // 2) for epoch in range(6) for _ in range(2)]
BY_FIFTH_STEP = [0.4] * 5 + [0.2] * 5 + [0.1] * 2

FORMS: dict[str, tuple[Callable[[Any, Any], object], Sequence[float]]] = {
    "an optimizer": (lambda o, _: o, [0.4] * 12),
    "a list of one": (lambda o, _: [o], [0.4] * 12),
    "two lists": (lambda o, s: ([o], [s]), BY_EPOCH),
    "two lists, told": (lambda o, s: ([o], [tell(s, interval="step")]), BY_STEP),
    "a list of lists": (lambda o, s: [[o], [s]], BY_EPOCH),
    "no scheduler in two lists": (lambda o, _: ([o], []), [0.4] * 12),
    "a mapping without": (lambda o, _: {"optimizer": o}, [0.4] * 12),
    "a mapping with none": (lambda o, _: {"optimizer": o, "lr_scheduler": None}, [0.4] * 12),
    "a mapping": (lambda o, s: {"optimizer": o, "lr_scheduler": s}, BY_EPOCH),
    "a mapping, told": (
        lambda o, s: {
            "optimizer": o,
            "lr_scheduler": tell(s, interval="step", monitor="loss", strict=True, name="lr"),
        },
        BY_STEP,
    ),
    "every second epoch": (
        lambda o, s: {"optimizer": o, "lr_scheduler": tell(s, frequency=2)},
        BY_SECOND_EPOCH,
    ),
    "every fifth step": (
        lambda o, s: {"optimizer": o, "lr_scheduler": tell(s, interval="step", frequency=5)},
        BY_FIFTH_STEP,
    ),
    "a tuple of one mapping": (lambda o, s: ({"optimizer": o, "lr_scheduler": s},), BY_EPOCH),
    "a scheduler in no list": (lambda o, s: ([o], s), BY_EPOCH),
    "a scheduler in no list, told": (lambda o, s: ([o], tell(s, interval="step")), BY_STEP),
    "a mapping of the scheduler": (lambda o, s: (o, {"lr_scheduler": s}), BY_EPOCH),
    "a mapping in a mapping": (
        lambda o, s: {"optimizer": o, "lr_scheduler": {"lr_scheduler": s}},
        BY_EPOCH,
    ),
    "numbers of any type": (lambda o, s: ([o], [tell(s, frequency=2.0)]), BY_SECOND_EPOCH),
    "numbers of NumPy's": (
        lambda o, s: ([o], [tell(s, interval="step", frequency=np.int64(5))]),
        BY_FIFTH_STEP,
    ),
    "a pair": (lambda o, s: (o, s), BY_STEP),  # which Lightning does not know
}


@pytest.mark.parametrize("form", FORMS)
def test_what_lightning_takes_is_called_as_lightning_calls_it(form: str) -> None:
    shape, expected = FORMS[form]
    run = lrviz.simulate(lambda: shape(*make_step()), epochs=6, steps_per_epoch=2)
    assert run.lr.tolist() == [list(expected)]
    assert run.spec.optimizer.name == "Adam"
    assert run.warnings == ()


def test_when_it_is_called_is_kept_in_the_spec_and_what_is_asked_for_goes_before() -> None:
    def configure_optimizers() -> object:
        optimizer, scheduler = make_step()
        return {"optimizer": optimizer, "lr_scheduler": tell(scheduler, frequency=2)}

    length: dict[str, Any] = {"epochs": 6, "steps_per_epoch": 2}
    run = lrviz.simulate(configure_optimizers, **length)
    assert run.spec.tree.items() >= {"interval": "epoch", "frequency": 2}.items()
    asked = lrviz.simulate(configure_optimizers, interval="step", frequency=5, **length)
    assert asked.lr.tolist() == [BY_FIFTH_STEP]


def test_a_plateau_is_given_its_metric_where_a_monitor_is_named() -> None:
    def configure_optimizers() -> object:
        optimizer = make_optimizer("SGD", {"lr": 0.4})
        plateau = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
        return {"optimizer": optimizer, "lr_scheduler": tell(plateau, monitor="val_loss")}

    run = lrviz.simulate(configure_optimizers, epochs=3, steps_per_epoch=2, metric=[1, 2, 2])
    assert run.lr.tolist() == [[0.4, 0.4, 0.4, 0.4, 0.2, 0.2]]
    with pytest.raises(SpecError, match="ReduceLROnPlateau needs a metric"):
        lrviz.simulate(configure_optimizers, epochs=3)


def make_gan() -> Any:
    return [make_step()[0], make_step()[0]]


def make_two_tuple() -> Any:
    return tuple({"optimizer": o, "lr_scheduler": s} for o, s in (make_step(), make_step()))


def make_apart() -> Any:
    return [make_step()[1], make_step()[1]]


def make_out_of_step() -> Any:
    optimizer, first = make_step()
    second = lr_scheduler.StepLR(optimizer, 2)
    return [optimizer], [tell(first, interval="step"), tell(second, interval="epoch")]


def make_with_plateau() -> Any:
    optimizer, first = make_step()
    return optimizer, [first, lr_scheduler.ReduceLROnPlateau(optimizer)]


def make_odd_interval() -> Any:
    optimizer, scheduler = make_step()
    return [optimizer], [tell(scheduler, interval="batch")]


def make_seldom() -> Any:
    optimizer, scheduler = make_step()
    return [optimizer], [tell(scheduler, frequency=100)]


def make_odd_frequency() -> Any:
    optimizer, scheduler = make_step()
    return [optimizer], [tell(scheduler, frequency=0)]


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (make_gan, "returned 2 optimizers; return one at a time"),
        (make_two_tuple, "returned 2 optimizers; return one at a time"),
        (make_apart, "returned 2 schedulers of different optimizers; return one at a time"),
        (
            make_out_of_step,
            "returned 2 schedulers that are not called together; return one at a time",
        ),
        (
            make_with_plateau,
            "returned ReduceLROnPlateau beside others, and a call of it is told more than theirs; "
            "return it alone",
        ),
        (make_odd_interval, "must be one of step, epoch, got 'batch'"),
        (make_odd_frequency, "must be at least 1, got 0"),
        (lambda: None, "must return a scheduler and its optimizer, returned None"),
        (lambda: (), "must return a scheduler and its optimizer, returned nothing"),
        (lambda: 300, "must return a scheduler and its optimizer, returned int"),
        (lambda: {"a": 1}, "returned a mapping with a; known: optimizer, lr_scheduler, monitor"),
        (
            lambda o: {"a": lr_scheduler.StepLR(o, 1)},
            "returned a mapping with a; known: optimizer, lr_scheduler, monitor",
        ),
        (
            lambda o: (o, {"sched": lr_scheduler.StepLR(o, 1)}),
            "returned a mapping with sched; known: optimizer, lr_scheduler, monitor",
        ),
        (
            lambda o: {"optimizer": o, "schedulers": [lr_scheduler.StepLR(o, 1)]},
            "returned a mapping with schedulers; did you mean 'lr_scheduler'?",
        ),
        (
            lambda o: tell(lr_scheduler.StepLR(o, 1), freqency=2),
            "returned a mapping with freqency; did you mean 'frequency'?",
        ),
        (
            lambda o: {lr_scheduler.StepLR(o, 1)},
            "must return a scheduler: set is no scheduler: it has no step(); "
            "return the scheduler itself",
        ),
        (make_seldom, "makes no call in 2 epochs"),
        (lambda: "cosine", "must return a scheduler: str is no scheduler: it has no step()"),
        (lambda: object(), "must return a scheduler: object is no scheduler: it has no step()"),
        (
            lambda: lr_scheduler.StepLR,
            "must return a scheduler: StepLR is a class; it must be given its optimizer",
        ),
        (lambda optimizer: optimizer, "must return a scheduler, returned SGD"),
        (lambda optimizer: 0.1, "must return a scheduler: float is no scheduler: it has no step()"),
        (
            lambda optimizer: (lr_scheduler.StepLR(optimizer, 1), 3, 4),
            "must return a scheduler, returned StepLR and int and int",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_one_line(factory: Callable[..., Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        lrviz.simulate(factory, epochs=2)
    (problem,) = caught.value.problems
    assert problem.text == message


def test_what_is_called_every_epoch_needs_epochs() -> None:
    def configure_optimizers() -> object:
        optimizer, scheduler = make_step()
        return [optimizer], [scheduler]

    with pytest.raises(SpecError, match=r"unless told otherwise; 1\.5 epochs have an end without"):
        lrviz.simulate(configure_optimizers, epochs=1.5, steps_per_epoch=4)
    run = lrviz.simulate(configure_optimizers, epochs=1.5, steps_per_epoch=2, interval="step")
    assert run.lr.tolist() == [[0.4, 0.2, 0.1]]


def test_steps_alone_have_no_epochs() -> None:
    def configure_optimizers() -> object:
        optimizer, scheduler = make_step()
        return [optimizer], [scheduler]

    text = "is called every epoch, as Lightning does unless told otherwise; there are no epochs"
    with pytest.raises(SpecError, match=text):
        lrviz.simulate(configure_optimizers, steps=12)
    run = lrviz.simulate(configure_optimizers, steps=12, steps_per_epoch=2)
    assert run.lr.tolist() == [BY_EPOCH]
    asked = lrviz.simulate(configure_optimizers, steps=12, interval="step")
    assert asked.lr.tolist() == [BY_STEP]


def test_several_are_stepped_together_in_order() -> None:
    def build(optimizer: Any) -> list[Any]:
        warm_up = lr_scheduler.LinearLR(optimizer, 0.25, total_iters=3)
        return [warm_up, lr_scheduler.StepLR(optimizer, 4, 0.5)]

    optimizer = make_optimizer("SGD", {"lr": 0.8})
    schedulers, expected = build(optimizer), []
    for _ in range(10):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        for each in schedulers:
            each.step()
    run = lrviz.simulate(build, lr=0.8, steps=10)
    assert run.lr.tolist() == [expected]
    assert [each.name for each in run.schedulers[0].children] == ["LinearLR", "StepLR"]
    both = lrviz.simulate(lambda: (optimizer, *build(optimizer)), steps=1)
    assert both.spec.optimizer.name == "SGD"


def notes(run: Run) -> list[str]:
    return [each.text for each in run.warnings]


def test_a_number_beside_the_scheduler_is_that_of_the_epochs() -> None:
    def create(optimizer: Any) -> tuple[Any, int]:
        return lr_scheduler.ExponentialLR(optimizer, 0.5), 3

    run = lrviz.simulate(create, lr=1, steps_per_epoch=2, interval="epoch")
    assert run.lr.tolist() == [[1, 1, 0.5, 0.5, 0.25, 0.25]]
    assert (run.spec.epochs, run.spec.tree["epochs"], notes(run)) == (3, 3, [])
    assert notes(lrviz.simulate(create, epochs=3)) == []
    other = lrviz.simulate(create, lr=1, epochs=2)
    assert other.lr.tolist() == [[1, 0.5]]
    assert notes(other) == ["3 epochs were returned beside ExponentialLR; the run has 2"]
    assert lrviz.simulate(create, lr=1, epochs=2).warnings[0].grade == "note"
    seldom = lrviz.simulate(create, lr=1, frequency=2)  # which looks at no other length
    assert seldom.lr.tolist() == [[1, 1, 0.5]]
    with pytest.raises(SpecError, match="frequency: makes no call in 3 steps"):
        lrviz.simulate(create, frequency=4)
    with pytest.raises(SpecError, match="must return a number of epochs that is at least 1, got 0"):
        lrviz.simulate(lambda optimizer: (create(optimizer)[0], 0))


def test_what_timm_creates_is_driven_as_its_script_does(timm: Any) -> None:
    """Its script: `step(epoch + 1)` after each of `num_epochs` epochs, the cool-down included."""
    given = {"sched": "cosine", "num_epochs": 4, "warmup_epochs": 2, "cooldown_epochs": 2}

    def create(optimizer: torch.optim.Optimizer) -> Any:
        return timm.create_scheduler_v2(optimizer, **given, min_lr=1e-5)

    optimizer = make_optimizer("SGD", {"lr": 0.4})
    scheduler, epochs = create(optimizer)
    expected = []
    for epoch in range(epochs):
        expected += [optimizer.param_groups[0]["lr"]] * 3
        scheduler.step(epoch + 1)
    assert epochs == 6
    run = lrviz.simulate(create, lr=0.4, steps_per_epoch=3)
    assert run.lr.tolist() == [expected]
    assert run.spec.tree.items() >= {"epochs": 6, "interval": "epoch"}.items()


def test_what_counts_for_itself_refuses_other_calls(timm: Any) -> None:
    def create(optimizer: torch.optim.Optimizer) -> Any:
        return timm.CosineLRScheduler(optimizer, 4)

    for key, value in ("interval", "step"), ("frequency", 2), ("calls", 2):
        options: dict[str, Any] = {key: value}
        text = f"{key}: CosineLRScheduler counts epochs; leave {key} out"
        with pytest.raises(SpecError, match=text):
            lrviz.simulate(create, epochs=4, **options)


def test_a_run_may_be_as_long_as_its_data_says() -> None:
    def build(optimizer: Any) -> Any:
        return lr_scheduler.ExponentialLR(optimizer, 0.5)

    data = {"examples": 50, "batch_size": 4, "accumulate": 4}
    # ceil(50 / 4) = 13 batches, ceil(13 / 4) = 4 steps an epoch; a half of 3 epochs is 6 steps.
    run = lrviz.simulate(build, epochs=1.5, data=data)
    assert run.steps == 6
    twice = lrviz.simulate(build, epochs="=3 / 2", steps_per_epoch="=8 / 2", lr=1, calls=2)
    assert twice.lr.tolist() == [[0.25**step for step in range(6)]]
