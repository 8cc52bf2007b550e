"""Values on which torch raises, at once or calls later, said before it is driven.

Every rule answers to the library's own code: what it names cannot be driven through the run; what
can, however odd, no rule names. Where the linter explains the mistake, its code stands at the end
of the message. What a library beside torch refuses in words of its own is left to it.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lrviz.drive.arguments import Bound
from lrviz.drive.installed import Found
from lrviz.drive.spans import Phase
from lrviz.spec.model import Node
from lrviz.spec.parse import MAX_CALLS
from lrviz.spec.wording import spell
from lrviz.spell import spell_number


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


Wrong = Iterator[tuple[str, str]]
Rule = Callable[[Mapping[str, Any], Circumstances], Wrong]


def _step(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    if given["step_size"] == 0 and (at.phase.entered or any(at.phase.counts)):
        yield "step_size", "must be at least 1, got 0 (LR027)"


def _cosine(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    if given["T_max"] == 0 and at.phase.counts:
        yield "T_max", "must be at least 1, got 0 (LR027)"


def _constant(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    factor, end = given["factor"], given["total_iters"]
    if factor < 0 or factor > 1:
        yield "factor", f"must be between 0 and 1, got {spell(factor)}"
    elif factor == 0 and end != 0 and at.phase.reaches(end):
        yield (
            "factor",
            f"must be more than 0, torch divides by it after {spell_number(end)} calls (LR027)",
        )


def _linear(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    if given["total_iters"] == 0 and at.phase.entered:
        yield "total_iters", "must be at least 1, got 0 (LR027)"
    start, end = given["start_factor"], given["end_factor"]
    if start <= 0 or start > 1:
        code = " (LR027)" if start == 0 else ""
        yield "start_factor", f"must be more than 0 and at most 1, got {spell(start)}{code}"
    if end < 0 or end > 1:
        yield "end_factor", f"must be between 0 and 1, got {spell(end)}"


def _polynomial(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    end, power = given["total_iters"], given["power"]
    if end == 0 and (at.phase.entered or at.phase.reaches(0)):
        yield "total_iters", "must be at least 1, got 0 (LR027)"
    elif power < 0 and end > 0 and at.phase.reaches(end):
        yield "power", f"must be at least 0, torch divides by zero after {spell_number(end)} calls"


def _restarts(given: Mapping[str, Any], _: Circumstances) -> Wrong:
    for name in ("T_0", "T_mult"):
        if given[name] < 1:
            yield name, f"must be at least 1, got {given[name]} (LR027)"


def _swa(given: Mapping[str, Any], _: Circumstances) -> Wrong:
    if given["anneal_epochs"] < 0:
        yield "anneal_epochs", f"must be at least 0, got {given['anneal_epochs']}"


def _plateau(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    if given["factor"] >= 1:
        yield "factor", f"must be less than 1, got {spell(given['factor'])}"
    if not at.has_metric:
        yield "", "needs a metric; give `metric` a list, an expression or a csv"


def _momentum(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    if given["cycle_momentum"] and not at.has_momentum:
        remedy = "set cycle_momentum to false (LR034)"
        yield "cycle_momentum", f"the optimizer has neither momentum nor betas; {remedy}"


def _cyclic(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    up, down = given["step_size_up"], given["step_size_down"]
    if up == 0:
        yield "step_size_up", "must be at least 1, got 0 (LR027)"
    elif up + (up if down is None else down) == 0:
        text = f"must not be {spell(down)}, the cycle would have no length (LR027)"
        yield "step_size_down", text
    yield from _momentum(given, at)


def _one_cycle(given: Mapping[str, Any], at: Circumstances) -> Wrong:
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


def _one_cycle_length(given: Mapping[str, Any], total: int, at: Circumstances) -> Wrong:
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


def foresee(node: Node, found: Found, bound: Bound, at: Circumstances) -> Wrong:
    """Yield (argument, problem) for every value with which a scheduler cannot be driven.

    Of libraries beside torch these are values beside which the run is too short, and those with
    which one never ends. An empty argument stands for the scheduler itself.
    """
    given: dict[str, Any] = {**bound.shown, **bound.given}
    if node.name in RULES:
        yield from RULES[node.name](given, at)
    elif found.takes_metric and not at.has_metric:
        yield "", "needs a metric; give `metric` a list, an expression or a csv"
    if node.package == "timm" and node.foreign is None:
        yield from _timm(node, given, at)
    if node.name == "transformers.get_polynomial_decay_schedule_with_warmup":
        yield from _polynomial_decay(node, given, at)


def _timm(node: Node, given: Mapping[str, Any], at: Circumstances) -> Wrong:
    if given.get("decay_t") == 0:
        yield "decay_t", "must be at least 1, got 0"
    if given.get("stable_timescale") == 0 and given["stable_fn"] != "constant":
        yield "stable_timescale", "must be at least 1, got 0"
    if "t_initial" in given and "t_initial" not in node.arguments:
        yield from _timms_length(given, at)
    yield from _noise(node, given, at)


def _polynomial_decay(node: Node, given: Mapping[str, Any], at: Circumstances) -> Wrong:
    warmup, length = given["num_warmup_steps"], given["num_training_steps"]
    if warmup == length and "num_training_steps" not in node.arguments:
        text = f"takes all of the {length} {_unit(at)}, transformers divides by what is left"
        yield "num_warmup_steps", f"{text}; give it fewer, or set num_training_steps"


def _unit(at: Circumstances) -> str:
    """Return what a run consists of, as its scheduler counts it."""
    return at.run.removeprefix("total_")


def _timms_length(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    """Yield why a run has no length left for a schedule, or for its decay."""
    length, warmup, decay = given["t_initial"], given["warmup_t"], given.get("decay_t", 1)
    run = f"of the run's {at.total_calls} {_unit(at)}"
    remedy = "give it fewer, or set t_initial"
    if length <= 0:
        yield "warmup_t", f"takes {spell(warmup)} {run} and leaves the schedule none; {remedy}"
    elif decay > length:
        after = f", of which the warm-up takes {spell(warmup)}" if warmup else ""
        yield "decay_t", f"takes {spell(decay)} {run}{after}; {remedy}"


def _noise(node: Node, given: Mapping[str, Any], at: Circumstances) -> Wrong:
    """Yield why timm would look for a noise that is small enough until long after the run."""
    if (place := given.get("noise_range_t")) is None:
        return
    most, spread = given["noise_pct"], given["noise_std"]
    span = place if isinstance(place, list) else [place, math.inf]
    if len(span) != 2:
        yield "noise_range_t", f"must be a number or a list of 2, got {spell(place)}"
    elif given.get("noise_type", "normal") == "normal":
        noisy = min(span[1], at.total_calls + 1) - max(span[0], 1)
        chance = math.erf(most / abs(spread) / math.sqrt(2)) if spread else float(most > 0)
        if noisy > 0 and not chance * MAX_CALLS >= noisy:
            text = f"timm draws until a noise of noise_std {spell(spread)} is below {spell(most)}"
            name = "noise_pct" if "noise_pct" in node.arguments else "noise_std"
            yield name, f"{text}, more than {MAX_CALLS:,} times in this run; set noise_pct higher"
