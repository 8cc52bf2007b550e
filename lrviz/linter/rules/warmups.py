"""Warm-ups: too long, cut short, from zero, or not asked for."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from lrviz.linter.lengths import horizon, is_composite, is_warmup
from lrviz.linter.phases import Part, View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.define import calls, count, rate, rule


@rule(
    "LR015",
    "warmup-outlasts-run",
    "error",
    summary="the warm-up is longer than the run",
    why=(
        "The run ends while its learning rate still warms up: it never trains with the one that "
        "was chosen, and whatever should follow the warm-up never starts. Often the warm-up "
        "counts steps while scheduler.step() is called once an epoch, or was copied from a longer "
        "run."
    ),
    threads=("scverse/scvi-tools#507",),
)
def warmup_outlasts_run(view: View) -> Iterator[Found]:
    """Compare the warm-up's length with the calls, and its peak with the LR asked for."""
    part = lasting_warmup(view)
    if part is None:
        return
    asked = view.base_lr[0] * (part.number("end_factor") or 1.0 if is_warmup(part) else 1.0)
    top = float(part.lr[0].max())
    short = f"the LR comes to {rate(top)} of {rate(asked)}"
    if part.name == "LambdaLR":
        text = f"still rises at the end of {calls(part.length)}, {short}"
        yield Found(part.key("lr_lambda"), f"{text}; let it rise in fewer")
        return
    planned = count(part.number("total_iters") or 0)
    text = f"the warm-up takes {planned} calls and the run has {view.calls}, {short}"
    remedy = f"set total_iters to {max(1, view.calls // 10)}, a tenth of the run"
    yield Found(part.key("total_iters"), f"{text}; {remedy}")


def lasting_warmup(view: View) -> Part | None:
    """Return the warm-up in which the run ends."""
    for part in view.of("LinearLR", "ConstantLR", "LambdaLR"):
        if view.is_last(part) and _still_warms_up(view, part):
            return part
    return None


def _still_warms_up(view: View, part: Part) -> bool:
    if part.name == "LambdaLR":
        return part.start == 0 and part.length > 1 and _rises_below(part, view.base_lr)
    planned = part.number("total_iters")
    if planned is None or planned < part.length:
        return False
    if part.name == "ConstantLR":
        factor = part.number("factor")
        return part.start == 0 and factor is not None and 0 < factor < 0.99
    if not is_warmup(part):
        return False
    start, end = part.number("start_factor") or 0.0, part.number("end_factor") or 1.0
    return start + (end - start) * (part.length - 1) / planned < 0.99 * end


def _rises_below(part: Part, base_lr: tuple[float, ...]) -> bool:
    """Whether every group rises all the way, and stays below the LR that it was given."""
    if (part.lr[:, -1] >= 0.99 * np.array(base_lr)).any():
        return False
    moves = np.diff(part.lr, axis=1)
    rises = bool((moves >= 0).all() and (moves[:, -1] > 0).all())
    return rises and bool((part.lr[:, -1] > 1.01 * part.lr[:, 0]).all())


@rule(
    "LR016",
    "jump-at-milestone",
    "warning",
    summary="the LR jumps where one phase hands over to the next",
    why=(
        "SequentialLR does not hand a learning rate over: every phase starts from the optimizer's "
        "own. A warm-up that is planned for more calls than it gets is cut off on its way, and "
        "the LR leaps the rest of it in one step. A decay before the last phase is undone."
    ),
    threads=("salesforce/LAVIS#72",),
)
def jump_at_milestone(view: View) -> Iterator[Found]:
    """Compare the values on both sides of every joint."""
    for whole in view.of("SequentialLR"):
        parts = [each for each in view.children(whole) if each.length]
        for before, after in pairwise(parts):
            if not (is_composite(before) or is_composite(after)) and before.end == after.start:
                yield from _jump(view, before, after)


