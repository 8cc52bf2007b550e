"""Cycles that do not fit the run: OneCycleLR, CyclicLR and warm restarts."""

import math
from collections.abc import Iterator

import numpy as np

from lrviz.linter.part import RESTARTS, Part
from lrviz.linter.rule import Found, calls, count, listed, rate, rule
from lrviz.linter.view import View
from lrviz.spec.tree import find_below, holds
from lrviz.spell import spell_number

BOTH = ("OneCycleLR", "CyclicLR")

_CYCLES = ("cycle", "half_cycle", "waves", "restarts", "cycles")


@rule("LR003", "error", about=("OneCycleLR",))
def one_cycle_too_short(view: View, part: Part) -> Iterator[Found]:
    """A OneCycleLR is shorter than the run.

    OneCycleLR is made for one number of steps. The call behind the last of them is let through,
    with a learning rate that jumps up again; the next one raises ValueError, after all the hours
    that led there. Batches that the last epoch adds, gradient accumulation, a resumed run or one
    epoch more are how it gets there.

    Met in pytorch/pytorch#91765, pytorch/pytorch#38170.
    """
    # torch cannot be driven past it: mostly driving says so first.
    if part.planned < part.length:
        text = f"ends after {count(part.planned)} of {calls(part.length)}"
        yield Found(part.key("total_steps"), text, part.fit(), f"set total_steps to {part.length}")


@rule("LR004", "error", about=("OneCycleLR",))
def one_cycle_never_anneals(view: View, part: Part) -> Iterator[Found]:
    """A OneCycleLR is so long that the run ends on its way up, or soon after.

    OneCycleLR does its work in the long fall after the peak. Where its length counts steps but
    scheduler.step() is called once an epoch, the run is over while the learning rate still climbs,
    and ends at the highest value that it ever had.

    Met in pytorch/pytorch#65417.
    """
    total, length = part.planned, part.facts.begun + part.length
    is_cut_off = part.is_last and total > length and part.length >= 2
    climbs = is_cut_off and (part.lr[:, -1] > part.lr[:, :-1].max(axis=1)).all()
    if climbs or (is_cut_off and total > 2 * length):
        end, is_step = rate(part.lr[0, -1]), view.schedule.interval == "step"
        asked = "".join(f" with a max_lr of {rate(top)}" for top in part.rates("max_lr")[:1])
        text = f"is {count(total)} calls long and gets {length}: the run ends at {end}{asked}"
        unit = () if is_step else view.call_every("step", part)
        fit = part.fix("total_steps", length, is_certain=is_step)
        remedy = "let it end with the run" if fit else f"set total_steps to {length}"
        yield Found(part.key("total_steps"), text, (*unit, *fit), remedy)


