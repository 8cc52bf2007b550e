"""Resuming: what each way that people go on does to a schedule."""

import warnings
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler
from torch.optim.swa_utils import SWALR

import lrviz
from lrviz.run.resumed import WAYS, Resumed
from lrviz.spec.catalog import SCHEDULERS
from lrviz.spec.model import Spec

STEPS = 30
STOPS = (1, 4, 6, 9, 14, 20)
HEAD = "steps: 30\noptimizer: {SGD: {lr: 0.1, momentum: 0.9}}\nscheduler:\n  "

Make = Callable[..., Any]


def sequence(optimizer: Any, **more: Any) -> Any:
    parts = [
        lr_scheduler.LinearLR(optimizer, 0.1, total_iters=6),
        lr_scheduler.CosineAnnealingLR(optimizer, 24),
    ]
    return lr_scheduler.SequentialLR(optimizer, parts, [6], **more)


def chain(optimizer: Any, **more: Any) -> Any:
    parts = [
        lr_scheduler.ConstantLR(optimizer, 0.1, total_iters=20),
        lr_scheduler.ExponentialLR(optimizer, 0.9),
    ]
    return lr_scheduler.ChainedScheduler(parts, optimizer, **more)


def of(name: str, *given: Any, **named: Any) -> Make:
    found: Any = SWALR if name == "SWALR" else getattr(lr_scheduler, name)
    return lambda optimizer, **more: found(optimizer, *given, **named, **more)


# Each class twice, as a spec and as torch builds it, with arguments that show each of its faults.
BUILT: Mapping[str, tuple[str, Make]] = {
    "StepLR": ("{step_size: 6, gamma: 0.5}", of("StepLR", 6, 0.5)),
    "MultiStepLR": ("{milestones: [6, 14], gamma: 0.3}", of("MultiStepLR", [6, 14], 0.3)),
    "ExponentialLR": ("{gamma: 0.9}", of("ExponentialLR", 0.9)),
    "MultiplicativeLR": ("{lr_lambda: 0.9}", of("MultiplicativeLR", lambda _: 0.9)),
    "PolynomialLR": ("{total_iters: 30}", of("PolynomialLR", 30)),
    "CosineAnnealingLR": ("{T_max: 30}", of("CosineAnnealingLR", 30)),
    "ConstantLR": ("{factor: 0.3, total_iters: 9}", of("ConstantLR", 0.3, 9)),
    "LinearLR": ("{start_factor: 0.1, total_iters: 9}", of("LinearLR", 0.1, total_iters=9)),
    "SequentialLR": (
        "{schedulers: [LinearLR: {start_factor: 0.1, total_iters: 6}, "
        "CosineAnnealingLR: {T_max: 24}], milestones: [6]}",
        sequence,
    ),
    "ChainedScheduler": (
        "{schedulers: [ConstantLR: {factor: 0.1, total_iters: 20}, ExponentialLR: {gamma: 0.9}]}",
        chain,
    ),
    "CosineAnnealingWarmRestarts": ("{T_0: 7, T_mult: 2}", of("CosineAnnealingWarmRestarts", 7, 2)),
    "CyclicLR": (
        "{base_lr: 0.01, max_lr: 0.1, step_size_up: 4}",
        of("CyclicLR", 0.01, 0.1, step_size_up=4),
    ),
    "OneCycleLR": ("{max_lr: 0.1, total_steps: 30}", of("OneCycleLR", 0.1, 30)),
    "LambdaLR": (
        "{lr_lambda: 'min(1, (epoch + 1) / 8)'}",
        of("LambdaLR", lambda call: min(1, (call + 1) / 8)),
    ),
    "ReduceLROnPlateau": (
        "{factor: 0.5, patience: 2}\nmetric: [1]",
        of("ReduceLROnPlateau", factor=0.5, patience=2),
    ),
    "SWALR": ("{swa_lr: 0.01, anneal_epochs: 8}", of("SWALR", 0.01, 8)),
}

