"""A plan held against logs of runs that torch made here, in plain loops, right and wrong."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler as lrs

from lrviz.check.logged.held import Held
from lrviz.check.logged.holding import hold
from lrviz.curve import Values
from lrviz.drive.runs import simulate
from lrviz.run.driven import Run
from lrviz.run.log import Log, Precision, Series
from lrviz.spec.parse import parse_spec
from lrviz.system.process import hide_warnings

STEPS, WARMUP, EACH, LR = 200, 20, 20, 0.1

Maker = Callable[..., Any]


def warm(optimizer: Any, steps: int = WARMUP) -> Any:
    return lrs.LinearLR(optimizer, 0.1, total_iters=steps)


def cosine_after(optimizer: Any, steps: int = STEPS) -> Any:
    rest = lrs.CosineAnnealingLR(optimizer, steps - WARMUP, 1e-3)
    return lrs.SequentialLR(optimizer, [warm(optimizer), rest], [WARMUP])


def transformers_linear(optimizer: Any, steps: int = STEPS, warmup: int = WARMUP) -> Any:
    from transformers import get_linear_schedule_with_warmup

    return get_linear_schedule_with_warmup(optimizer, warmup, steps)  # type: ignore[no-untyped-call]


# Each as a spec has it, and as a loop builds it for another number of steps.
PLANS: dict[str, tuple[str, Maker]] = {
    "warm-up, cosine": (
        "{SequentialLR: {schedulers: [LinearLR: {start_factor: 0.1, total_iters: 20}, "
        "CosineAnnealingLR: {T_max: =total_calls - 20, eta_min: 1e-3}], milestones: [20]}}",
        cosine_after,
    ),
    "StepLR": (
        "{StepLR: {step_size: 30, gamma: 0.5}}",
        lambda optimizer, steps=STEPS: lrs.StepLR(optimizer, 30 * steps // STEPS, 0.5),
    ),
    "cosine": (
        "{CosineAnnealingLR: {T_max: 200}}",
        lambda optimizer, steps=STEPS: lrs.CosineAnnealingLR(optimizer, steps),
    ),
    "LinearLR": (
        "{LinearLR: {start_factor: 1.0, end_factor: 0.0, total_iters: =total_calls}}",
        lambda optimizer, steps=STEPS: lrs.LinearLR(optimizer, 1.0, 0.0, steps),
    ),
    "OneCycleLR": (
        "{OneCycleLR: {max_lr: 0.1, total_steps: =total_calls}}",
        lambda optimizer, steps=STEPS, peak=LR: lrs.OneCycleLR(optimizer, peak, steps),
    ),
    "ExponentialLR": (
        "{ExponentialLR: {gamma: 0.98}}",
        lambda optimizer, steps=STEPS: lrs.ExponentialLR(optimizer, 0.98),
    ),
    "PolynomialLR": (
        "{PolynomialLR: {total_iters: 200, power: 2.0}}",
        lambda optimizer, steps=STEPS: lrs.PolynomialLR(optimizer, steps, 2.0),
    ),
    "transformers' linear": (
        "{transformers.get_linear_schedule_with_warmup: {num_warmup_steps: 20}}",
        transformers_linear,
    ),
}


def sgd(lr: float = LR) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.9)


def train(
    build: Maker,
    *,
    steps: int = STEPS,
    calls: int = 1,
    every: int = 1,
    skipped: int = 0,
    lr: float = LR,
    before: int = 0,
    **given: Any,
) -> Values:
    """Return what a plain loop trains with; a step in which torch raises is never logged."""
    optimizer = sgd(lr)
    with hide_warnings():
        scheduler = build(optimizer, **given)
        for _ in range(before):
            scheduler.step()
        values = []
        for step in range(steps):
            values.append(optimizer.param_groups[0]["lr"])
            if step >= skipped and (step + 1) % every == 0:
                try:
                    for _ in range(calls):
                        scheduler.step()
                except ValueError:
                    return np.array(values[:-1], dtype=float)
    return np.array(values, dtype=float)


def restart(build: Maker, at: int) -> Values:
    return np.concatenate([train(build, steps=at), train(build, steps=STEPS - at)])


def jump(build: Maker, at: int, state: int) -> Values:
    after = train(build, before=state, steps=min(STEPS - at, STEPS - state))
    return np.concatenate([train(build, steps=at), after])


def load_optimizer_first(build: Maker, at: int) -> Values:
    """Stop, load the optimizer's state, build the scheduler on it, and load its state."""
    with hide_warnings():
        optimizer = sgd()
        scheduler = build(optimizer)
        for _ in range(at):
            scheduler.step()
        again = sgd()
        again.load_state_dict(optimizer.state_dict())
        other = build(again)
        other.load_state_dict(scheduler.state_dict())
        values = []
        for _ in range(STEPS - at):
            values.append(again.param_groups[0]["lr"])
            other.step()
    return np.concatenate([train(build, steps=at), values])


