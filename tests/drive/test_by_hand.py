"""What sets the learning rate by hand: functions of the step, and objects of one's own."""

import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

import lrviz
from lrviz import Run, SpecError
from lrviz.spec.tree import Returns
from tests.support.training import make_optimizer

LEARNING_RATE, MIN_LR, WARMUP_ITERS, LR_DECAY_ITERS = 6e-4, 6e-5, 20, 60


def get_lr(it: Any) -> Any:
    """As a small trainer of language models has it, over globals of its module."""
    if it < WARMUP_ITERS:
        return LEARNING_RATE * (it + 1) / (WARMUP_ITERS + 1)
    if it > LR_DECAY_ITERS:
        return MIN_LR
    ratio = (it - WARMUP_ITERS) / (LR_DECAY_ITERS - WARMUP_ITERS)
    return MIN_LR + 0.5 * (1.0 + math.cos(math.pi * ratio)) * (LEARNING_RATE - MIN_LR)


def train(steps: int, rate: Callable[[int], Any]) -> list[float]:
    """Return what every step trains with where the loop sets the learning rate itself."""
    optimizer = make_optimizer()
    seen = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        seen.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
    return seen


def notes(run: Run) -> list[str]:
    return [each.text for each in run.warnings if each.grade == "note"]


def simulate_wrongly(function: Callable[..., Any], **options: Any) -> str:
    with pytest.raises(SpecError) as caught:
        lrviz.simulate(function, **options)
    (problem,) = caught.value.problems
    return problem.text


def test_a_function_that_returns_the_lr_is_followed_to_the_last_bit() -> None:
    run = lrviz.simulate(get_lr, steps=100, returns="lr")
    assert run.lr.tolist() == [train(100, get_lr)]
    assert run.warnings == ()
    assert run.curves[0].base_lr == (max(train(100, get_lr)),)
    assert str(run).startswith("get_lr: ")
    assert run.spec.tree["returns"] == "lr"


def test_every_group_has_the_lr_that_is_returned() -> None:
    groups = {"AdamW": {"param_groups": [{"name": "a", "lr": 0.4}, {"name": "b"}]}}
    run = lrviz.simulate(get_lr, steps=9, returns="lr", optimizer=groups)
    assert run.lr.tolist() == [train(9, get_lr)] * 2
    assert run.spec.optimizer.name == "AdamW"


def test_a_function_that_returns_a_factor_is_torchs_lambda_lr() -> None:
    def warm_up(current_step: int) -> float:
        return min(1.0, current_step / 4)

    optimizer = make_optimizer(arguments={"lr": 3e-4})
    scheduler = lr_scheduler.LambdaLR(optimizer, warm_up)
    expected = []
    for _ in range(6):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    run = lrviz.simulate(warm_up, steps=6, returns="factor", lr=3e-4)
    assert run.lr.tolist() == [expected]
    assert run.schedulers[0].kind == "LambdaLR"


@pytest.mark.parametrize("kind", [np.float32, np.float64, torch.tensor, lambda x: np.array(x)])
def test_what_is_returned_may_be_of_any_type_that_is_a_number(kind: Callable[..., Any]) -> None:
    def get_rate(step: int) -> Any:
        return kind(0.1 / (step + 1))

    assert lrviz.simulate(get_rate, steps=3, returns="lr").lr.tolist() == [train(3, get_rate)]


def test_a_function_is_called_once_a_step_in_order_and_no_more() -> None:
    """A table has no entry for a step that is not made, though LambdaLR is stepped after all."""
    kinds: tuple[Returns, ...] = ("lr", "factor")
    for returns in kinds:
        called: list[int] = []

        def look_up(step: int, called: list[int] = called) -> float:
            called.append(step)
            return [0.5, 0.25, 0.125][step]

        run = lrviz.simulate(look_up, steps=3, returns=returns, lr=2)
        assert run.lr.tolist() == [[0.5, 0.25, 0.125] if returns == "lr" else [1, 0.5, 0.25]]
        assert called == [0, 1, 2]


