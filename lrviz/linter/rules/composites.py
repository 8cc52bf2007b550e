"""Warm-ups, and the schedulers that stand with them in one composite."""

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from lrviz.linter.rule import Found, calls, count, listed, rate, rule
from lrviz.linter.view import FACTORS, RESTARTS, Part, View

# The schedulers that set a learning rate whatever it was, the last one at its milestones.
ABSOLUTE = (RESTARTS, "OneCycleLR", "CyclicLR", "SequentialLR")


@rule("LR013", "error", about=("SequentialLR", "ChainedScheduler"), everywhere=True)
def composite_in_sequential(view: View, part: Part) -> Iterator[Found]:
    """A SequentialLR or ChainedScheduler stands inside a SequentialLR.

    SequentialLR starts its schedulers by winding back their count and stepping them, which it does
    not do to the schedulers inside another composite. As the first of its list a composite runs one
    call ahead of the run, in silence; as a later one it cannot be started at a milestone at all,
    and torch raises there. Write the schedulers out in one list.

    Met in pytorch/pytorch#196243, pytorch/pytorch#67957.
    """
    if part.within == "SequentialLR":
        text = "torch cannot start it inside a SequentialLR: it runs a call ahead"
        yield Found(part.key(), f"{text}; write its schedulers out in one list")


@rule("LR014", "error", about=("ReduceLROnPlateau",), everywhere=True)
def plateau_in_composite(view: View, part: Part) -> Iterator[Found]:
    """A ReduceLROnPlateau stands inside a composite.

    ReduceLROnPlateau.step() has to be given a metric, and SequentialLR and ChainedScheduler have
    none to give: torch raises ValueError or TypeError. A warm-up before it is written by hand, or
    with a LinearLR that is stepped beside it for the first calls only.

    Met in pytorch/pytorch#68978.
    """
    if part.within:  # torch cannot be driven so: mostly driving says so first
        text = f"{part.within} gives it no metric; step it outside of the composite"
        yield Found(part.key(), text)


@rule("LR029", "error", about=ABSOLUTE, everywhere=True)
def absolute_in_chain(view: View, part: Part) -> Iterator[Found]:
    """A scheduler that sets absolute values stands in a ChainedScheduler.

    ChainedScheduler multiplies: each of its schedulers has to change the LR that it finds.
    CosineAnnealingWarmRestarts, OneCycleLR and CyclicLR set the LR to a value of their own at every
    call, SequentialLR at its milestones. What stood before them is lost, what stands behind them
    acts for one call only: the order of the list changes the curve.

    Met in pytorch/pytorch#129565.
    """
    if part.within == "ChainedScheduler" and part.siblings:
        when = "at its milestones" if part.name == "SequentialLR" else "at every call"
        text = f"sets the LR itself {when}, what {listed(part.siblings)} made of it is lost"
        yield Found(part.key(), f"{text}; use SequentialLR, or fold the factors into a lambda")


@rule("LR030", "warning", about=("ChainedScheduler",))
def chain_meant_as_sequence(view: View, part: Part) -> Iterator[Found]:
    """A warm-up and a cosine are chained, so that they run at the same time.

    ChainedScheduler calls all of its schedulers from the first call on. A cosine that should follow
    a warm-up has fallen part of its way when the warm-up is done, and the LR never comes to the one
    asked for. SequentialLR runs one after the other.
    """
    children, tops = view.children(part), part.lr.max(axis=1)
    warmups = [each for each in children if each.climb > 0]
    anneals = any(each.name == "CosineAnnealingLR" for each in children)
    nested = any(each.facts.children for each in children)
    if warmups and anneals and not nested and (tops < 0.9 * np.array(view.base_lr)).all():
        text = f"the peak is {rate(tops[0])} of {rate(view.base_lr[0])}, since LinearLR and "
        remedy = f"use SequentialLR with milestones [{count(warmups[0].planned)}]"
        yield Found(part.key(), f"{text}CosineAnnealingLR run at the same time; {remedy}")


@rule("LR015", "error", about=("LinearLR", "ConstantLR", "LambdaLR"))
def warmup_outlasts_run(view: View, part: Part) -> Iterator[Found]:
    """The warm-up is longer than the run.

    The run ends while its learning rate still warms up: it never trains with the one that was
    chosen, and whatever should follow the warm-up never starts. Often the warm-up counts steps
    while scheduler.step() is called once an epoch, or was copied from a longer run.

    Met in scverse/scvi-tools#507.
    """
    if part.is_last and _still_warms_up(view, part):
        asked = view.base_lr[0] * (part.number("end_factor") if part.climb > 0 else 1.0)
        short = f"the LR comes to {rate(part.lr[0].max())} of {rate(asked)}"
        text = f"the warm-up takes {count(part.planned)} calls and the run has {view.calls}"
        remedy = f"set total_iters to {max(1, view.calls // 10)}, a tenth of the run"
        if part.name == "LambdaLR":
            text, remedy = f"still rises at the end of {calls(part.length)}", "let it rise in fewer"
        yield Found(part.key("total_iters", "lr_lambda"), f"{text}, {short}; {remedy}")


