"""Warm-ups, and the schedulers that stand with them in one composite."""

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from lrviz.linter.part import RESTARTS, UNTOLD, Part
from lrviz.linter.rule import Found, calls, count, listed, rate, rule
from lrviz.linter.view import View

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
        yield Found(part.key(), text, remedy="write its schedulers out in one list")


@rule("LR014", "error", about=("ReduceLROnPlateau",), everywhere=True)
def plateau_in_composite(view: View, part: Part) -> Iterator[Found]:
    """A ReduceLROnPlateau stands inside a composite.

    ReduceLROnPlateau.step() has to be given a metric, and SequentialLR and ChainedScheduler have
    none to give: torch raises ValueError or TypeError. A warm-up before it is written by hand, or
    with a LinearLR that is stepped beside it for the first calls only.

    Met in pytorch/pytorch#68978.
    """
    if part.within:  # torch cannot be driven so: mostly driving says so first
        text = f"{part.within} gives it no metric"
        yield Found(part.key(), text, remedy="step it outside of the composite")


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
        remedy = "use SequentialLR, or fold the factors into a lambda"
        yield Found(part.key(), text, remedy=remedy)


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
        text += "CosineAnnealingLR run at the same time"
        remedy = f"use SequentialLR with milestones [{count(warmups[0].planned)}]"
        yield Found(part.key(), text, remedy=remedy)


@rule("LR015", "error", about=("warmup", "hold", "ramp", UNTOLD), silenced_by=("LR006", "LR046"))
def warmup_outlasts_run(view: View, part: Part) -> Iterator[Found]:
    """The warm-up is longer than the run.

    The run ends while its learning rate still warms up: it never trains with the one that was
    chosen, and whatever should follow the warm-up never starts. Often the warm-up counts steps
    while scheduler.step() is called once an epoch, or was copied from a longer run.

    Met in scverse/scvi-tools#507.
    """
    if not part.is_last:
        return
    asked = np.array(view.base_lr) * (part.value("floor_share") if part.climb > 0 else 1.0)
    tops, is_first = part.lr.max(axis=1), part.start == 0
    short = f"the LR comes to {rate(tops[0])} of {rate(asked[0])}"
    if part.is_untold and is_first and _rises_below(part, view.base_lr):
        key = part.key("lr_lambda", part.role("warmup"))
        text = f"still rises at the end of {calls(part.length)}, {short}"
        yield Found(key, text, remedy="let it rise in fewer")
    # A line up may be all of a run, but whoever names a warm-up wants more than it.
    elif not (part.grade or (tops < (1 if "warmup" in part.roles else 0.99) * asked).all()):
        return
    elif part.warmup >= part.length and (is_first or part.climb > 0):
        name = part.role("warmup") or part.length_name
        text = f"the warm-up takes {calls(part.warmup)} and the run has {view.calls}, {short}"
        unit = view.if_steps(part.warmup, part)
        value = math.ceil(view.calls / 10)  # as trainers round a share
        tenth = part.fix(name, value, ", a tenth of the run")
        both = tuple(each.beside(*part.given(name, value).fit()) for each in tenth)
        fixes = (*unit, *tenth, *both)
        yield Found(part.key(name), text, fixes, "let it rise in fewer calls", part.grade)


def _rises_below(part: Part, base_lr: tuple[float, ...]) -> bool:
    """Whether every group rises all the way, and stays below the LR that it was given."""
    starts, ends, moves = part.lr[:, 0], part.lr[:, -1], np.diff(part.lr, axis=1)
    is_between = (ends > 1.01 * starts) & (ends < 0.99 * np.array(base_lr))
    return bool(is_between.all() and (moves >= 0).all() and (moves[:, -1:] > 0).all())