# What is known of torch: for each stop `ok`; `one`, only the first step is wrong; `all`, every one;
# `some`, others, as where the first is right and the rest is not; `none`, there is no such way.
WAYS_OF = ("both", "before", "scheduler", "optimizer", "last_epoch")
OK, ONE, ALL, SOME, NONE = (
    f"{word} " * len(STOPS) for word in ("ok", "one", "all", "some", "none")
)
DROPPED = "ok ok all all all all"
TABLE: Mapping[str, tuple[str, ...]] = {
    "StepLR": (OK, OK, DROPPED, "some some ok some some some", "ok ok all ok ok ok"),
    "MultiStepLR": (OK, OK, DROPPED, SOME, "ok ok all ok all ok"),
    "ExponentialLR": (OK, OK, ALL, OK, OK),
    "MultiplicativeLR": (OK, OK, ALL, OK, OK),
    "PolynomialLR": (OK, OK, ALL, SOME, OK),
    "CosineAnnealingLR": (OK, OK, ALL, SOME, OK),
    "ConstantLR": (OK, ALL, "ok ok ok all all all", SOME, "ok ok ok all ok ok"),
    "LinearLR": (OK, ALL, ALL, SOME, OK),
    "SequentialLR": (
        *(OK, "some some all all all all", "some some all all all all", SOME),
        "some some all all all all",
    ),
    "ChainedScheduler": (OK, ALL, ALL, "some some some some some ok", NONE),
    # Built with last_epoch, torch 2.13 takes the count modulo T_0; older ones subtract T_0 once.
    "CosineAnnealingWarmRestarts": (OK, ONE, ONE, SOME, "ok ok ok ok all all"),
    "CyclicLR": (OK, ONE, ONE, SOME, OK),
    "OneCycleLR": (OK, ONE, ONE, SOME, OK),
    "LambdaLR": (OK, ONE, ONE, SOME, OK),
    "ReduceLROnPlateau": (OK, OK, "ok all all all all all", SOME, NONE),
    "SWALR": (OK, OK, "some some some one one one", *["some some some ok ok ok"] * 2),
}


def parse(name: str) -> Spec:
    return lrviz.parse_spec(f"{HEAD}{name}: {BUILT[name][0]}\n")


@cache
def rows_of(name: str) -> Mapping[tuple[int, str], Resumed]:
    spec = parse(name)
    return {(at, row.way): row for at in STOPS for row in lrviz.resume(spec, at=at)}


def classify(row: Resumed) -> str:
    """Return the word of the table for a row."""
    if row.verdict != "wrong":
        return {"right": "ok"}.get(row.verdict, row.verdict)
    assert row.parts is not None
    if row.wrong == row.steps:
        return "all"
    if row.wrong == 1 and row.parts == row.at:
        assert row.recovers == row.at + 1
        return "one"
    return "some"


def test_every_class_of_torch_is_in_the_table() -> None:
    assert TABLE.keys() == BUILT.keys() == SCHEDULERS.keys()


@pytest.mark.parametrize("name", TABLE)
def test_each_way_is_right_or_wrong_as_torch_is_known_to_be(name: str) -> None:
    rows = rows_of(name)
    found = {way: [classify(rows[at, way]) for at in STOPS] for way in WAYS_OF}
    assert found == {way: told.split() for way, told in zip(WAYS_OF, TABLE[name], strict=True)}
    assert all(rows[at, "anew"].verdict == "right" for at in STOPS)


@pytest.mark.parametrize(
    ("name", "way", "factor"),
    [
        ("ConstantLR", "before", 1 / 0.3),
        ("LinearLR", "before", 10),
        ("SequentialLR", "before", 10),
        ("ChainedScheduler", "before", 10),
        ("CosineAnnealingWarmRestarts", "before", 80),
        ("CyclicLR", "before", 10),
        ("OneCycleLR", "before", 25),
        ("LambdaLR", "scheduler", 8),
    ],
)
def test_what_is_wrong_is_so_by_up_to_a_known_factor(name: str, way: str, factor: float) -> None:
    worst = max(
        max(row.factor, 1 / row.factor) for (_, each), row in rows_of(name).items() if each == way
    )
    assert worst == pytest.approx(factor, rel=0.01)


