"""OneCycleLR and CyclicLR: cycles that do not fit the run, and what they do to the optimizer."""

from collections.abc import Iterator

import numpy as np

from lrviz.errors import KeyPath
from lrviz.linter.rule import Found, calls, count, listed, rate, rule
from lrviz.linter.view import Part, View
from lrviz.spec.tree import find_below, holds
from lrviz.spell import spell_number

BOTH = ("OneCycleLR", "CyclicLR")


@rule("LR003", "error", about=("OneCycleLR",))
def one_cycle_too_short(view: View, part: Part) -> Iterator[Found]:
    """A OneCycleLR is shorter than the run.

    OneCycleLR is made for one number of calls. The call after its last is let through, with a
    learning rate that jumps up again; the one after that raises ValueError, after all the hours
    that led there. Batches that the last epoch adds, gradient accumulation, a resumed run or one
    epoch more are how it gets there.

    Met in pytorch/pytorch#91765, pytorch/pytorch#38170.
    """
    # torch cannot be driven past it: mostly driving says so first.
    if part.planned < part.length:
        text = f"ends after {count(part.planned)} of {calls(part.length)}"
        yield Found(part.key("total_steps"), f"{text}; set total_steps to {part.length}")


@rule("LR004", "error", about=("OneCycleLR",))
def one_cycle_never_anneals(view: View, part: Part) -> Iterator[Found]:
    """A OneCycleLR is so long that the run ends on its way up, or soon after.

    OneCycleLR does its work in the long fall after the peak. Where its length counts steps but
    scheduler.step() is called once an epoch, the run is over while the learning rate still climbs,
    and ends at the highest value that it ever had.

    Met in pytorch/pytorch#65417.
    """
    total, length = part.planned, part.length
    if not part.is_last or length < 2 or not total > length:
        return
    climbs = bool((part.lr[:, -1] > part.lr[:, :-1].max(axis=1)).all())
    if not climbs and total <= 2 * length:
        return
    end, top = rate(float(part.lr[0, -1])), part.rates("max_lr")
    asked = f" with a max_lr of {rate(top[0])}" if top else ""
    is_step = view.schedule.interval == "step"
    text = f"is {count(total)} calls long and gets {length}: the run ends at {end}{asked}"
    remedy = f"set {'' if is_step else 'interval to step, or '}total_steps to {length}"
    fix = part.fix("total_steps", length) if is_step else None
    yield Found(part.key("total_steps"), f"{text}; {remedy}", fix)


@rule("LR005", "warning", about=("CyclicLR",))
def half_cycle_too_long(view: View, part: Part) -> Iterator[Found]:
    """The run ends before the first half of a CyclicLR's cycle does.

    CyclicLR climbs for step_size_up calls, 2000 unless it is given. In a shorter run, or where it
    is called once an epoch, there is no cycle: the LR is a straight line up from base_lr that never
    comes to max_lr. Two to ten times the batches of an epoch is usual.
    """
    up = part.number("step_size_up")
    if up > part.length and part.is_last:
        default = "" if "step_size_up" in part.facts.given else ", by default,"
        climb = f"from {rate(float(part.lr[0, 0]))} to {rate(float(part.lr[0, -1]))}"
        text = f"the way up takes {count(up)} calls{default} and the run has {part.length}: the "
        text += f"LR only climbs {climb}; set step_size_up to {max(1, part.length // 2)}"
        yield Found(part.key("step_size_up"), text)


@rule("LR018", "note", about=BOTH)
def optimizer_lr_unused(view: View, part: Part) -> Iterator[Found]:
    """OneCycleLR and CyclicLR set the LR themselves; the optimizer's is not used.

    OneCycleLR starts at max_lr / div_factor and CyclicLR at base_lr. Both overwrite the learning
    rate of the optimizer when they are built, so changing that one changes nothing: a sweep over it
    is many times the same run.

    Met in pytorch/pytorch#73305, pytorch/pytorch#28216.
    """
    key = (*view.schedule.optimizer.key, "lr")
    starts = _starts(part) if _is_given(view, key) else []
    for base, start in zip(view.base_lr, starts, strict=False):
        if not np.isclose(base, start, rtol=1e-6, atol=0):
            name = "base_lr" if part.name == "CyclicLR" else "max_lr / div_factor"
            text = f"{rate(base)} is not used, {part.name} starts at its {name}"
            remedy = f"say {rate(start)} here too, or leave it out"
            yield Found(key, f"{text}, {rate(start)}; {remedy}")
            return


def _starts(part: Part) -> list[float]:
    if part.name == "CyclicLR":
        return part.rates("base_lr")
    divisor = part.number("div_factor", 0.0)
    return [top / divisor for top in part.rates("max_lr")] if divisor else []


def _is_given(view: View, key: KeyPath) -> bool:
    swept = view.schedule.source.swept
    return key in swept or holds(find_below(dict(view.spec.tree), key[:-1]), str(key[-1]))


@rule("LR034", "note", about=BOTH)
def momentum_cycled_unasked(view: View, part: Part) -> Iterator[Found]:
    """OneCycleLR and CyclicLR give momentum to an optimizer that had none.

    cycle_momentum is on unless it is turned off. An SGD without momentum is given one of 0.8 to
    0.95 from its first step on, which is another optimizer than the one that was asked for. Where
    an optimizer has neither momentum nor betas, torch raises.

    Met in pytorch/pytorch#73910.
    """
    node = view.schedule.optimizer
    given = [group.get("momentum", node.arguments.get("momentum")) for group in node.groups]
    own = given or [node.arguments.get("momentum")]
    if node.name not in ("SGD", "RMSprop") or any(own) or part.is_built_elsewhere:
        return
    cycled = part.facts.arguments.get("cycle_momentum") is True
    if cycled and "cycle_momentum" not in part.facts.given:
        highest = "".join(map(spell_number, part.rates("max_momentum")[:1])) or "0.95"
        text = f"{node.name} has no momentum, {part.name} gives it up to {highest}"
        yield Found(part.key(), f"{text}; set cycle_momentum to false, or give it momentum")


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
        first, base = float(view.lr[0, 0]), view.base_lr[0]
        text = f"overwrites the LR that {listed(part.siblings)} would start from: the run begins "
        text += f"at {rate(first)}, the optimizer was given {rate(base)}; let it stand alone"
        yield Found(part.key(), text)
