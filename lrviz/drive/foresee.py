"""Values on which torch raises, at once or calls later, said before it is driven.

What is wrong whatever the run is, the catalog's bounds tell; what depends on the run, or has a
remedy that does, is a rule here. Both answer to the library's own code: what they name cannot be
driven through the run; what can, however odd, they do not name. Where the linter explains the
mistake, its code stands at the end of the message. What else a library beside torch refuses in
words of its own is left to it.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from lrviz.drive.arguments import Bound
from lrviz.drive.bounds import Wrong, out_of_bounds
from lrviz.drive.installed import Found
from lrviz.drive.spans import Phase
from lrviz.spec.catalog import Entry
from lrviz.spec.model import Node
from lrviz.spec.parse import MAX_CALLS
from lrviz.spec.wording import spell
from lrviz.spell import spell_number


@dataclass(frozen=True)
class Circumstances:
    """What a rule may know beside the arguments.

    Attributes:
        own: the arguments that the spec gives.
        phase: the calls that reach the scheduler.
        has_momentum: whether the optimizer has `momentum` or `betas`.
        has_metric: whether the spec has a metric.
        total_calls: the calls of the run.
        unit: what the run consists of, as schedulers count it: `steps`, `epochs` or `calls`.
    """

    own: Collection[str]
    phase: Phase
    has_momentum: bool
    has_metric: bool
    total_calls: int
    unit: str


Rule = Callable[[Mapping[str, Any], Circumstances], Wrong]


# What torch divides by in some phases; it must not be 0 there.
DIVISORS: Mapping[str, tuple[str, Callable[[Phase], bool]]] = {
    "StepLR": ("step_size", lambda phase: phase.entered or any(phase.counts)),
    "CosineAnnealingLR": ("T_max", lambda phase: bool(phase.counts)),
    "LinearLR": ("total_iters", lambda phase: phase.entered),
    "PolynomialLR": ("total_iters", lambda phase: phase.entered or phase.reaches(0)),
    "CyclicLR": ("step_size_up", lambda _: True),
}


def _constant(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    end = given["total_iters"]
    if given["factor"] == 0 and end != 0 and at.phase.reaches(end):
        after = spell_number(end)
        yield "factor", f"must be more than 0, torch divides by it after {after} calls (LR027)"


def _polynomial(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    end, power = given["total_iters"], given["power"]
    if power < 0 and end > 0 and at.phase.reaches(end):
        yield "power", f"must be at least 0, torch divides by zero after {spell_number(end)} calls"


def _momentum(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    if given["cycle_momentum"] and not at.has_momentum:
        remedy = "set cycle_momentum to false (LR034)"
        yield "cycle_momentum", f"the optimizer has neither momentum nor betas; {remedy}"


def _cyclic(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    up, down = given["step_size_up"], given["step_size_down"]
    if up != 0 and up + (up if down is None else down) == 0:
        text = f"must not be {spell(down)}, the cycle would have no length (LR027)"
        yield "step_size_down", text
    yield from _momentum(given, at)


def _one_cycle(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    for name in ("div_factor", "final_div_factor"):
        if given[name] == 0:
            yield name, "must not be 0, torch divides by it (LR027)"
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
        run = f"the run has {at.phase.last_epoch}{' calls' * (at.unit == 'calls')}"
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


def _timms_length(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    """Yield why a run has no length left for a schedule, or for its decay."""
    if "t_initial" in at.own or "t_initial" not in given:
        return
    length, warmup, decay = given["t_initial"], given["warmup_t"], given.get("decay_t", 1)
    run, remedy = f"the run's {at.total_calls} {at.unit}", "give it fewer, or set t_initial"
    if length <= 0:
        yield "warmup_t", f"takes {spell(warmup)} of {run} and leaves the schedule none; {remedy}"
    elif decay > length:
        after = f", of which the warm-up takes {spell(warmup)}" if warmup else ""
        yield "decay_t", f"takes {spell(decay)} of {run}{after}; {remedy}"


def _stable(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    if given["stable_timescale"] == 0 and given["stable_fn"] != "constant":
        yield "stable_timescale", "must be at least 1, got 0"
    yield from _timms_length(given, at)


def _polynomial_decay(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    warmup, length = given["num_warmup_steps"], given["num_training_steps"]
    if warmup != length or not (warmup == 0 or at.phase.reaches(warmup)):
        return
    if "num_training_steps" in at.own:
        text = f"must not be num_warmup_steps, {warmup}, transformers divides by what is between"
        yield "num_training_steps", text
    else:
        text = f"takes all of the {length} {at.unit}, transformers divides by what is left"
        yield "num_warmup_steps", f"{text}; give it fewer, or set num_training_steps"


RULES: Mapping[str, Rule] = {
    "ConstantLR": _constant,
    "PolynomialLR": _polynomial,
    "CyclicLR": _cyclic,
    "OneCycleLR": _one_cycle,
    "timm.CosineLRScheduler": _timms_length,
    "timm.PolyLRScheduler": _timms_length,
    "timm.TanhLRScheduler": _timms_length,
    "timm.WSDLRScheduler": _stable,
    "transformers.get_polynomial_decay_schedule_with_warmup": _polynomial_decay,
}


def foresee(node: Node, found: Found, bound: Bound, at: Circumstances) -> Wrong:
    """Yield (argument, problem) for every value with which a scheduler cannot be driven.

    Of libraries beside torch these are values beside which the run is too short, and those with
    which one never ends. An empty argument stands for the scheduler itself.
    """
    given: dict[str, Any] = {**bound.shown, **bound.given}
    if isinstance(found.source, Entry) and found.source.bounds:
        yield from out_of_bounds(found.source, given, at.own)
    divisor, divides = DIVISORS.get(node.name, ("", bool))
    if divisor and given[divisor] == 0 and divides(at.phase):
        yield divisor, "must be at least 1, got 0 (LR027)"
    if node.name in RULES:
        yield from RULES[node.name](given, at)
    if found.takes_metric and not at.has_metric:
        yield "", "needs a metric; give `metric` a list, an expression or a csv"
    if found.counts and node.foreign is None and given.get("noise_range_t") is not None:
        yield from _noise(given, at)


def _noise(given: Mapping[str, Any], at: Circumstances) -> Wrong:
    """Yield why timm would look for a noise that is small enough until long after the run."""
    place, most, spread = given["noise_range_t"], given["noise_pct"], given["noise_std"]
    span = place if isinstance(place, list) else [place, math.inf]
    if len(span) != 2:
        yield "noise_range_t", f"must be a number or a list of 2, got {spell(place)}"
    elif given.get("noise_type", "normal") == "normal":
        noisy = min(span[1], at.total_calls + 1) - max(span[0], 1)
        chance = math.erf(most / abs(spread) / math.sqrt(2)) if spread else float(most > 0)
        if noisy > 0 and not chance * MAX_CALLS >= noisy:
            text = f"timm draws until a noise of noise_std {spell(spread)} is below {spell(most)}"
            name = "noise_pct" if "noise_pct" in at.own else "noise_std"
            yield name, f"{text}, more than {MAX_CALLS:,} times in this run; set noise_pct higher"
