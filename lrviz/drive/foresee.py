"""Values on which torch raises, at once or calls later, said before it is driven.

Every rule answers to torch's own code: what it names, torch cannot drive through the run; what
torch drives, however odd, no rule names. Where the linter explains the mistake, its code stands at
the end of the message.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lrviz.drive.arguments import Bound
from lrviz.drive.phases import Phase
from lrviz.spec.wording import spell


@dataclass(frozen=True)
class Circumstances:
    """What a rule may know beside the arguments.

    Attributes:
        phase: the calls that reach the scheduler.
        has_momentum: whether the optimizer has `momentum` or `betas`.
        has_metric: whether the spec has a metric.
        total_calls: the calls of the run.
        run: what formulas call the length of the run, as schedulers count it.
    """

    phase: Phase
    has_momentum: bool
    has_metric: bool
    total_calls: int
    run: str


Found = Iterator[tuple[str, str]]
Rule = Callable[[Mapping[str, Any], Circumstances], Found]


def _step(given: Mapping[str, Any], at: Circumstances) -> Found:
    if given["step_size"] == 0 and (at.phase.entered or any(at.phase.counts)):
        yield "step_size", "must be at least 1, got 0 (LR027)"


def _cosine(given: Mapping[str, Any], at: Circumstances) -> Found:
    if given["T_max"] == 0 and at.phase.counts:
        yield "T_max", "must be at least 1, got 0 (LR027)"


def _constant(given: Mapping[str, Any], at: Circumstances) -> Found:
    factor, end = given["factor"], given["total_iters"]
    if factor < 0 or factor > 1:
        yield "factor", f"must be between 0 and 1, got {spell(factor)}"
    elif factor == 0 and end != 0 and at.phase.reaches(end):
        yield "factor", f"must be more than 0, torch divides by it after {end:g} calls (LR027)"


def _linear(given: Mapping[str, Any], at: Circumstances) -> Found:
    if given["total_iters"] == 0 and at.phase.entered:
        yield "total_iters", "must be at least 1, got 0 (LR027)"
    start, end = given["start_factor"], given["end_factor"]
    if start <= 0 or start > 1:
        code = " (LR027)" if start == 0 else ""
        yield "start_factor", f"must be more than 0 and at most 1, got {spell(start)}{code}"
    if end < 0 or end > 1:
        yield "end_factor", f"must be between 0 and 1, got {spell(end)}"


def _polynomial(given: Mapping[str, Any], at: Circumstances) -> Found:
    end, power = given["total_iters"], given["power"]
    if end == 0 and (at.phase.entered or at.phase.reaches(0)):
        yield "total_iters", "must be at least 1, got 0 (LR027)"
    elif power < 0 and end > 0 and at.phase.reaches(end):
        yield "power", f"must be at least 0, torch divides by zero after {end:g} calls"


def _restarts(given: Mapping[str, Any], _: Circumstances) -> Found:
    for name in ("T_0", "T_mult"):
        if given[name] < 1:
            yield name, f"must be at least 1, got {given[name]} (LR027)"


def _swa(given: Mapping[str, Any], _: Circumstances) -> Found:
    if given["anneal_epochs"] < 0:
        yield "anneal_epochs", f"must be at least 0, got {given['anneal_epochs']}"


def _plateau(given: Mapping[str, Any], at: Circumstances) -> Found:
    if given["factor"] >= 1:
        yield "factor", f"must be less than 1, got {spell(given['factor'])}"
    if not at.has_metric:
        yield "", "needs a metric; give `metric` a list, an expression or a csv"


def _momentum(given: Mapping[str, Any], at: Circumstances) -> Found:
    if given["cycle_momentum"] and not at.has_momentum:
        remedy = "set cycle_momentum to false (LR034)"
        yield "cycle_momentum", f"the optimizer has neither momentum nor betas; {remedy}"


def _cyclic(given: Mapping[str, Any], at: Circumstances) -> Found:
    up, down = given["step_size_up"], given["step_size_down"]
    if up == 0:
        yield "step_size_up", "must be at least 1, got 0 (LR027)"
    elif up + (up if down is None else down) == 0:
        text = f"must not be {spell(down)}, the cycle would have no length (LR027)"
        yield "step_size_down", text
    yield from _momentum(given, at)


def _one_cycle(given: Mapping[str, Any], at: Circumstances) -> Found:
    for name in ("div_factor", "final_div_factor"):
        if given[name] == 0:
            yield name, "must not be 0, torch divides by it (LR027)"
    if given["pct_start"] < 0 or given["pct_start"] > 1:
        yield "pct_start", f"must be between 0 and 1, got {spell(given['pct_start'])}"
    yield from _momentum(given, at)
    names = ("total_steps",) if given["total_steps"] is not None else ("epochs", "steps_per_epoch")
    missing = [name for name in names if given[name] is None]
    if missing:
        yield "", f"needs to know its length; set total_steps to {at.total_calls}"
        return
    wrong = [name for name in names if given[name] < 1]
    for name in wrong:
        yield name, f"must be at least 1, got {given[name]} (LR027)"
    if not wrong:
        total = given["total_steps"] or given["epochs"] * given["steps_per_epoch"]
        yield from _one_cycle_length(given, total, at)


def _one_cycle_length(given: Mapping[str, Any], total: int, at: Circumstances) -> Found:
    if at.phase.last_epoch > total:
        run = f"the run has {at.phase.last_epoch}"
        remedy = f"set total_steps to {at.phase.last_epoch} (LR003)"
        yield "", f"ends after {total} steps but {run}; {remedy}"
        return
    rise = given["pct_start"] * total
    ends = [rise - 1, *([2 * rise - 2] if given["three_phase"] else []), total - 1]
    at_start = ends[0] == 0
    at_end = ends[-1] == ends[-2] and at.phase.last_epoch > ends[-1]
    if at_start or at_end:
        where = "first" if at_start else "last"
        remedy = "choose another pct_start or another length"
        text = f"leaves the {where} phase of {total} steps no length, torch divides by it; {remedy}"
        yield "pct_start", text


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "StepLR": _step,
        "CosineAnnealingLR": _cosine,
        "ConstantLR": _constant,
        "LinearLR": _linear,
        "PolynomialLR": _polynomial,
        "CosineAnnealingWarmRestarts": _restarts,
        "SWALR": _swa,
        "ReduceLROnPlateau": _plateau,
        "CyclicLR": _cyclic,
        "OneCycleLR": _one_cycle,
    }
)


def foresee(name: str, bound: Bound, at: Circumstances) -> list[tuple[str, str]]:
    """Return (argument, problem) for every value on which torch would raise.

    An empty argument stands for the scheduler itself.
    """
    rule = RULES.get(name)
    return list(rule({**bound.shown, **bound.given}, at)) if rule else []
