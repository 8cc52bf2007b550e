"""Values on which other libraries raise, said before they are driven; as `lrviz.drive.foresee`.

What a library refuses in words of its own is left to it.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from lrviz.drive.arguments import Bound
from lrviz.drive.foresee import Circumstances
from lrviz.drive.found import Found
from lrviz.spec.model import Node
from lrviz.spec.schedules import MAX_CALLS
from lrviz.spec.wording import spell

_MIN_LR = "transformers.get_cosine_with_min_lr_schedule_with_warmup"

Problems = Iterator[tuple[str, str]]


def foresee_others(node: Node, found: Found, bound: Bound, at: Circumstances) -> Problems:
    """Yield (argument, problem) for every value on which a library beside torch would raise.

    An empty argument stands for the scheduler itself.
    """
    given: dict[str, Any] = {**bound.shown, **bound.given}
    if node.package == "timm" and node.foreign is None:
        yield from _timm(node, given, at)
        yield from _noise(node, given, at)
    if node.name.startswith(_MIN_LR):
        yield from _min_lr(given)
    if node.name == "transformers.get_inverse_sqrt_schedule":
        yield from _inverse_sqrt(given, at)
    if node.name == "transformers.get_polynomial_decay_schedule_with_warmup":
        yield from _polynomial(node, given, at)
    if found.takes_metric and node.name != "ReduceLROnPlateau" and not at.has_metric:
        yield "", "needs a metric; give `metric` a list, an expression or a csv"


def _min_lr(given: Mapping[str, Any]) -> Problems:
    missing = [name for name in ("min_lr", "min_lr_rate") if given[name] is None]
    if len(missing) == 2:
        yield "", "needs min_lr or min_lr_rate"
    elif not missing:
        yield "min_lr_rate", "cannot stand beside min_lr; give one of them"


def _inverse_sqrt(given: Mapping[str, Any], at: Circumstances) -> Problems:
    if given["timescale"] == 0 and at.phase.last_epoch >= given["num_warmup_steps"]:
        yield "timescale", "must be at least 1, got 0"


def _polynomial(node: Node, given: Mapping[str, Any], at: Circumstances) -> Problems:
    warmup, length = given["num_warmup_steps"], given["num_training_steps"]
    if warmup != length or not (warmup == 0 or at.phase.reaches(warmup)):
        return
    if "num_training_steps" in node.arguments:
        text = f"must not be num_warmup_steps, {warmup}, transformers divides by what is between"
        yield "num_training_steps", text
    else:
        text = f"takes all of the {length} {_unit(at)}, transformers divides by what is left"
        yield "num_warmup_steps", f"{text}; give it fewer, or set num_training_steps"


def _unit(at: Circumstances) -> str:
    """Return what a run consists of, as its scheduler counts it."""
    return at.run.removeprefix("total_")


def _timm(node: Node, given: Mapping[str, Any], at: Circumstances) -> Problems:
    """Yield what timm asserts without a word, or divides by."""
    if node.name == "timm.StepLRScheduler" and given.get("decay_t") == 0:
        yield "decay_t", "must be at least 1, got 0"
    if given.get("stable_timescale") == 0 and given["stable_fn"] != "constant":
        yield "stable_timescale", "must be at least 1, got 0"
    if "t_initial" not in given:
        return
    yield from _timms_length(node, given, at)
    is_tanh = node.name == "timm.TanhLRScheduler"
    for argument in ("lr_min", "warmup_lr_init") if is_tanh else ("lr_min",):
        if not given[argument] >= 0:
            yield argument, f"must be at least 0, got {spell(given[argument])}"
    if is_tanh and not (low := given["lb"]) < (high := given["ub"]):
        if "lb" in node.arguments:
            yield "lb", f"must be less than ub, {spell(high)}, got {spell(low)}"
        else:
            yield "ub", f"must be more than lb, {spell(low)}, got {spell(high)}"


def _timms_length(node: Node, given: Mapping[str, Any], at: Circumstances) -> Problems:
    """Yield why a schedule has no length, or none for its parts; of a run where it is filled in."""
    length, warmup, decay = given["t_initial"], given["warmup_t"], given.get("decay_t", 1)
    filled = "t_initial" not in node.arguments
    run = f"the run's {at.total_calls} {_unit(at)}"
    remedy = "give it fewer, or set t_initial"
    if filled and length <= 0:
        text = f"takes {spell(warmup)} of {run} and leaves the schedule none; {remedy}"
        yield "warmup_t", text
    elif length <= 0:
        yield "t_initial", f"must be more than 0, got {spell(length)}"
    elif decay == 0:
        yield "decay_t", "must be at least 1, got 0"
    elif decay > length and filled:
        after = f", of which the warm-up takes {spell(warmup)}" if warmup else ""
        yield "decay_t", f"takes {spell(decay)} of {run}{after}; {remedy}"
    elif decay > length:
        yield "decay_t", f"must be at most t_initial, {spell(length)}, got {spell(decay)}"


def _noise(node: Node, given: Mapping[str, Any], at: Circumstances) -> Problems:
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
