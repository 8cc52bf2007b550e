"""Looking ahead of a live scheduler, which stays exactly as it is."""

import functools
import queue
import random
import threading
import warnings
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler
from torch.optim.swa_utils import SWALR

import lrviz
from lrviz import SpecError, UsageError
from lrviz.drive.copying import copy_scheduler

Optimizer = torch.optim.Optimizer
Build = Callable[[Optimizer], Any]

METRIC = [1.0, 0.9, 0.9, 0.9, 0.5, *[0.6] * 40]


class Warm:
    """A callable that remembers how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, epoch: float) -> float:
        """Rise with every call."""
        self.calls += 1
        return min(1.0, self.calls / 30)


def sequential(optimizer: Optimizer) -> Any:
    return lr_scheduler.SequentialLR(
        optimizer,
        [
            lr_scheduler.LinearLR(optimizer, 0.1, total_iters=6),
            lr_scheduler.CosineAnnealingLR(optimizer, 20),
        ],
        [6],
    )


def chained(optimizer: Optimizer) -> Any:
    parts = [
        lr_scheduler.ConstantLR(optimizer, 0.5, 9),
        lr_scheduler.LambdaLR(optimizer, Warm()),
        sequential(optimizer),
    ]
    return lr_scheduler.ChainedScheduler(parts, optimizer)


def nested(optimizer: Optimizer) -> Any:
    parts = [chained(optimizer), lr_scheduler.CosineAnnealingLR(optimizer, 20)]
    return lr_scheduler.SequentialLR(optimizer, parts, [10])


BUILDS: dict[str, Build] = {
    "StepLR": lambda o: lr_scheduler.StepLR(o, 4, 0.5),
    "MultiStepLR": lambda o: lr_scheduler.MultiStepLR(o, [3, 9, 9, 20], 0.5),
    "ConstantLR": lambda o: lr_scheduler.ConstantLR(o, 0.5, 9),
    "LinearLR": lambda o: lr_scheduler.LinearLR(o, 0.1, total_iters=12),
    "ExponentialLR": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "PolynomialLR": lambda o: lr_scheduler.PolynomialLR(o, 20, 2),
    "CosineAnnealingLR": lambda o: lr_scheduler.CosineAnnealingLR(o, 15, 1e-4),
    "CosineAnnealingWarmRestarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 4, 2),
    "CyclicLR": lambda o: lr_scheduler.CyclicLR(o, 1e-4, 1e-2, 3, mode="exp_range", gamma=0.99),
    "CyclicLR with a function": lambda o: lr_scheduler.CyclicLR(o, 1e-4, 1e-2, 3, scale_fn=Warm()),
    "OneCycleLR": lambda o: lr_scheduler.OneCycleLR(o, 0.1, total_steps=60),
    "ReduceLROnPlateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=0.5, patience=2),
    "LambdaLR": lambda o: lr_scheduler.LambdaLR(o, lambda epoch: 0.9**epoch),
    "LambdaLR of an object": lambda o: lr_scheduler.LambdaLR(o, Warm()),
    "MultiplicativeLR": lambda o: lr_scheduler.MultiplicativeLR(o, Warm()),
    "SWALR": lambda o: SWALR(o, 1e-3, 5),
    "SequentialLR": sequential,
    "ChainedScheduler": chained,
    "SequentialLR of a ChainedScheduler": nested,
}


def make_optimizer(name: str, tensor: bool) -> Optimizer:
    """Return an optimizer of two groups that has made a step, with all its buffers."""
    groups = [
        {"params": [torch.nn.Parameter(torch.ones(2))], "lr": 0.01, "name": "backbone"},
        {"params": [torch.nn.Parameter(torch.ones(3))], "lr": 0.1},
    ]
    if tensor:
        groups = [group | {"lr": torch.tensor(group["lr"])} for group in groups]
    arguments = {"momentum": 0.9} if name == "SGD" else {}
    optimizer: Optimizer = getattr(torch.optim, name)(groups, **arguments)
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.ones_like(parameter)
    return optimizer


def advance(scheduler: Any, calls: int, start: int = 0) -> list[list[float]]:
    """Return the LRs before each of some calls of a training loop."""
    seen = []
    for call in range(start, start + calls):
        seen.append([float(group["lr"]) for group in lrs_of(scheduler)])
        scheduler.optimizer.step()
        plateau = isinstance(scheduler, lr_scheduler.ReduceLROnPlateau)
        with warnings.catch_warnings():  # SequentialLR steps its children out of order
            warnings.simplefilter("ignore")
            scheduler.step(*([METRIC[call]] if plateau else []))
    return seen


def lrs_of(scheduler: Any) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = scheduler.optimizer.param_groups
    return groups


def build_quietly(build: Build, optimizer: Optimizer) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return build(optimizer)


def take_in(value: object, seen: dict[int, object]) -> object:
    """Return a value as plain data and identities, to be compared later."""
    if isinstance(value, torch.Tensor):
        return ("tensor", id(value), value.tolist())
    if id(value) in seen:
        return ("again", id(value))
    if isinstance(value, dict):
        seen[id(value)] = value
        return {str(key): take_in(each, seen) for key, each in value.items()} | {"": id(value)}
    if isinstance(value, list | tuple | set):
        seen[id(value)] = value
        return [id(value) if isinstance(value, list) else 0, *(take_in(v, seen) for v in value)]
    if hasattr(value, "__closure__") and value.__closure__:
        return [id(value), *(take_in(cell.cell_contents, seen) for cell in value.__closure__)]
    if hasattr(value, "__dict__") and not isinstance(value, type):
        seen[id(value)] = value
        return [id(value), take_in(vars(value), seen)]
    return value


def everything(scheduler: Any) -> object:
    """Return all that a scheduler and its optimizer are made of."""
    return take_in((vars(scheduler), vars(scheduler.optimizer)), {})


@pytest.fixture(params=[False, True], ids=["number", "tensor"])
def tensor(request: pytest.FixtureRequest) -> bool:
    """Whether learning rates are tensors."""
    return bool(request.param)


@pytest.mark.parametrize("past", [0, 7])
@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
@pytest.mark.parametrize("name", BUILDS)
def test_tells_what_a_twin_does_and_leaves_no_trace(
    name: str, kind: str, past: int, tensor: bool
) -> None:
    scheduler, twin = (build_quietly(BUILDS[name], make_optimizer(kind, tensor)) for _ in range(2))
    advance(scheduler, past)
    advance(twin, past)
    before = everything(scheduler)

    metric = METRIC[past : past + 20] if name == "ReduceLROnPlateau" else None
    run = lrviz.preview(scheduler, steps=20, metric=metric)

    assert everything(scheduler) == before
    expected = advance(twin, 20, past)
    np.testing.assert_allclose(run.lr.T, expected, rtol=1e-6 if tensor else 1e-12)
    assert advance(scheduler, 20, past) == expected
    assert run.curves[0].groups == ("backbone", "group 1")


@pytest.mark.parametrize("name", ["CyclicLR", "OneCycleLR"])
@pytest.mark.parametrize(("kind", "key"), [("SGD", "momentum"), ("AdamW", "betas")])
def test_momentum_is_told_and_left_alone_too(name: str, kind: str, key: str) -> None:
    scheduler, twin = (
        build_quietly(BUILDS[name], make_optimizer(kind, tensor=False)) for _ in range(2)
    )
    momentum = [group[key] for group in lrs_of(scheduler)]
    run = lrviz.preview(scheduler, steps=6)
    assert [group[key] for group in lrs_of(scheduler)] == momentum
    seen = []
    for _ in range(6):
        value = lrs_of(twin)[1][key]
        seen.append(value[0] if key == "betas" else value)
        advance(twin, 1)
    assert run.momentum is not None
    assert run.momentum[1].tolist() == seen


class Precious(torch.nn.Parameter):
    """A parameter that nobody may copy."""

    def __deepcopy__(self, memo: object) -> Any:
        raise AssertionError("copied")

    def __reduce_ex__(self, protocol: object) -> Any:
        raise AssertionError("copied")

    def clone(self, *_: object, **__: object) -> Any:
        """Refuse."""
        raise AssertionError("copied")


def test_no_parameter_and_no_buffer_of_the_optimizer_is_copied() -> None:
    weight, frozen = Precious(torch.ones(4)), Precious(torch.ones(4), requires_grad=False)
    optimizer = torch.optim.SGD([weight, frozen], lr=0.1)
    optimizer.state[weight]["momentum_buffer"] = Precious(torch.ones(4))
    scheduler = lr_scheduler.StepLR(optimizer, 2)
    params = copy_scheduler(scheduler).optimizer.param_groups[0]["params"]
    assert [id(each) for each in params] == [id(weight), id(frozen)]
    assert lrviz.preview(scheduler, steps=3).lr.tolist() == [[0.1, 0.1, 0.1 * 0.1]]
    assert list(optimizer.state) == [weight]


class Trainer:
    """Has a method that is a schedule, and is alive beside it."""

    def __init__(self) -> None:
        self.model = torch.nn.Linear(2, 2)
        self.model.register_parameter("extra", Precious(torch.ones(4)))
        self.lock = threading.Lock()
        self.waiting: queue.Queue[float] = queue.Queue(maxsize=2)
        self.past: list[int] = []

    def factor(self, epoch: int) -> float:
        """Halve, and tell who listens."""
        self.past.append(epoch)
        with self.lock:
            self.waiting.put(float(epoch))
        return 0.5 ** (len(self.past) - 1)


def test_what_is_alive_is_shared_and_the_rest_of_an_object_copied() -> None:
    """A writer, as of logs, has a queue and a thread that empties it; a copy has no thread."""
    trainer, emptied = Trainer(), list[float]()
    Thread(target=lambda: emptied.extend(iter(trainer.waiting.get, -1.0)), daemon=True).start()
    scheduler = lr_scheduler.LambdaLR(torch.optim.SGD([torch.ones(1)], lr=1.0), trainer.factor)
    assert lrviz.preview(scheduler, steps=9).lr[0].tolist() == [0.5**step for step in range(9)]
    assert trainer.past == [0]
    trainer.waiting.put(-1.0)


def test_what_cannot_be_copied_is_said() -> None:
    trainer = Trainer()
    vars(trainer)["batches"] = (each for each in range(9))
    scheduler = lr_scheduler.LambdaLR(torch.optim.SGD([torch.ones(1)], lr=1.0), trainer.factor)
    text = "^LambdaLR cannot be copied: TypeError: cannot pickle 'generator' object$"
    with pytest.raises(UsageError, match=text):
        lrviz.preview(scheduler, steps=3)


def test_a_step_that_would_step_the_original_is_refused() -> None:
    scheduler = lr_scheduler.ExponentialLR(make_optimizer("SGD", tensor=False), 0.5)
    original = scheduler.step
    scheduler.step = lambda epoch=None: original()  # type: ignore[method-assign]
    text = r"^ExponentialLR cannot be copied: its step\(\) was replaced by a function$"
    with pytest.raises(UsageError, match=text):
        lrviz.preview(scheduler, steps=3)
    assert scheduler.get_last_lr() == [0.01, 0.1]


def test_a_step_that_was_wrapped_to_be_logged_is_looked_ahead_of_and_logs_nothing() -> None:
    scheduler = lr_scheduler.ExponentialLR(make_optimizer("SGD", tensor=False), 0.5)
    original, logged = scheduler.step, list[float]()

    @functools.wraps(original)
    def step(epoch: int | None = None) -> None:
        original(epoch)
        logged.append(float(scheduler.get_last_lr()[0]))

    scheduler.step = step  # type: ignore[method-assign]
    assert lrviz.preview(scheduler, steps=3).lr[0].tolist() == [0.01, 0.005, 0.0025]
    assert logged == []
    scheduler.optimizer.step()
    scheduler.step()
    assert logged == [0.005]


def test_a_wrapper_that_holds_several_optimizers_is_one_of_its_scheduler() -> None:
    """As accelerate's is made."""

    class Accelerated:
        def __init__(self, scheduler: Any) -> None:
            self.scheduler, self.optimizers = scheduler, [scheduler.optimizer]

        def step(self) -> None:
            self.scheduler.step()

    inner = lr_scheduler.ExponentialLR(torch.optim.SGD([torch.ones(1)], lr=0.8), 0.5)
    assert lrviz.preview(Accelerated(inner), steps=3).lr.tolist() == [[0.8, 0.4, 0.2]]