def drive(optimizer: Any, scheduler: Any, first: int) -> list[float]:
    read = []
    for _ in range(first, STEPS):
        read.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        plateau = isinstance(scheduler, lr_scheduler.ReduceLROnPlateau)
        scheduler.step(*([1.0] if plateau else []))
    return read


def sgd() -> Any:
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.grad = torch.ones(2)
    return torch.optim.SGD([parameter], lr=0.1, momentum=0.9)


def save(state: Any) -> bytes:
    data = BytesIO()
    torch.save(state, data)
    return data.getvalue()


def load(data: bytes) -> Any:
    return torch.load(BytesIO(data), weights_only=True)


def resume_by_hand(way: str, make: Make, of_optimizer: bytes, of_scheduler: bytes, at: int) -> Any:
    """Go on as a training script does, with what torch.load gives where only weights are read."""
    optimizer = sgd()
    if way in ("before", "last_epoch"):
        optimizer.load_state_dict(load(of_optimizer))
    scheduler = make(optimizer, **({"last_epoch": at - 1} if way == "last_epoch" else {}))
    if way == "other order":
        optimizer.load_state_dict(load(of_optimizer))
    if way in ("both", "other order", "before", "scheduler"):
        scheduler.load_state_dict(load(of_scheduler))
    if way in ("both", "optimizer"):
        optimizer.load_state_dict(load(of_optimizer))
    return drive(optimizer, scheduler, at)


@pytest.mark.parametrize("name", TABLE)
def test_the_values_are_those_of_a_training_script_with_a_gradient(name: str) -> None:
    make, rows = BUILT[name][1], rows_of(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for at in (6, 14):
            optimizer = sgd()
            scheduler = make(optimizer)
            for _ in range(at):
                optimizer.step()
                plateau = isinstance(scheduler, lr_scheduler.ReduceLROnPlateau)
                scheduler.step(*([1.0] if plateau else []))
            states = save(optimizer.state_dict()), save(scheduler.state_dict())
            for way in WAYS_OF:
                if rows[at, way].verdict == "none":
                    with pytest.raises(TypeError):
                        make(sgd(), last_epoch=at - 1)
                    continue
                curve = rows[at, way].curve
                assert curve is not None
                assert curve.lr[0, at:].tolist() == resume_by_hand(way, make, *states, at)
            # In which order both are loaded makes no difference.
            right = resume_by_hand("other order", make, *states, at)
            assert right == resume_by_hand("both", make, *states, at)


@pytest.mark.parametrize("name", TABLE)
def test_the_catalog_says_which_ways_keep_a_scheduler_of_torch(name: str) -> None:
    rows = rows_of(name)
    safe = [way for way in WAYS if all(rows[at, way].verdict == "right" for at in STOPS)]
    # A constant factor a call survives where one that changes does not, as in the example below.
    lucky = ["optimizer"] if name == "MultiplicativeLR" else []
    assert [*SCHEDULERS[name].resume, "anew"] == [way for way in safe if way not in lucky]


@pytest.mark.parametrize("name", TABLE)
def test_what_the_catalog_calls_safe_is_so_for_its_example_at_every_stop(name: str) -> None:
    entry = SCHEDULERS[name]
    example = "".join(f"\n    {line}" for line in entry.example.strip().splitlines())
    metric = f"metric: {entry.metric}\n" if entry.metric else ""
    text = f"epochs: 4\nsteps_per_epoch: 8\n{metric}scheduler:\n  {name}:{example or ' {}'}\n"
    found = {row.way: row for row in lrviz.resume(lrviz.parse_spec(text))}
    assert {way: found[way].stops for way in entry.resume} == dict.fromkeys(entry.resume, ())
    assert {found[way].verdict for way in entry.resume} == {"right"}
