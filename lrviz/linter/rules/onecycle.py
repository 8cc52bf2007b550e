"""OneCycleLR and CyclicLR: cycles that do not fit the run, and what they do to the optimizer."""

from collections.abc import Iterator

import numpy as np

from lrviz.errors import KeyPath
from lrviz.linter.lengths import one_cycle_length
from lrviz.linter.phases import Part, View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.define import calls, count, listed, rate, rule
from lrviz.spec.tree import find_below, holds


@rule(
    "LR003",
    "one-cycle-too-short",
    "error",
    summary="a OneCycleLR is shorter than the run",
    why=(
        "OneCycleLR is made for one number of calls. The call after its last is let through, with "
        "a learning rate that jumps up again; the one after that raises ValueError, after all the "
        "hours that led there. Batches that the last epoch adds, gradient accumulation, a resumed "
        "run or one epoch more are how it gets there."
    ),
    threads=("pytorch/pytorch#91765", "pytorch/pytorch#38170"),
)
def too_short(view: View) -> Iterator[Found]:
    """Compare its length with the calls; torch cannot be driven past it, so driving speaks too."""
    for part in view.of("OneCycleLR"):
        total = one_cycle_length(part)
        if total is not None and total < part.length:
            text = f"ends after {count(total)} of {calls(part.length)}"
            yield Found(part.key("total_steps"), f"{text}; set total_steps to {part.length}")


@rule(
    "LR004",
    "one-cycle-never-anneals",
    "error",
    summary="a OneCycleLR is so long that the run ends on its way up, or soon after",
    why=(
        "OneCycleLR does its work in the long fall after the peak. Where its length counts steps "
        "but scheduler.step() is called once an epoch, the run is over while the learning rate "
        "still climbs, and ends at the highest value that it ever had."
    ),
    threads=("pytorch/pytorch#65417",),
)
def one_cycle_climbs(view: View) -> Iterator[Found]:
    """Look for a last value on the way up."""
    for part in view.of("OneCycleLR"):
        if view.is_last(part) and never_anneals(part):
            total = one_cycle_length(part) or 0.0
            end, top = rate(float(part.lr[0, -1])), part.rates("max_lr")
            asked = f" with a max_lr of {rate(top[0])}" if top else ""
            remedy = f"set total_steps to {part.length}"
            fix = part.fix("total_steps", part.length)
            if view.schedule.interval == "epoch":
                remedy = f"set interval to step, or total_steps to {part.length}"
            text = (
                f"is {count(total)} calls long and gets {part.length}: the run ends at "
                f"{end}{asked}; {remedy}"
            )
            certain = view.schedule.interval == "step" and "total_steps" in part.facts.given
            yield Found(part.key("total_steps"), text, fix if certain else None)


def never_anneals(part: Part) -> bool:
    """Whether the run ends while a OneCycleLR climbs, or before half of it."""
    total = one_cycle_length(part) if part.name == "OneCycleLR" else None
    if total is None or total <= part.length or part.length < 2:
        return False
    climbs = bool((part.lr[:, -1] > part.lr[:, :-1].max(axis=1)).all())
    return climbs or total > 2 * part.length


@rule(
    "LR005",
    "half-cycle-too-long",
    "warning",
    summary="the run ends before the first half of a CyclicLR's cycle does",
    why=(
        "CyclicLR climbs for step_size_up calls, 2000 unless it is given. In a shorter run, or "
        "where it is called once an epoch, there is no cycle: the LR is a straight line up from "
        "base_lr that never comes to max_lr. Two to ten times the batches of an epoch is usual."
    ),
)
def half_cycle_too_long(view: View) -> Iterator[Found]:
    """Compare step_size_up with the calls."""
    for part in view.of("CyclicLR"):
        up = part.number("step_size_up")
        if up is not None and outlasts(part) and view.is_last(part):
            default = "" if "step_size_up" in part.facts.given else ", by default,"
            text = (
                f"the way up takes {count(up)} calls{default} and the run has {part.length}: the "
                f"LR only climbs from {rate(float(part.lr[0, 0]))} to "
                f"{rate(float(part.lr[0, -1]))}; set step_size_up to {max(1, part.length // 2)}"
            )
            yield Found(part.key("step_size_up"), text)


def outlasts(part: Part) -> bool:
    """Whether the first way up of a CyclicLR is longer than what it gets."""
    up = part.number("step_size_up") if part.name == "CyclicLR" else None
    return up is not None and up > part.length


@rule(
    "LR018",
    "optimizer-lr-unused",
    "note",
    summary="OneCycleLR and CyclicLR set the LR themselves; the optimizer's is not used",
    why=(
        "OneCycleLR starts at max_lr / div_factor and CyclicLR at base_lr. Both overwrite the "
        "learning rate of the optimizer when they are built, so changing that one changes "
        "nothing: a sweep over it is many times the same run."
    ),
    threads=("pytorch/pytorch#73305", "pytorch/pytorch#28216"),
)
def lr_unused(view: View) -> Iterator[Found]:
    """Compare the LR that the spec gives with where the cycle starts."""
    key = _given_lr(view)
    if key is None:
        return
    for part in view.of("OneCycleLR", "CyclicLR"):
        starts = _starts(part)
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
    divisor = part.number("div_factor")
    return [top / divisor for top in part.rates("max_lr")] if divisor else []


def _given_lr(view: View) -> KeyPath | None:
    """Return where the spec gives the optimizer an LR; None where it leaves that to lrviz."""
    key = (*view.schedule.optimizer.key, "lr")
    given = holds(find_below(dict(view.spec.tree), key[:-1]), "lr")
    return key if given or key in view.schedule.source.swept else None


@rule(
    "LR034",
    "momentum-cycled-unasked",
    "note",
    summary="OneCycleLR and CyclicLR give momentum to an optimizer that had none",
    why=(
        "cycle_momentum is on unless it is turned off. An SGD without momentum is given one of "
        "0.8 to 0.95 from its first step on, which is another optimizer than the one that was "
        "asked for. Where an optimizer has neither momentum nor betas, torch raises."
    ),
    threads=("pytorch/pytorch#73910",),
)
def momentum_unasked(view: View) -> Iterator[Found]:
    """Look at the optimizer's own momentum."""
    node = view.schedule.optimizer
    given = [group.get("momentum", node.arguments.get("momentum")) for group in node.groups]
    own = given or [node.arguments.get("momentum")]
    if node.name not in ("SGD", "RMSprop") or any(own) or view.top.is_built_elsewhere:
        return
    for part in view.of("OneCycleLR", "CyclicLR"):
        if _is_cycled_unasked(part):
            highest = listed([f"{each:g}" for each in part.rates("max_momentum")[:1]] or ["0.95"])
            text = f"{node.name} has no momentum, {part.name} gives it up to {highest}"
            yield Found(part.key(), f"{text}; set cycle_momentum to false, or give it momentum")


def _is_cycled_unasked(part: Part) -> bool:
    cycled = part.facts.arguments.get("cycle_momentum") is True
    return cycled and "cycle_momentum" not in part.facts.given


RULES: tuple[Rule, ...] = (
    *(too_short, one_cycle_climbs, half_cycle_too_long),
    *(lr_unused, momentum_unasked),
)