def test_a_scheduler_that_raises_is_left_as_it_was() -> None:
    scheduler = lr_scheduler.OneCycleLR(make_optimizer("SGD", tensor=False), 0.1, total_steps=10)
    advance(scheduler, 4)
    before = everything(scheduler)
    with pytest.raises(SpecError, match=r"OneCycleLR: step\(\) after step 6 fails with ValueError"):
        lrviz.preview(scheduler, steps=9)
    assert everything(scheduler) == before


def test_an_optimizer_that_wraps_another_is_copied_with_it() -> None:
    class Wrapper(torch.optim.Optimizer):
        def __init__(self, optimizer: Optimizer) -> None:
            self.optimizer = optimizer

        @property
        def param_groups(self) -> Any:  # type: ignore[override]
            return self.optimizer.param_groups

        def __getstate__(self) -> dict[str, Any]:
            return vars(self)

        def __setstate__(self, state: dict[str, Any]) -> None:
            vars(self).update(state)

    optimizer = make_optimizer("SGD", tensor=False)
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    scheduler.optimizer = Wrapper(optimizer)
    assert lrviz.preview(scheduler, steps=2).lr.tolist() == [[0.01, 0.005], [0.1, 0.05]]
    assert [group["lr"] for group in optimizer.param_groups] == [0.01, 0.1]


