"""Schedulers that do not get along in one composite."""

from collections.abc import Iterator

from lrviz.linter.rule import Found, listed, rate, rule
from lrviz.linter.view import RESTARTS, Part, View

ABSOLUTE = (RESTARTS, "OneCycleLR", "CyclicLR", "SequentialLR")
"""The schedulers that set a learning rate whatever it was, the last one at its milestones."""


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
    children = view.children(part)
    warmup = next((each for each in children if each.climb > 0), None)
    if warmup is None or not any(each.name == "CosineAnnealingLR" for each in children):
        return
    tops = part.lr.max(axis=1)
    low = all(top < 0.9 * base for top, base in zip(tops, view.base_lr, strict=True))
    if low and not any(each.facts.children for each in children):
        text = f"the peak is {rate(float(tops[0]))} of {rate(view.base_lr[0])}, since LinearLR and "
        remedy = f"use SequentialLR with milestones [{warmup.facts.arguments.get('total_iters')}]"
        yield Found(part.key(), f"{text}CosineAnnealingLR run at the same time; {remedy}")