def test_by_the_epoch_it_is_called_with_the_epoch() -> None:
    def rate(epoch: int) -> float:
        return 0.1 * 0.5**epoch

    run = lrviz.simulate(rate, epochs=3, steps_per_epoch=2, interval="epoch", returns="lr")
    assert run.lr.tolist() == [[0.1, 0.1, 0.05, 0.05, 0.025, 0.025]]


@pytest.mark.parametrize(
    ("first", "lr", "returns"),
    [
        (1, None, "factor"),
        (1.0, 0.5, "factor"),
        (3e-7, None, "lr"),
        (0.0099, None, "lr"),  # below 1 / 100: the first rise of a warm-up as long as the run
        (0.25, 0.25, "lr"),
        (0, None, ""),
        (0.01, None, ""),
        (0.5, None, ""),
        (1, 1, ""),
        (2, None, ""),
        (-1e-3, None, ""),
    ],
)
def test_what_it_returns_is_guessed_where_the_first_value_decides(
    first: float, lr: float | None, returns: str
) -> None:
    def rate(step: int) -> float:
        return first

    if not returns:
        asked = r"returns \S+ at step 0, be it a learning rate or a factor; give --returns lr or "
        text = simulate_wrongly(rate, steps=100, lr=lr)
        assert re.match(rf"{asked}--returns factor \(in Python returns=\)$", text)
        return
    run = lrviz.simulate(rate, steps=100, lr=lr)
    assert run.lr[0, 0] == (first * (lr or 1e-3) if returns == "factor" else first)
    (note,) = notes(run)
    what, other = ("a learning rate", "factor") if returns == "lr" else ("a factor", "lr")
    assert note.startswith("rate(0) is ")
    assert note.endswith(f", which is taken for {what}; else give --returns {other}")


@pytest.mark.parametrize(
    ("name", "is_step"),
    [
        *((each, True) for each in ("it", "step", "epoch", "iter_num", "num_updates", "n_iter")),
        *((each, True) for each in ("current_step", "global_step", "t", "batch", "iteration")),
        *((each, False) for each in ("optimizer", "opt", "o", "x", "given", "item", "optim")),
    ],
)
def test_a_parameter_is_a_step_by_its_name(name: str, is_step: bool) -> None:
    scope: dict[str, Any] = {"ExponentialLR": lr_scheduler.ExponentialLR}
    body = "0.5" if is_step else f"ExponentialLR({name}, 0.5)"
    exec(f"def make({name}): return {body}", scope)
    options: dict[str, Any] = {"returns": "lr"} if is_step else {}
    run = lrviz.simulate(scope["make"], steps=2, lr=1, **options)
    assert run.lr.tolist() == [[0.5, 0.5] if is_step else [1, 0.5]]


def test_a_parameter_is_a_step_by_its_annotation_and_by_what_is_asked() -> None:
    def by_annotation(x: int) -> float:
        return 0.1

    def by_string(x: "int") -> float:
        return 0.1

    def by_option(x):  # type: ignore[no-untyped-def]
        return 0.1

    def make(step: torch.optim.Optimizer) -> Any:  # an odd name, and no step
        return lr_scheduler.ExponentialLR(step, 0.5)

    for each in by_annotation, by_string, by_option:
        assert lrviz.simulate(each, steps=2, returns="lr").lr.tolist() == [[0.1, 0.1]]
    assert lrviz.simulate(make, steps=2, lr=1).lr.tolist() == [[1, 0.5]]


def test_what_is_no_function_of_the_step_does_not_use_what_it_returns() -> None:
    with pytest.warns(UserWarning, match="returns is not used; StepLR is no function of the step"):
        lrviz.simulate(partial(lr_scheduler.StepLR, step_size=1), steps=2, returns="lr")