def test_calls_come_every_epoch_where_that_is_asked() -> None:
    scheduler = lr_scheduler.StepLR(make_optimizer("SGD", tensor=False), 1, 0.5)
    run = lrviz.preview(scheduler, steps=6, steps_per_epoch=3, interval="epoch")
    assert run.lr[1].tolist() == [0.1, 0.1, 0.1, 0.05, 0.05, 0.05]
    assert str(run) == (
        "StepLR for backbone and group 1: 0.01/0.1, lowered to 5e-3/0.05 at epoch 1"
    )


def test_says_when_a_sequence_hands_over_from_here() -> None:
    scheduler = build_quietly(sequential, make_optimizer("SGD", tensor=False))
    advance(scheduler, 2)
    facts = lrviz.preview(scheduler, steps=10).schedulers[0]
    # Milestone 6 is torch's count at the sixth call; two have been made.
    assert [(each.name, each.calls, each.values) for each in facts.children] == [
        ("LinearLR", 3, range(4)),
        ("CosineAnnealingLR", 7, range(4, 10)),
    ]


def test_arguments_are_those_that_torch_keeps() -> None:
    scheduler = lr_scheduler.MultiStepLR(make_optimizer("SGD", tensor=False), [9, 3, 3], 0.5)
    facts = lrviz.preview(scheduler, steps=1).schedulers[0]
    assert facts.arguments == {"milestones": [3, 3, 9], "gamma": 0.5}
    assert facts.given == {"milestones", "gamma"}


