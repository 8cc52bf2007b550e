"""Milestones, lengths and shares: never reached, never matched, out of order, out of range."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from lrviz.linter.rule import Found, calls, count, listed, rate, rule
from lrviz.linter.view import FACTORS, Part, View
from lrviz.spec.catalog import CATALOG, THIRD_PARTY
from lrviz.spell import spell_number

_WITH_LENGTH = ("StepLR", "CosineAnnealingLR", "ConstantLR", "LinearLR", "PolynomialLR")

_NO_MILESTONE = 1e15  # from here on a milestone is meant never to be reached
_MOST_WRITTEN = 16  # milestones in a remedy


@rule("LR008", "warning", about=("MultiStepLR", "StepLR"))
def drop_never_reached(view: View, part: Part) -> Iterator[Found]:
    """A milestone or step_size lies beyond the end of the run.

    StepLR and MultiStepLR count calls of scheduler.step(). A milestone at or beyond the last call
    is never reached and the LR stays where it is, often because milestones in steps are counted in
    epochs, or because the run was made shorter and its schedule was not.

    Met in bshall/Tacotron#3, facebookresearch/detectron2#2609.
    """
    places = part.numbers("milestones") or [part.planned]
    beyond = sorted({each for each in places if part.length <= each < _NO_MILESTONE})
    if beyond:
        choice, text = "one", f"the first drop would come after {calls(beyond[0])}"
        if part.name == "MultiStepLR":
            verb = "milestone {} is" if len(beyond) == 1 else "milestones {} are"
            choice, text = "some", f"{verb.format(listed(map(count, beyond)))} never reached"
        room = f"there are {calls(part.length)}; choose {choice} below {part.length}"
        room = "there is 1 call and so no room for a drop" if part.length == 1 else room
        yield Found(part.key("milestones", "step_size"), f"{text}, {room}")


@rule("LR009", "error", about=("MultiStepLR", "SequentialLR"), everywhere=True)
def fractional_milestone(view: View, part: Part) -> Iterator[Found]:
    """A milestone is not a whole number, and never matches.

    torch looks the count of calls up among the milestones, and a count is never 2.4. A milestone
    computed as a share of the run is one division away from that: MultiStepLR then stays flat
    without a warning, SequentialLR does not start its next scheduler anew.

    Met in Pointcept/Pointcept#379.
    """
    is_list = part.name == "SequentialLR"
    what = "the next scheduler is not started there" if is_list else "the LR does not drop there"
    for index, each in enumerate(part.numbers("milestones")):
        if each % 1:
            remedy = f"write {round(each)}" if math.isfinite(each) else "leave it out"
            text = f"{count(each)} is no whole number of calls, {what}; {remedy}"
            yield Found((*part.key("milestones"), index), text)


@rule("LR010", "warning", about=("MultiStepLR",), everywhere=True)
def milestones_out_of_order(view: View, part: Part) -> Iterator[Found]:
    """MultiStepLR's milestones are not strictly increasing.

    torch takes milestones in any order and as often as they are given. One that is there twice
    multiplies the LR by gamma twice, at the same call; a list out of order is usually one with a
    slip in it.

    Met in Andrew-Brown1/Smooth_AP#13.
    """
    milestones = part.numbers("milestones")
    twice = sorted(each for each, times in Counter(milestones).items() if times > 1)
    if twice:
        text = f"{listed(map(count, twice))} is given more than once, the LR drops by gamma each"
        yield Found(part.key("milestones"), f"{text} time; name each once")
    elif any(after <= before for before, after in pairwise(milestones)):
        wanted = ", ".join(map(count, sorted(milestones)))
        remedy = f"write [{wanted}]" if len(milestones) <= _MOST_WRITTEN else "sort them"
        yield Found(part.key("milestones"), f"not in order; {remedy}")


@rule("LR011", "error", about=("SequentialLR",), silenced_by=("LR015",))
def phase_never_runs(view: View, part: Part) -> Iterator[Found]:
    """SequentialLR's milestones are out of order or beyond the run.

    SequentialLR picks the scheduler of a call by bisection among its milestones, and checks neither
    that they increase nor that the run comes to them. A phase whose milestone is not above the one
    before, or not below the number of calls, never runs.
    """
    milestones = part.numbers("milestones")
    for index, each in enumerate(milestones):
        key = (*part.key("milestones"), index)
        if index and each <= milestones[index - 1]:
            text = f"{count(each)} is not above {count(milestones[index - 1])} before it"
            yield Found(key, f"{text}, a phase never runs; sort them")
        elif part.length <= each < _NO_MILESTONE:
            name = _child(part, index + 1)
            text = f"{name} would start at call {count(each)}, there are {calls(part.length)}"
            yield Found(key, f"{text}; choose a milestone below {part.length}")


@rule("LR012", "warning", about=("SequentialLR",), everywhere=True)
def milestone_zero(view: View, part: Part) -> Iterator[Found]:
    """A SequentialLR's milestone is 0.

    A milestone of 0 is meant to leave the first phase out, a warm-up of no steps for example. Up to
    torch 2.12 the first scheduler is applied all the same and the second one starts from what it
    left. Leave out the scheduler and its milestone.

    Met in pytorch/pytorch#185872.
    """
    for index, each in enumerate(part.numbers("milestones")):
        if each < 1:
            text = f"leaves {_child(part, index)} no call, and torch up to 2.12 applies it all the"
            remedy = "leave the scheduler and its milestone out"
            yield Found((*part.key("milestones"), index), f"{text} same; {remedy}")


def _child(part: Part, index: int) -> str:
    """Return the class of one of a composite's schedulers."""
    children = part.facts.children
    return children[index].name if index < len(children) else "the next scheduler"


@rule("LR027", "error", about=_WITH_LENGTH, everywhere=True)
def zero_length_or_factor(view: View, part: Part) -> Iterator[Found]:
    """A length or a factor is 0.

    A length of 0 switches a scheduler off in no library but one's own: torch divides by it, at once
    or many steps later, or goes on for ever with the factor that was meant for the first step. A
    factor of 0 cannot be undone by multiplying. Leave the scheduler out.

    Met in pytorch/pytorch#193682, pytorch/pytorch#86454.
    """
    # What torch cannot drive at all, driving says first.
    if part.planned <= 0 and part.number(FACTORS.get(part.name, "")) != 1:
        end = f"the LR is {rate(view.lr[0, -1])} at the end of the run"
        text = f"must be at least 1, got {count(part.planned)}: {end}; leave {part.name} out"
        yield Found(part.key(part.length_name), text)
    elif part.name == "ConstantLR" and part.number("factor") == 0:
        text = "a factor of 0: nothing is trained until it ends, and torch divides by it there"
        yield Found(part.key("factor"), f"{text}; choose one above 0")


@rule("LR038", "warning")
def share_outside(view: View, top: Part) -> Iterator[Found]:
    """A share of the LR is below 0 or above 1.

    transformers and timm take a floor, a first LR or a noise as a share of the optimizer's LR, and
    any number for it. Above 1 the schedule climbs beyond the LR that was asked for, below 0 it ends
    there or is cut off in silence: mostly a percentage, or an LR, was meant.
    """
    for part in view.parts:
        roles = CATALOG[part.name].roles if part.name in THIRD_PARTY else {}
        for name in sorted(each for each, role in roles.items() if role == "share"):
            share = part.number(name)
            if share < 0 or share > 1:
                text = f"a share of the LR, got {spell_number(share)}: the LR is "
                text += f"{rate(view.lr.max())} at most; choose one from 0 to 1"
                yield Found(part.key(name), text)