def scaled(build: Maker, name: str, factor: float) -> Values:
    if name == "OneCycleLR":
        return train(build, peak=LR * factor)
    return train(build, lr=LR * factor)


def without_warmup(name: str, build: Maker) -> Values | None:
    match name:
        case "warm-up, cosine":
            return train(lambda o: lrs.CosineAnnealingLR(o, STEPS - WARMUP, 1e-3), steps=180)
        case "transformers' linear":
            return train(build, warmup=0)
    return None


def warmed_twice(name: str, build: Maker) -> Values | None:
    if name != "warm-up, cosine":
        return None

    def build_twice(optimizer: Any) -> Any:
        rest = lrs.CosineAnnealingLR(optimizer, STEPS - WARMUP, 1e-3)
        parts = [warm(optimizer), warm(optimizer), rest]
        return lrs.SequentialLR(optimizer, parts, [WARMUP, 2 * WARMUP])

    return train(build_twice)


FAMILIES: dict[str, Maker] = {
    "ConstantLR": lambda o: lrs.ConstantLR(o, 1.0),
    "LinearLR": lambda o: lrs.LinearLR(o, 1.0, 0.0, STEPS),
    "CosineAnnealingLR": lambda o: lrs.CosineAnnealingLR(o, STEPS),
    "ExponentialLR": lambda o: lrs.ExponentialLR(o, 0.97),
    "StepLR": lambda o: lrs.StepLR(o, 50, 0.1),
}


def plant(name: str, build: Maker) -> Iterator[tuple[str, str, Values]]:
    """Yield faults: the kind, what it is in short, and what was trained with."""
    yield "calls", "2 calls a step", train(build, calls=2)
    yield "calls", "8 calls a step", train(build, calls=8)
    yield "every", "a call every 4 steps", train(build, every=4)
    yield "per-epoch", "once an epoch", train(build, every=EACH)
    yield "scaled", "4 times", scaled(build, name, 4)
    yield "scaled", "sqrt(8) times", scaled(build, name, 8**0.5)
    yield "scaled", "0.37 times", scaled(build, name, 0.37)
    yield "shifted", "30 steps late", train(build, skipped=30)
    yield "shifted", "15 steps ahead", train(build, before=15, steps=185)
    yield "restarted", "at 77", restart(build, 77)
    yield "restarted", "at 120", restart(build, 120)
    yield "resumed", "at 120 from 90", jump(build, 120, 90)
    yield "resumed", "at 80 from 110", jump(build, 80, 110)
    if name in ("LinearLR", "warm-up, cosine"):
        yield "resumed", "optimizer first", load_optimizer_first(build, 100)
    if name != "ExponentialLR":
        yield "length", "300 steps", train(lambda o: build(o, 300))
        yield "length", "120 steps", train(lambda o: build(o, 120))
    yield "never", "never called", train(build, every=10_000)
    if (values := without_warmup(name, build)) is not None:
        yield "no-warmup", "no warm-up", values
    if (values := warmed_twice(name, build)) is not None:
        yield "warmup-twice", "warm-up twice", values
    for family, make in FAMILIES.items():
        if not {family, name} <= {"cosine", "CosineAnnealingLR"} and family != name:
            values = train(make)
            # What stays at the optimizer's own is one thing, whatever it is called; and so is what
            # the plan is without its warm-up.
            kind = "never" if np.ptp(values) == 0 else "family"
            if (name, family) == ("transformers' linear", "LinearLR"):
                kind = "no-warmup"
            yield kind, family, values


class Form(NamedTuple):
    """How a run is logged."""

    precision: Precision
    every: int
    offset: int


def to_digits(values: Values, digits: int) -> Values:
    return np.array([float(f"{value:.{digits - 1}e}") for value in values])


