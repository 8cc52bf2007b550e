"""Schedulers that do not get along in one composite."""

from collections.abc import Iterator

from lrviz.linter.lengths import is_composite, is_warmup
from lrviz.linter.phases import Part, View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.define import listed, rate, rule

ABSOLUTE = ("CosineAnnealingWarmRestarts", "OneCycleLR", "CyclicLR", "SequentialLR")
"""The schedulers that set a learning rate whatever it was, the last one at its milestones."""


@rule(
    "LR013",
    "composite-in-sequential",
    "error",
    summary="a SequentialLR or ChainedScheduler stands inside a SequentialLR",
    why=(
        "SequentialLR starts its schedulers by winding back their count and stepping them, which "
        "it does not do to the schedulers inside another composite. As the first of its list a "
        "composite runs one call ahead of the run, in silence; as a later one it cannot be "
        "started at a milestone at all, and torch raises there. Write the schedulers out in one "
        "list."
    ),
    threads=("pytorch/pytorch#196243", "pytorch/pytorch#67957"),
)
def composite_in_sequential(view: View) -> Iterator[Found]:
    """Look at classes."""
    for part in view.all_of("SequentialLR", "ChainedScheduler"):
        if part.within == "SequentialLR":
            text = "torch cannot start it inside a SequentialLR: it runs a call ahead"
            yield Found(part.key(), f"{text}; write its schedulers out in one list")


@rule(
    "LR014",
    "plateau-in-composite",
    "error",
    summary="a ReduceLROnPlateau stands inside a composite",
    why=(
        "ReduceLROnPlateau.step() has to be given a metric, and SequentialLR and ChainedScheduler "
        "have none to give: torch raises ValueError or TypeError. A warm-up before it is written "
        "by hand, or with a LinearLR that is stepped beside it for the first calls only."
    ),
    threads=("pytorch/pytorch#68978",),
)
def plateau_in_composite(view: View) -> Iterator[Found]:
    """Look at classes; torch cannot be driven so, so driving says it first."""
    for part in view.all_of("ReduceLROnPlateau"):
        if part.within:
            text = f"{part.within} gives it no metric; step it outside of the composite"
            yield Found(part.key(), text)


@rule(
    "LR019",
    "cycle-takes-over",
    "error",
    summary="OneCycleLR or CyclicLR stands in one list with another scheduler",
    why=(
        "OneCycleLR and CyclicLR write their own initial learning rate into the optimizer when "
        "they are built, and every scheduler on that optimizer starts from it: a warm-up in front "
        "of a OneCycleLR begins at a fraction of max_lr / div_factor, 25 times too low. A one- "
        "cycle policy has its warm-up built in, as long as pct_start says."
    ),
    threads=("ludwig-ai/ludwig#4106",),
)
def cycle_takes_over(view: View) -> Iterator[Found]:
    """Look at classes."""
    for part in view.all_of("OneCycleLR", "CyclicLR"):
        if part.within == "SequentialLR" and part.has_siblings():
            assert part.parent is not None
            others = listed([each.name for each in part.parent.children if each is not part.facts])
            first, base = float(view.lr[0, 0]), view.base_lr[0]
            text = (
                f"overwrites the LR that {others} would start from: the run begins at "
                f"{rate(first)}, the optimizer was given {rate(base)}; let it stand alone"
            )
            yield Found(part.key(), text)


@rule(
    "LR029",
    "absolute-in-chain",
    "error",
    summary="a scheduler that sets absolute values stands in a ChainedScheduler",
    why=(
        "ChainedScheduler multiplies: each of its schedulers has to change the LR that it finds. "
        "CosineAnnealingWarmRestarts, OneCycleLR and CyclicLR set the LR to a value of their own "
        "at every call, SequentialLR at its milestones. What stood before them is lost, what "
        "stands behind them acts for one call only: the order of the list changes the curve."
    ),
    threads=("pytorch/pytorch#129565",),
)
def absolute_in_chain(view: View) -> Iterator[Found]:
    """Look at classes."""
    for part in view.all_of(*ABSOLUTE):
        if part.within == "ChainedScheduler" and part.has_siblings():
            assert part.parent is not None
            others = listed([each.name for each in part.parent.children if each is not part.facts])
            when = "at its milestones" if part.name == "SequentialLR" else "at every call"
            text = f"sets the LR itself {when}, what {others} made of it is lost"
            yield Found(part.key(), f"{text}; use SequentialLR, or fold the factors into a lambda")


@rule(
    "LR030",
    "chain-meant-as-sequence",
    "warning",
    summary="a warm-up and a cosine are chained, so that they run at the same time",
    why=(
        "ChainedScheduler calls all of its schedulers from the first call on. A cosine that "
        "should follow a warm-up has fallen part of its way when the warm-up is done, and the LR "
        "never comes to the one asked for. SequentialLR runs one after the other."
    ),
)
def chain_meant_as_sequence(view: View) -> Iterator[Found]:
    """Look at the peak of a LinearLR and a CosineAnnealingLR in one chain."""
    for chain in view.of("ChainedScheduler"):
        warmup = _chained_warmup(view, chain)
        if warmup is not None:
            length = warmup.facts.arguments.get("total_iters")
            top, base = float(chain.lr[0].max()), view.base_lr[0]
            text = (
                f"the peak is {rate(top)} of {rate(base)}, since LinearLR and CosineAnnealingLR "
                f"run at the same time; use SequentialLR with milestones [{length}]"
            )
            yield Found(chain.key(), text)


def is_meant_as_sequence(view: View, part: Part) -> bool:
    """Whether a part stands in a chain that should have been a sequence."""
    return part.within == "ChainedScheduler" and any(
        chain.facts is part.parent and _chained_warmup(view, chain) is not None
        for chain in view.of("ChainedScheduler")
    )


def _chained_warmup(view: View, chain: Part) -> Part | None:
    """Return the warm-up of a chain with a cosine whose peak is below nine tenths of the LR."""
    children = view.children(chain)
    warmup = next(filter(is_warmup, children), None)
    if warmup is None or not any(each.name == "CosineAnnealingLR" for each in children):
        return None
    tops = chain.lr.max(axis=1)
    low = all(top < 0.9 * base for top, base in zip(tops, view.base_lr, strict=True))
    return warmup if low and not any(map(is_composite, children)) else None


RULES: tuple[Rule, ...] = (
    *(composite_in_sequential, plateau_in_composite, cycle_takes_over),
    *(absolute_in_chain, chain_meant_as_sequence),
)