@pytest.mark.parametrize(
    ("scheduler", "message"),
    [
        (3, "preview takes a live scheduler, not an int; simulate takes a spec or a factory"),
        (torch.optim.SGD([torch.ones(1)], 0.1), "SGD is an optimizer, and no scheduler"),
        (lr_scheduler.StepLR, "StepLR is a class; it must be given its optimizer"),
    ],
    ids=["number", "optimizer", "class"],
)
def test_what_is_no_scheduler_is_refused(scheduler: object, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        lrviz.preview(scheduler, steps=1)
    assert message in str(caught.value)


def test_a_plateau_needs_a_metric() -> None:
    scheduler = BUILDS["ReduceLROnPlateau"](make_optimizer("SGD", tensor=False))
    with pytest.raises(SpecError, match="ReduceLROnPlateau needs a metric"):
        lrviz.preview(scheduler, steps=3)


def test_steps_are_whole_epochs() -> None:
    scheduler = BUILDS["StepLR"](make_optimizer("SGD", tensor=False))
    with pytest.raises(UsageError, match="steps: 10 are no whole epochs of 4 steps"):
        lrviz.preview(scheduler, steps=10, steps_per_epoch=4)


@pytest.fixture
def noisy() -> Iterator[Any]:
    """A scheduler whose function draws from every random generator, and stops gradients."""

    def factor(epoch: int) -> float:
        torch.set_grad_enabled(False)
        return 1 + random.random() + float(np.random.rand()) + float(torch.rand(()))

    scheduler = lr_scheduler.LambdaLR(make_optimizer("SGD", tensor=False), factor)
    torch.set_grad_enabled(True)
    yield scheduler
    torch.set_grad_enabled(True)


def test_random_generators_gradients_and_warnings_are_left_alone(noisy: Any) -> None:
    def state() -> object:
        numpy = np.random.get_state(legacy=False)["state"]["key"].tolist()
        filters = [*warnings.filters]
        return random.getstate(), numpy, torch.get_rng_state().tolist(), filters

    before = state()
    lrviz.preview(noisy, steps=5)
    assert state() == before
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("requires_grad", [False, True])
def test_a_rate_that_is_a_parameter_is_left_alone_too(requires_grad: bool) -> None:
    rate = torch.nn.Parameter(torch.tensor(0.5), requires_grad=False)
    optimizer = torch.optim.SGD([torch.ones(1)], lr=rate)
    scheduler = lr_scheduler.StepLR(optimizer, 2, 0.5)
    rate.requires_grad_(requires_grad)
    if requires_grad:  # torch itself refuses to write into it
        with pytest.raises(SpecError, match="leaf Variable that requires grad"):
            lrviz.preview(scheduler, steps=6)
    else:
        run = lrviz.preview(scheduler, steps=6)
        assert run.lr.tolist() == [[0.5, 0.5, 0.25, 0.25, 0.125, 0.125]]
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == 0.5


def test_what_has_no_effect_is_a_warning() -> None:
    scheduler = BUILDS["StepLR"](make_optimizer("SGD", tensor=False))
    with pytest.warns(UserWarning, match="metric: is not used; StepLR takes none") as caught:
        lrviz.preview(scheduler, steps=2, metric=[1])
    assert caught[0].filename == __file__


@pytest.mark.parametrize("start", [-1, 2.5, "2", True, float("inf")])
def test_where_a_scheduler_stands_is_a_whole_number(timm: Any, start: Any) -> None:
    scheduler = timm.CosineLRScheduler(make_optimizer("SGD", tensor=False), 3)
    with pytest.raises(UsageError, match=r"^start: must be "):
        lrviz.preview(scheduler, steps=2, start=start)