FORMATS: dict[str, tuple[Precision, Callable[[Values], Values]]] = {
    "full": (Precision(), lambda values: values),
    "float32": (
        Precision("float32", relative=6e-8, absolute=1e-45),
        lambda values: values.astype(np.float32).astype(float),
    ),
    "6 digits": (Precision("6 digits", relative=5e-6), lambda values: to_digits(values, 6)),
    "4 digits": (Precision("4 digits", relative=5e-4), lambda values: to_digits(values, 4)),
}
FORMS = [
    (precision, every, offset)
    for precision in FORMATS
    for every in (1, 10, 50)
    for offset in (0, -1, 1)
]


def write_log(values: Values, form: tuple[str, int, int]) -> Log:
    """Return the log of a run: at log step s stands the value of step s + offset."""
    name, every, offset = form
    precision, rounded = FORMATS[name]
    steps = np.arange(0, len(values) + 2, every)
    index = steps + offset
    known = (index >= 0) & (index < len(values))
    logged = rounded(values)[index[known]]
    series = Series("lr", steps[known], logged)
    return Log("run.csv", "csv", "step", (series,), precision)


def load_plan(text: str, length: str = "epochs: 10, steps_per_epoch: 20") -> Run:
    lr = "optimizer: {SGD: {lr: 0.1, momentum: 0.9}}"
    return simulate(parse_spec(f"{{{length}, {lr}, scheduler: {text}}}"))


def drive(spec: Any) -> Run:
    with hide_warnings():
        return simulate(spec)


def judge(kind: str, held: Held) -> str:
    kinds = [each.kind for each in held.findings]
    if not held.parted:
        return "hidden"
    if kinds == ["different"]:
        return "unnamed"
    if kinds[0] == kind:
        return "right" if len(kinds) == 1 else "right, with others"
    return "among others" if kind in kinds else "wrong"


def is_hidden(values: Values, plan: Values, form: tuple[str, int, int]) -> bool:
    """Whether the log of a faulty run is one that the plan could have written, too."""
    log = write_log(values, form).series[0]
    for offset in (-1, 0, 1):
        at = log.steps + offset
        known = (at >= 0) & (at < len(plan))
        meant = FORMATS[form[0]][1](plan)[at[known]]
        if np.allclose(meant, log.values[known], rtol=1e-3, atol=0):
            return True
    return False


def survey(pick: Callable[[int, int], bool]) -> tuple[dict[str, Counter[str]], list[str]]:
    table: dict[str, Counter[str]] = {}
    told = []
    number = 0
    for name, (text, build) in PLANS.items():
        run = load_plan(text)
        right = train(build)
        for kind, what, values in plant(name, build):
            for place, form in enumerate(FORMS):
                number += 1
                if not pick(number, place):
                    continue
                held = hold(run, write_log(values, form), drive)
                result = judge(kind, held)
                if result == "hidden" and not is_hidden(values, right, form):
                    result = "missed"
                table.setdefault(kind, Counter())[result] += 1
                if result not in ("right", "hidden"):
                    told.append(f"{result}: {name}, {kind} {what}, {form}: {held.sentence}")
    return table, told


def test_of_planted_faults_nearly_all_are_named_and_none_wrongly() -> None:
    table, told = survey(lambda number, place: number * 7 % 131 == 0)
    total: Counter[str] = sum(table.values(), Counter())
    right = total["right"] + total["right, with others"] + total["among others"] + total["hidden"]
    assert total["wrong"] == total["missed"] == 0, "\n".join(told)
    assert right >= 0.95 * total.total(), "\n".join(told)


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("length", [STEPS, 90])
def test_a_run_that_follows_its_plan_is_never_accused(name: str, length: int) -> None:
    text, build = PLANS[name]
    run = load_plan(text)
    values = train(build)[:length]
    for form in FORMS:
        held = hold(run, write_log(values, form), drive)
        assert not held.parted, (form, held.sentence)
        assert held.sentence.startswith("matches <spec> at ")


@pytest.mark.parametrize("name", PLANS)
def test_calls_after_every_step_in_place_of_every_epoch_are_named(name: str) -> None:
    text, build = PLANS[name]
    run = load_plan(text, "epochs: 200, steps_per_epoch: 5, interval: epoch")
    held = hold(run, write_log(train(build), ("float32", 1, 0)), drive)
    assert "per-step" in [each.kind for each in held.findings], held.sentence