@pytest.mark.parametrize("turned", [False, True])
def test_a_function_may_set_the_lr_of_the_optimizer_itself(turned: bool) -> None:
    def adjust(optimizer: Any, epoch: int) -> None:
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * (0.1 ** (epoch // 2)) * group.get("lr_scale", 1.0)

    def adjust_turned(epoch: int, optimizer: Any) -> None:
        adjust(optimizer, epoch)

    groups = {"SGD": {"param_groups": [{"name": "a", "lr": 0.4}, {"name": "b", "lr": 0.4}]}}
    run = lrviz.simulate(adjust_turned if turned else adjust, steps=4, optimizer=groups)
    expected = [0.1 * (0.1 ** (epoch // 2)) for epoch in range(4)]
    assert run.lr.tolist() == [expected, expected]
    assert run.warnings == ()


def test_a_function_that_sets_and_returns_the_lr_has_set_it() -> None:
    """It is found in contrastive training: a factory gives a function that is called each step."""

    def cosine_lr(optimizer: Any, base: float = 0.2, steps: int = 8) -> Callable[[int], float]:
        def assign(step: int) -> float:
            lr = 0.5 * (1 + math.cos(math.pi * step / steps)) * base
            for index, group in enumerate(optimizer.param_groups):
                group["lr"] = lr / (index + 1)
            return lr

        return assign

    groups = {"SGD": {"param_groups": [{"name": "a"}, {"name": "b"}]}}
    run = lrviz.simulate(cosine_lr, steps=8, optimizer=groups)
    expected = [0.5 * (1 + math.cos(math.pi * step / 8)) * 0.2 for step in range(8)]
    assert run.lr.tolist() == [expected, [each / 2 for each in expected]]


GROUPS = {"SGD": {"param_groups": [{"name": "a", "lr": 0.1}, {"name": "b", "lr": 0.01}]}}


def current(optimizer: Any, _: int) -> float:
    return float(optimizer.param_groups[0]["lr"])


@pytest.mark.parametrize("returned", [current, lambda *_: True, lambda *_: 1, lambda _, e: e])
@pytest.mark.parametrize("is_made", [False, True])
def test_a_function_that_sets_the_lr_later_sets_it_whatever_it_returns(
    returned: Callable[[Any, int], Any], *, is_made: bool
) -> None:
    def adjust(optimizer: Any, epoch: int) -> Any:
        if epoch in (3, 6):
            for group in optimizer.param_groups:
                group["lr"] *= 0.1
        return returned(optimizer, epoch)

    def make(optimizer: Any) -> Callable[[int], Any]:
        return lambda epoch: adjust(optimizer, epoch)

    run = lrviz.simulate(make if is_made else adjust, steps=8, optimizer=GROUPS)
    first = [0.1] * 3 + [0.1 * 0.1] * 3 + [0.1 * 0.1 * 0.1] * 2
    second = [0.01] * 3 + [0.01 * 0.1] * 3 + [0.01 * 0.1 * 0.1] * 2
    assert run.lr.tolist() == [first, second]
    assert run.warnings == ()


def test_a_function_that_has_the_optimizer_and_sets_nothing_returns_what_is_set() -> None:
    """The loop sets what it returns, and it finds that at the next step."""

    def decay(optimizer: Any, step: int) -> float:
        return float(optimizer.param_groups[0]["lr"]) * (1 if step == 0 else 0.5)

    expected = [0.1, 0.1 * 0.5, 0.1 * 0.5 * 0.5]
    assert lrviz.simulate(decay, steps=3, lr=0.1).lr.tolist() == [expected]

    def fail(optimizer: Any, step: int) -> float:
        return 0.1 if step < 2 else 0.1 / 0

    message = "fail() after step 1 fails with ZeroDivisionError: float division by zero"
    assert simulate_wrongly(fail, steps=4, lr=0.1) == message


@pytest.mark.parametrize(
    "name", ["epochs", "total_steps", "num_training_batch", "n_iter", "max_epoch", "warmup_step"]
)
def test_a_length_beside_an_optimizer_is_no_step(name: str) -> None:
    scope: dict[str, Any] = {"CosineAnnealingLR": lr_scheduler.CosineAnnealingLR}
    exec(f"def build(optimizer, {name}: int): return CosineAnnealingLR(optimizer, {name})", scope)
    remedy = f"a factory takes an optimizer alone; bind {name} with functools.partial"
    assert simulate_wrongly(scope["build"], steps=4) == f"wants optimizer, {name}; {remedy}"
    bound = lrviz.simulate(partial(scope["build"], **{name: 4}), steps=4, lr=1)
    optimizer = make_optimizer(arguments={"lr": 1.0})
    scheduler, expected = scope["build"](optimizer, 4), []
    for _ in range(4):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert bound.lr.tolist() == [expected]


@pytest.mark.parametrize("function", [lambda s: 0.9**s, lambda s: s.bit_length()])
def test_what_was_guessed_to_take_the_optimizer_may_count_steps(function: Any) -> None:
    text = simulate_wrongly(function, steps=4)
    assert text.startswith("the factory fails with ")
    asked = "if it counts steps, give --returns lr or --returns factor (in Python returns=)"
    assert text.endswith(f"; {asked}")
    assert asked not in simulate_wrongly(lambda optimizer: 0.9**optimizer, steps=4)


def test_a_function_of_the_step_may_be_what_a_factory_returns() -> None:
    """A multiplier, as detection trainers have one, and a closure over the lengths."""

    class Multiplier:
        milestones: ClassVar = [2, 3]

        def __call__(self, step: int) -> float:
            return float(0.1 ** sum(step >= each for each in self.milestones))

    def get_lambda() -> Callable[[int], float]:
        return lambda current: 1.0 - current / 4

    run = lrviz.simulate(Multiplier, steps=4, lr=0.5)
    assert run.lr.tolist() == [[0.5, 0.5, 0.5 * 0.1, 0.5 * 0.1**2]]
    closed = lrviz.simulate(get_lambda, steps=4, lr=0.5, returns="factor")
    assert closed.lr.tolist() == [[0.5, 0.5 * 0.75, 0.5 * 0.5, 0.5 * 0.25]]


class Noam:
    """The warm-up of the Transformer, which wraps the optimizer and steps it itself."""

    def __init__(self, optimizer: Any, warmup: int = 4, size: int = 512) -> None:
        self.optimizer, self.warmup, self.size, self.count = optimizer, warmup, size, 0

    def step(self) -> None:
        """Set, and update."""
        self.count += 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        self.optimizer.step()

    def rate(self) -> float:
        """Return the rate of a step, from 1."""
        return float(self.size**-0.5 * min(self.count**-0.5, self.count * self.warmup**-1.5))


class Late(Noam):
    """Steps the optimizer first, and then sets the learning rate of the next step."""

    def step(self) -> None:
        """Set, and update."""
        self.optimizer.step()
        self.count += 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()


class Renamed:
    """The same under other names, as a well-known implementation has them."""

    def __init__(self, optimizer: Any) -> None:
        self._optimizer, self.noam = optimizer, Noam(optimizer)

    def step_and_update_lr(self) -> None:
        """Set, and update."""
        self.noam.step()


class Beside(Noam):
    """Has a method for each: the loop calls `step()`, and then the other."""

    def step(self) -> None:
        """Update."""
        self.optimizer.step()

    def update_learning_rate(self) -> None:
        """Set."""
        self.count += 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()


class Within(Beside):
    """The same methods, of which one calls the other."""

    def step(self) -> None:
        """Set, and update."""
        self.update_learning_rate()
        super().step()


def train_noam(kind: Callable[[Any], Any], steps: int) -> list[float]:
    """Return what every update of the optimizer is made with."""
    optimizer = make_optimizer("Adam", {"lr": 0.25})
    seen: list[float] = []
    update = optimizer.step

    def note(*_: object) -> None:
        seen.append(optimizer.param_groups[0]["lr"])
        update()

    optimizer.step = note  # type: ignore[assignment, method-assign]
    wrapped = kind(optimizer)
    for _ in range(steps):
        wrapped.step_and_update_lr() if kind is Renamed else wrapped.step()
        if kind is Beside:
            wrapped.update_learning_rate()
    return seen


@pytest.mark.parametrize("kind", [Noam, Late, Renamed, Beside, Within])
def test_one_that_steps_its_optimizer_is_read_when_it_does(kind: Callable[[Any], Any]) -> None:
    optimizer = make_optimizer("Adam", {"lr": 0.25})
    own = vars(optimizer).get("step")
    run = lrviz.simulate(lambda: kind(optimizer), steps=7)
    assert run.lr.tolist() == [train_noam(kind, 7)]
    assert run.lr[0, 0] == (0.25 if kind in (Late, Beside) else 512**-0.5 * 4**-1.5)
    assert optimizer.state == {}
    assert vars(optimizer).get("step") is own


class Told:
    """Sets the learning rate of the step whose number it is told, as fairseq's schedules do."""

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer

    def step(self, epoch: int, val_loss: float | None = None) -> None:
        """Not set anything."""
        raise AssertionError("it has step_update")

    def step_update(self, num_updates: int) -> float:
        """Set."""
        lr = 0.1 * min(1.0, num_updates / 4)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        return lr


class ToldEpoch:
    """The same, by the names that hand-written schedules of the epoch have."""

    def __init__(self, optim: Any) -> None:
        self.optim = optim

    def step(self, epoch: int) -> None:
        """Set."""
        if epoch > 5:
            raise IndexError("no such epoch")
        self.optim.param_groups[0]["lr"] = 1 / (epoch + 1)


class Blind:
    """Has no optimizer: the one that the factory was given is moved."""

    def __init__(self, optimizer: Any) -> None:
        self.groups = optimizer.param_groups

    def update(self, step: int) -> None:
        """Set."""
        self.groups[0]["lr"] = 0.5**step


def test_one_that_is_told_the_step_is_told_it_before_the_step_from_0() -> None:
    run = lrviz.simulate(Told, steps=6)
    assert run.lr.tolist() == [[0.1 * min(1.0, step / 4) for step in range(6)]]
    said = "is told the count of calls before it"
    assert notes(run) == [f"Told.step_update(num_updates) {said}"]
    epochs = lrviz.simulate(ToldEpoch, epochs=6, steps_per_epoch=2, interval="epoch")
    assert epochs.lr.tolist() == [[1 / (epoch + 1) for epoch in range(6) for _ in range(2)]]
    assert lrviz.simulate(Blind, steps=3).lr.tolist() == [[1, 0.5, 0.25]]


def test_calls_that_are_seldom_count_themselves() -> None:
    run = lrviz.simulate(Blind, steps=5, steps_per_epoch=1)
    assert run.lr.tolist() == [[0.5**step for step in range(5)]]


def raise_at(step: int, at: int = 3) -> float:
    return 1e-3 / (step - at)


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (lambda it: None, {}, "must return a number, returned NoneType at step 0"),
        (lambda it: "0.1", {}, "must return a number, returned str at step 0"),
        (lambda it: torch.ones(2), {}, "must return a number, returned Tensor at step 0"),
        (lambda it: 0.1 if it < 2 else [], {}, "must return a number, returned list at step 2"),
        (lambda it: math.nan, {}, "the learning rate is nan at step 0 (LR025)"),
        (lambda it: 0.1 if it < 2 else math.inf, {}, "the learning rate is inf at step 2 (LR025)"),
        (raise_at, {}, "raise_at() after step 2 fails with ZeroDivisionError: "
         "float division by zero"),
        (partial(raise_at, at=0), {}, "raise_at(0) fails with ZeroDivisionError: "
         "float division by zero"),
        (
            lambda optimizer, epoch, args: None,
            {},
            "wants optimizer, epoch, args; a function of the step takes that alone, or the "
            "optimizer, too; bind the rest with functools.partial",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_function_is_one_line(
    function: Callable[..., Any], options: dict[str, Any], message: str
) -> None:
    assert simulate_wrongly(function, steps=5, returns="lr", **options) == message


def test_the_rest_may_be_bound() -> None:
    def adjust_learning_rate(optimizer: Any, epoch: int, args: dict[str, float]) -> None:
        for group in optimizer.param_groups:
            group["lr"] = args["lr"] * (0.1 ** (epoch // 2))

    bound = partial(adjust_learning_rate, args={"lr": 0.1})
    assert lrviz.simulate(bound, steps=3).lr.tolist() == [[0.1, 0.1, 0.1 * 0.1]]