def _jump(view: View, before: Part, after: Part) -> Iterator[Found]:
    leaps = view.lr[:, after.start] - view.lr[:, before.end - 1]
    spans = np.maximum(view.peak - view.floor, 1e-300)
    group = int(np.argmax(np.abs(leaps) / spans))
    leap = float(leaps[group] / spans[group])
    old, new = float(view.lr[group, before.end - 1]), float(view.lr[group, after.start])
    change = f"the LR jumps from {rate(old)} to {rate(new)} at step {view.step(after.start)}"
    planned = before.number("total_iters")
    if is_warmup(before):
        if planned is not None and planned > before.length and leap > 0.05:
            text = f"the warm-up takes {count(planned)} calls and gets {before.length}: {change}"
            text = f"{text}; set total_iters to {before.length}"
            end = horizon(after)
            certain = end is not None and end[1] == view.calls - after.start
            fix = before.fix("total_iters", before.length) if certain else None
            yield Found(before.key("total_iters"), text, fix)
    elif leap > 0.25 and _is_undone(before, after, group):
        text = f"{change}, for {after.name} starts from the optimizer's LR and not where "
        remedy = f"use one scheduler for both, or end {before.name} where {after.name} begins"
        yield Found(after.key(), f"{text}{before.name} ends; {remedy}")
    elif leap < -0.25 and _is_default_drop(after):
        text = f"{change}, the default factor of {after.name}; give it its factor"
        yield Found(after.key(), text)


def _is_undone(before: Part, after: Part, group: int) -> bool:
    """Whether a decay ends in a jump up that nobody asked for."""
    if before.name in ("ConstantLR", "OneCycleLR", "CyclicLR", after.name):
        return False  # a step up is what ConstantLR is for, and twice the same is a restart
    if after.name in ("SWALR", "OneCycleLR", "CyclicLR", "CosineAnnealingWarmRestarts"):
        return False
    if after.name in ("ConstantLR", "LinearLR") and not _is_default_drop(after):
        return False
    return before.length > 1 and bool(before.lr[group, -1] <= before.lr[group, -2])


def _is_default_drop(part: Part) -> bool:
    """Whether a phase begins with a factor that was left out."""
    factor = {"ConstantLR": "factor", "LinearLR": "start_factor"}.get(part.name)
    return factor is not None and factor not in part.facts.given


@rule(
    "LR017",
    "first-step-at-zero",
    "note",
    summary="the first step trains with an LR of 0",
    why=(
        "A warm-up that starts at exactly 0 makes the first batch do nothing: a wasted step, and "
        "with adaptive optimizers one that still moves their running averages. Counting from one, "
        "or a small start_factor, avoids it."
    ),
    threads=("huggingface/transformers#34754",),
)
def first_step_at_zero(view: View) -> Iterator[Found]:
    """Look at the first value."""
    if ((view.lr[:, 0] == 0) & (view.peak > 0)).any():
        text = "the first step trains with an LR of 0"
        yield Found(view.top.key("lr_lambda", "base_lr"), f"{text}; let the warm-up start above it")


@rule(
    "LR028",
    "default-warmup",
    "note",
    summary="a ConstantLR or LinearLR is left to its defaults, which are a warm-up",
    why=(
        "By default ConstantLR holds a third of the LR for 5 calls and LinearLR climbs from a "
        "third to all of it in 5 calls. Neither is constant or linear in the way its name "
        "suggests to who gives it no arguments."
    ),
)
def default_warmup(view: View) -> Iterator[Found]:
    """Look for what is left out."""
    for name, factor in (("ConstantLR", "factor"), ("LinearLR", "start_factor")):
        for part in view.all_of(name):
            given, planned = part.number(factor), part.number("total_iters")
            if given is None or planned is None or part.facts.given & {factor, "total_iters"}:
                continue
            text = (
                f"{factor} {rate(given)} and total_iters {count(planned)} are defaults, a warm-up"
            )
            yield Found(part.key(), f"{text} nobody asked for; give both")


RULES: tuple[Rule, ...] = (
    *(warmup_outlasts_run, jump_at_milestone),
    *(first_step_at_zero, default_warmup),
)