@rule("LR041", "warning", about=("warmup",), silenced_by=("LR006", "LR007", "LR015", "LR046"))
def parts_outgrow_length(view: View, part: Part) -> Iterator[Found]:
    """Warm-up and decay take more calls than the whole schedule has.

    A schedule of a warm-up, a stable part and a decay has a length for all of them. Where the two
    ends of it are longer than the whole, the decay begins in its middle: the LR jumps there in one
    step. Mostly one of the numbers was meant for a longer run.
    """
    up, down = part.warmup, part.value("decay", 0.0)
    if not (0 < up < part.length and 1 < part.horizon + 1 < up + down and "length" in part.roles):
        return
    at = math.ceil(up)
    old, new = map(rate, part.lr[0, at - 1 : at + 1])
    text = "warm-up and decay take" if down else "the warm-up takes"
    text += f" {count(up + down)} of {count(part.horizon)} calls: "
    text += f"the LR goes from {old} to {new} at step {view.step(part.start + at)}"
    name, room = part.role("decay" if down else "warmup"), int(part.horizon - up)
    value = room if down else max(1, int(part.horizon) // 10)
    fix = part.fix(name, value) if value > 0 else ()
    yield Found(part.key(name), text, fix, "let all of them fit into the run", part.grade)


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
        if leap > 0.05 and before.planned > before.facts.begun + before.length:
            yield _cut_short(view, before, after, change)
    elif leap > 0.25 and _is_undone(before, after, group):
        text = f"{change}, for {after.name} starts from the optimizer's LR and not where "
        remedy = f"use one scheduler for both, or end {before.name} where {after.name} begins"
        yield Found(after.key(), f"{text}{before.name} ends", remedy=remedy)
    elif leap < -0.25 and _is_default_drop(after):
        text = f"{change}, the default factor of {after.name}"
        yield Found(after.key(), text, remedy="give it its factor")


def _cut_short(view: View, warmup: Part, after: Part, change: str) -> Found:
    """Return what is said of a warm-up that is planned for more calls than it gets."""
    gets = warmup.facts.begun + warmup.length
    text = f"the warm-up takes {count(warmup.planned)} calls and gets {gets}: {change}"
    steps = view.if_steps(warmup.planned, warmup)
    is_certain = after.horizon == view.calls - after.start and not steps
    name = warmup.length_name
    remedy = f"let it end in {calls(gets)}"
    fixes = (*steps, *warmup.fix(name, gets, is_certain=is_certain))
    return Found(warmup.key(name), text, fixes, remedy)


def _is_undone(before: Part, after: Part, group: int) -> bool:
    """Whether a decay ends in a jump up that nobody asked for."""
    # A step up is what ConstantLR is for, and twice the same is a restart.
    if before.name in ("ConstantLR", "OneCycleLR", "CyclicLR", after.name):
        return False
    is_given = after.role("start_share") in after.facts.given
    if is_given or after.name in ("SWALR", "OneCycleLR", "CyclicLR", RESTARTS):
        return False
    return before.length > 1 and bool(before.lr[group, -1] <= before.lr[group, -2])


def _is_default_drop(part: Part) -> bool:
    """Whether a phase begins with a factor that was left out."""
    return bool(part.role("start_share")) and part.role("start_share") not in part.facts.given


@rule("LR028", "note", about=("hold", "ramp"), everywhere=True)
def default_warmup(view: View, part: Part) -> Iterator[Found]:
    """A ConstantLR or LinearLR is left to its defaults, which are a warm-up.

    By default ConstantLR holds a third of the LR for 5 calls and LinearLR climbs from a third to
    all of it in 5 calls. Neither is constant or linear in the way its name suggests to who gives it
    no arguments.
    """
    name = part.role("start_share")
    factor, planned = part.number(name), part.planned
    if math.isfinite(factor + planned) and not part.facts.given & {name, "total_iters"}:
        text = f"{name} {rate(factor)} and total_iters {count(planned)} are defaults, a warm-up"
        yield Found(part.key(), f"{text} nobody asked for", remedy="give both")