def _still_warms_up(view: View, part: Part) -> bool:
    if part.name == "LambdaLR":
        return part.start == 0 and part.length > 1 and _rises_below(part, view.base_lr)
    if not part.planned >= part.length:
        return False
    if part.name == "ConstantLR":
        return part.start == 0 and 0 < part.number("factor") < 0.99
    reached = part.number("start_factor") + part.climb * (part.length - 1) / part.planned
    return part.climb > 0 and reached < 0.99 * part.number("end_factor")


def _rises_below(part: Part, base_lr: tuple[float, ...]) -> bool:
    """Whether every group rises all the way, and stays below the LR that it was given."""
    starts, ends, moves = part.lr[:, 0], part.lr[:, -1], np.diff(part.lr, axis=1)
    is_between = (ends > 1.01 * starts) & (ends < 0.99 * np.array(base_lr))
    return bool(is_between.all() and (moves >= 0).all() and (moves[:, -1] > 0).all())


@rule("LR016", "warning", about=("SequentialLR",))
def jump_at_milestone(view: View, part: Part) -> Iterator[Found]:
    """The LR jumps where one phase hands over to the next.

    SequentialLR does not hand a learning rate over: every phase starts from the optimizer's own. A
    warm-up that is planned for more calls than it gets is cut off on its way, and the LR leaps the
    rest of it in one step. A decay before the last phase is undone.

    Met in salesforce/LAVIS#72.
    """
    children = [each for each in view.children(part) if each.length]
    for before, after in pairwise(children):
        is_joint = before.facts.values.stop == after.start
        if is_joint and not (before.facts.children or after.facts.children):
            yield from _jump(view, before, after)


def _jump(view: View, before: Part, after: Part) -> Iterator[Found]:
    leaps = view.lr[:, after.start] - view.lr[:, after.start - 1]
    spans = np.maximum(np.ptp(view.lr, axis=1), 1e-300)
    group = int(np.argmax(np.abs(leaps) / spans))
    leap = leaps[group] / spans[group]
    old, new = map(rate, view.lr[group, [after.start - 1, after.start]])
    change = f"the LR jumps from {old} to {new} at step {view.step(after.start)}"
    if before.climb > 0:
        if leap > 0.05 and before.planned > before.length:
            yield _cut_short(view, before, after, change)
    elif leap > 0.25 and _is_undone(before, after, group):
        text = f"{change}, for {after.name} starts from the optimizer's LR and not where "
        remedy = f"use one scheduler for both, or end {before.name} where {after.name} begins"
        yield Found(after.key(), f"{text}{before.name} ends; {remedy}")
    elif leap < -0.25 and _is_default_drop(after):
        text = f"{change}, the default factor of {after.name}; give it its factor"
        yield Found(after.key(), text)


def _cut_short(view: View, warmup: Part, after: Part, change: str) -> Found:
    """Return what is said of a warm-up that is planned for more calls than it gets."""
    gets = warmup.length
    text = f"the warm-up takes {count(warmup.planned)} calls and gets {gets}: {change}"
    is_certain = after.is_anneal and after.planned == view.calls - after.start
    fix = warmup.fix("total_iters", gets) if is_certain else None
    return Found(warmup.key("total_iters"), f"{text}; set total_iters to {gets}", fix)


def _is_undone(before: Part, after: Part, group: int) -> bool:
    """Whether a decay ends in a jump up that nobody asked for."""
    # A step up is what ConstantLR is for, and twice the same is a restart.
    if before.name in ("ConstantLR", "OneCycleLR", "CyclicLR", after.name):
        return False
    is_given = FACTORS.get(after.name) in after.facts.given
    if is_given or after.name in ("SWALR", "OneCycleLR", "CyclicLR", RESTARTS):
        return False
    return before.length > 1 and bool(before.lr[group, -1] <= before.lr[group, -2])


def _is_default_drop(part: Part) -> bool:
    """Whether a phase begins with a factor that was left out."""
    return part.name in FACTORS and FACTORS[part.name] not in part.facts.given


@rule("LR028", "note", about=tuple(FACTORS), everywhere=True)
def default_warmup(view: View, part: Part) -> Iterator[Found]:
    """A ConstantLR or LinearLR is left to its defaults, which are a warm-up.

    By default ConstantLR holds a third of the LR for 5 calls and LinearLR climbs from a third to
    all of it in 5 calls. Neither is constant or linear in the way its name suggests to who gives it
    no arguments.
    """
    name = FACTORS[part.name]
    factor, planned = part.number(name), part.planned
    if math.isfinite(factor + planned) and not part.facts.given & {name, "total_iters"}:
        text = f"{name} {rate(factor)} and total_iters {count(planned)} are defaults, a warm-up"
        yield Found(part.key(), f"{text} nobody asked for; give both")
