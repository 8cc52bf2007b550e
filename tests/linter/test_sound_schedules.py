"""Schedules that people train well with earn no error and no warning, whatever their lengths."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrviz.drive.runs import simulate
from lrviz.linter.engine import lint_run
from lrviz.linter.rules import RULES
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree

Tree = dict[str, Any]
Draw = st.DrawFn

RATES = st.sampled_from([1e-4, 3e-4, 1e-3, 0.01, 0.05, 0.1, 0.3])
START_FACTORS = st.sampled_from([1e-3, 0.01, 0.1, 1 / 3, 0.5])
FLOORS = st.sampled_from([0.0, 1e-3, 0.01, 0.1])


def sequential(*phases: tuple[Tree, int]) -> Tree:
    """Return phases one after another, each with the calls that it is given."""
    ends = [sum(calls for _, calls in phases[: index + 1]) for index in range(len(phases))]
    return {"SequentialLR": {"schedulers": [each for each, _ in phases], "milestones": ends[:-1]}}


@st.composite
def warmups(draw: Draw, calls: int) -> Tree:
    """A warm-up of so many calls, in a straight line or at a constant fraction."""
    factor = draw(START_FACTORS)
    if draw(st.booleans()):
        return {"LinearLR": {"start_factor": factor, "total_iters": calls}}
    return {"ConstantLR": {"factor": factor, "total_iters": calls}}


@st.composite
def decays(draw: Draw, calls: int, floor: float) -> Tree:
    """A decay that is over after so many calls; `floor` is below the LR of every group."""
    match draw(st.sampled_from(["cosine", "linear", "polynomial", "exponential"])):
        case "cosine":
            less = draw(st.sampled_from([0, 0, 1])) if calls > 1 else 0
            return {"CosineAnnealingLR": {"T_max": calls - less, "eta_min": floor}}
        case "linear":
            end = draw(FLOORS)
            return {"LinearLR": {"start_factor": 1.0, "end_factor": end, "total_iters": calls}}
        case "polynomial":
            power = draw(st.sampled_from([0.5, 1.0, 2.0, 3.0]))
            return {"PolynomialLR": {"total_iters": calls, "power": power}}
    last = draw(st.sampled_from([1e-3, 0.01, 0.1, 0.5]))
    return {"ExponentialLR": {"gamma": last ** (1 / calls)}}


@st.composite
def warmup_then_decay(draw: Draw, calls: int, floor: float) -> Tree:
    warmup = draw(st.integers(1, max(1, calls // 3)))
    rest = calls - warmup
    if rest < 1:
        return draw(decays(calls, floor))
    return sequential((draw(warmups(warmup)), warmup), (draw(decays(rest, floor)), rest))


@st.composite
def warmup_stable_decay(draw: Draw, calls: int, _: float) -> Tree:
    if calls < 4:
        return {"CosineAnnealingLR": {"T_max": calls}}
    warmup = draw(st.integers(1, calls // 3))
    decay = draw(st.integers(1, calls // 3))
    stable = calls - warmup - decay
    hold = {"ConstantLR": {"factor": 1.0, "total_iters": stable}}
    end = {"LinearLR": {"start_factor": 1.0, "end_factor": draw(FLOORS), "total_iters": decay}}
    return sequential((draw(warmups(warmup)), warmup), (hold, stable), (end, decay))


@st.composite
def steps(draw: Draw, calls: int, _: float) -> Tree:
    gamma = draw(st.sampled_from([0.1, 0.2, 0.5, 0.9]))
    if calls < 4:
        return {"ExponentialLR": {"gamma": 0.5}}
    if draw(st.sampled_from(["StepLR", "MultiStepLR"])) == "StepLR":
        every = draw(st.integers(max(1, calls // 5), calls - 1))
        return {"StepLR": {"step_size": every, "gamma": gamma}}
    places = st.integers(1, calls - 1)
    milestones = sorted(draw(st.sets(places, min_size=1, max_size=3)))
    return {"MultiStepLR": {"milestones": milestones, "gamma": gamma}}


@st.composite
def restarts(draw: Draw, calls: int, floor: float) -> Tree:
    """Warm restarts whose last cycle ends with the run."""
    lengths = [n for n in range(2, calls // 2 + 1) if calls % n == 0]
    growing = [n for n in range(2, calls // 3 + 1) if n * 3 == calls or n * 7 == calls]
    doubles = draw(st.booleans())
    if growing and doubles:
        given = {"T_0": draw(st.sampled_from(growing)), "T_mult": 2, "eta_min": floor}
        return {"CosineAnnealingWarmRestarts": given}
    if not lengths:
        return draw(warmup_then_decay(calls, floor))
    first = draw(st.sampled_from(lengths))
    return {"CosineAnnealingWarmRestarts": {"T_0": first, "eta_min": floor}}


@st.composite
def lambdas(draw: Draw, calls: int, _: float) -> Tree:
    warmup = draw(st.integers(1, max(1, calls // 3)))
    rest = max(1, calls - warmup)
    up = f"(epoch + 1) / {warmup + 1} if epoch < {warmup} else "
    forms = [
        f"{up}0.5 * (1 + cos(pi * (epoch - {warmup}) / {rest}))",
        f"{up}max(0, 1 - (epoch - {warmup}) / {rest})",
        f"min((epoch + 1) / {warmup}, sqrt({warmup} / (epoch + 1)))",
        f"{up}0.01 ** ((epoch - {warmup}) / {rest})",
        "1 / sqrt(1 + epoch)",
        "1 / (1 + 0.1 * epoch)",
    ]
    return {"LambdaLR": {"lr_lambda": draw(st.sampled_from(forms))}}


@st.composite
def alone(draw: Draw, calls: int, floor: float) -> Tree:
    return draw(decays(calls, floor))


@st.composite
def cyclic(draw: Draw, calls: int, rates: list[float]) -> Tree:
    """A CyclicLR whose last cycle ends with the run."""
    half = draw(st.sampled_from([n for n in range(1, calls // 2 + 1) if calls % (2 * n) == 0]))
    lows = [rate / 10 for rate in rates]
    mode = draw(st.sampled_from(["triangular", "triangular2", "exp_range"]))
    given: Tree = {"base_lr": lows, "max_lr": rates, "step_size_up": half, "mode": mode}
    if mode == "exp_range":
        given["gamma"] = draw(st.sampled_from([0.9, 0.99, 0.999]))
    return {"CyclicLR": given}


@st.composite
def one_cycle(draw: Draw, calls: int, rates: list[float]) -> Tree:
    share = draw(st.sampled_from([0.1, 0.25, 0.3, 0.4]))
    given = {"max_lr": [25 * rate for rate in rates], "total_steps": calls, "pct_start": share}
    strategy = draw(st.sampled_from(["cos", "linear"]))
    return {"OneCycleLR": {**given, "anneal_strategy": strategy}}


RECIPES = (alone, warmup_then_decay, warmup_stable_decay, steps, restarts, lambdas)
KINDS = (*RECIPES, "one_cycle", "cyclic", "plateau")


@st.composite
def optimizers(draw: Draw) -> tuple[Tree, list[float]]:
    """An optimizer and the learning rate of each of its groups."""
    rates = draw(st.lists(RATES, min_size=1, max_size=3))
    name = draw(st.sampled_from(["SGD", "Adam", "AdamW", "RMSprop"]))
    given: Tree = {"lr": rates[0]}
    if name in ("SGD", "RMSprop"):
        given["momentum"] = 0.9
    if len(rates) > 1:
        given["param_groups"] = [{"lr": rate} for rate in rates]
    return {name: given}, rates


@st.composite
def sound_specs(draw: Draw) -> Tree:
    epochs, steps_per_epoch = draw(st.integers(2, 12)), draw(st.integers(1, 25))
    interval = draw(st.sampled_from(["step", "epoch"]))
    calls = epochs if interval == "epoch" else epochs * steps_per_epoch
    optimizer, rates = draw(optimizers())
    run = {"epochs": epochs, "steps_per_epoch": steps_per_epoch, "interval": interval}
    spec = {**run, "optimizer": optimizer}
    kind = draw(st.sampled_from(KINDS))
    if kind == "plateau":
        falls = [0.9**call for call in range(calls)]
        patience = draw(st.integers(0, calls - 1))
        return {**spec, "scheduler": {"ReduceLROnPlateau": {"patience": patience}}, "metric": falls}
    if kind == "cyclic" and calls % 2 == 0:
        return {**spec, "scheduler": draw(cyclic(calls, rates))}
    if kind == "one_cycle" and calls >= 12:
        return {**spec, "scheduler": draw(one_cycle(calls, rates))}
    recipe = alone if isinstance(kind, str) else kind
    floor = draw(FLOORS) * min(rates)
    return {**spec, "scheduler": draw(recipe(calls, floor))}


@given(sound_specs())
@settings(suppress_health_check=list(HealthCheck))
def test_a_sound_schedule_earns_no_error_and_no_warning(tree: Tree) -> None:
    findings = lint_run(simulate(parse_tree(tree, Source())), RULES.values())
    assert [str(each) for each in findings if each.is_failure] == []