@rule("LR005", "warning", about=("CyclicLR",))
def half_cycle_too_long(view: View, part: Part) -> Iterator[Found]:
    """The run ends before the first half of a CyclicLR's cycle does.

    CyclicLR climbs for step_size_up calls, 2000 unless it is given. In a shorter run, or where it
    is called once an epoch, there is no cycle: the LR is a straight line up from base_lr that never
    comes to max_lr. Two to ten times the batches of an epoch is usual.
    """
    if part.planned > part.facts.begun + part.length and part.is_last:
        default = "" if "step_size_up" in part.facts.given else ", by default,"
        climb = f"from {rate(part.lr[0, 0])} to {rate(part.lr[0, -1])}"
        text = f"the way up takes {count(part.planned)} calls{default} and the run has "
        text += f"{part.length}: the LR only climbs {climb}"
        half = part.fix("step_size_up", max(1, part.length // 2))
        yield Found(part.key("step_size_up"), text, (*view.if_steps(part.planned, part), *half))


@rule("LR018", "note", about=BOTH, silenced_by=("LR026",))
def optimizer_lr_unused(view: View, part: Part) -> Iterator[Found]:
    """OneCycleLR and CyclicLR set the LR themselves; the optimizer's is not used.

    OneCycleLR starts at max_lr / div_factor and CyclicLR at base_lr. Both overwrite the learning
    rate of the optimizer when they are built, so changing that one changes nothing: a sweep over it
    is many times the same run.

    Met in pytorch/pytorch#73305, pytorch/pytorch#28216.
    """
    key, is_cyclic = (*view.schedule.optimizer.key, "lr"), part.name == "CyclicLR"
    name, divisor = ("base_lr", 1.0) if is_cyclic else ("max_lr", part.number("div_factor", 0.0))
    tree, swept = dict(view.spec.tree), view.schedule.source.swept
    is_given = key in swept or holds(find_below(tree, key[:-1]), "lr")
    tops = part.rates(name) if is_given and divisor else []
    for base, top in zip(view.base_lr, tops, strict=False):
        if not np.isclose(base, start := top / divisor, rtol=1e-6, atol=0):
            place = name if is_cyclic else f"{name} / div_factor"
            text = f"{rate(base)} is not used, {part.name} starts at its {place}, {rate(start)}"
            yield Found(key, text, remedy=f"say {rate(start)} here too, or leave it out")
            return


@rule("LR034", "note", about=BOTH)
def momentum_cycled_unasked(view: View, part: Part) -> Iterator[Found]:
    """OneCycleLR and CyclicLR give momentum to an optimizer that had none.

    cycle_momentum is on unless it is turned off. An SGD without momentum is given one of 0.8 to
    0.95 from its first step on, which is another optimizer than the one that was asked for. Where
    an optimizer has neither momentum nor betas, torch raises.

    Met in pytorch/pytorch#73910.
    """
    node, facts = view.schedule.optimizer, part.facts
    own = any({**node.arguments, **each}.get("momentum") for each in node.groups or ({},))
    cycled = facts.arguments.get("cycle_momentum") is True and "cycle_momentum" not in facts.given
    can_do_without = node.name in ("SGD", "RMSprop") and not part.is_built_elsewhere
    if cycled and can_do_without and not own:
        highest = spell_number((part.rates("max_momentum") or [0.95])[0])
        text = f"{node.name} has no momentum, {part.name} gives it up to {highest}"
        off = part.fix("cycle_momentum", False, ", or give it momentum")
        yield Found(part.key(), text, off, "give it momentum")


@rule("LR019", "error", about=BOTH, everywhere=True)
def cycle_takes_over(view: View, part: Part) -> Iterator[Found]:
    """OneCycleLR or CyclicLR stands in one list with another scheduler.

    OneCycleLR and CyclicLR write their own initial learning rate into the optimizer when they are
    built, and every scheduler on that optimizer starts from it: a warm-up in front of a OneCycleLR
    begins at a fraction of max_lr / div_factor, 25 times too low. A one-cycle policy has its
    warm-up built in, as long as pct_start says.

    Met in ludwig-ai/ludwig#4106.
    """
    if part.within == "SequentialLR" and part.siblings:
        first, base = view.lr[0, 0], view.base_lr[0]
        text = f"overwrites the LR that {listed(part.siblings)} would start from: the run begins "
        text += f"at {rate(first)}, the optimizer was given {rate(base)}"
        yield Found(part.key(), text, remedy="let it stand alone")


@rule("LR022", "warning", about=("cycle", "restarts", "cycles"), silenced_by=("LR006", "LR046"))
def no_restart_happens(view: View, part: Part) -> Iterator[Found]:
    """Restarts are asked for and the run ends before the first.

    CosineAnnealingWarmRestarts restarts after T_0 calls, timm's schedules after t_initial, and a
    schedule of hard restarts by default falls once. Where the run is no longer than that it is a
    plain anneal under a name that promises more, and where its cycle is longer than the run not
    even that: it is cut off while it falls.

    Met in huggingface/diffusers#1232, huggingface/diffusers#3195.
    """
    length, given = part.length, part.number(part.role("restarts"))
    if given < 2:
        name = part.role("restarts")
        default = "" if name in part.facts.given else ", the default"
        text = f"{name} is {count(given)}{default}: no restart happens"
        other = "take one without restarts"
        twice = part.fix(name, 2, f", or {other}")
        yield Found(part.key(name), text, twice, other)
    first = part.first_restart
    if first >= length:
        name = part.length_name
        text = f"the first restart would come after {calls(first)} and there are {length}: none "
        fitting = part.wanted if "cycles" in part.roles else max(1, length // 2)
        other = f"take CosineAnnealingLR with T_max {length}" if "cycle" in part.roles else ""
        comment = f" for {count(part.value('cycles', 2.0))} cycles{', or ' * bool(other)}{other}"
        fix = part.fix(name, int(fitting), comment) if fitting >= 1 else ()
        fixes = (*view.if_steps(first, part), *fix)
        yield Found(part.key(name), f"{text}happens", fixes, other or "give it fewer calls")


@rule("LR023", "warning", about=_CYCLES, silenced_by=("LR005", "LR022", "LR001", "LR002"))
def ends_mid_cycle(view: View, part: Part) -> Iterator[Found]:
    """The run ends in the middle of a cycle, at a high LR.

    Restarts and cycles are meant to be judged at the end of a cycle, where the learning rate is low
    and the weights have settled. A run that stops shortly after a restart, at the top of a triangle
    or after a whole wave of a cosine keeps the noisy weights of a high learning rate. Choose a
    length that ends with a cycle, or cycles that fit the length.
    """
    waves, restarts = part.value("waves"), part.value("restarts")
    if not (part.is_last and _ends_high(part, 0.25 if waves > 0 else 0.5)):
        return
    end, top = rate(part.lr[:, -1].max()), rate(part.lr.max())
    text = f"ends in the middle of a cycle, at {end} with a peak of {top}"
    around = _cycle_ends(part)
    if around and part.length not in around:
        ends = [part.start + end for end in around if end > 1]
        nearest = min(ends, key=lambda end: (abs(end - view.calls), end))
        remedy = f"the nearest length that ends low is {calls(nearest)}, this run has {view.calls}"
        yield Found(part.key(), text, remedy=remedy)
    elif (waves > 0 and waves % 1 != 0.5) or restarts % 1 > 0:
        name = part.role("waves", "restarts")
        fix = part.fix(name, max(1, math.ceil(waves - 0.5)) - 0.5 if waves > 0 else round(restarts))
        yield Found(part.key(name), text, fix)


def _ends_high(part: Part, least: float) -> bool:
    """Whether the last value is above a share of the peak, and as high in the range."""
    ends, tops, lows = part.lr[:, -1], part.lr.max(axis=1), part.lr.min(axis=1)
    return bool(((ends > least * tops) & (ends - lows > least * (tops - lows))).all())


def _cycle_ends(part: Part) -> tuple[int, ...]:
    """Return the lengths next to a part's own, from below and above, that end with a cycle."""
    least, cycle, factor = 1, part.planned, part.value("growth", 1.0)
    first, length = int(part.before), part.length
    if "half_cycle" in part.roles:
        least, cycle = 2, cycle + part.number("step_size_down", cycle)
    elif not part.first_restart < length:
        return ()
    if not (cycle >= least and factor >= 1):
        return ()
    if factor == 1:
        before = int((length - first) // cycle)
        return round(first + before * cycle), round(first + (before + 1) * cycle)
    below, above = first, first + int(cycle)
    while above <= length:
        cycle *= factor
        below, above = above, above + int(cycle)
    return below, above


@rule("LR035", "note", about=(RESTARTS,), silenced_by=("LR022",))
def restarts_miss_floor(view: View, part: Part) -> Iterator[Found]:
    """Warm restarts never come down to eta_min.

    A cycle of T_0 calls is read at 0 to T_0 - 1: the call that would give eta_min is the one that
    restarts. With short cycles the lowest LR is well above the one asked for. More calls a cycle
    bring it closer.

    Met in pytorch/pytorch#47560.
    """
    floor = part.number("eta_min")
    gaps, ranges = part.lr.min(axis=1) - floor, part.lr.max(axis=1) - floor
    group = int(np.argmax(gaps))
    if gaps[group] > 0.01 * ranges[group] > 0:
        text = f"the lowest LR is {rate(part.lr[group].min())}, eta_min is {rate(floor)}"
        yield Found(part.key("eta_min", "T_0"), text, remedy="give a cycle more calls")
