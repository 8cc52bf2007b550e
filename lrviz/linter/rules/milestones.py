"""Milestones and step sizes: never reached, never matched, out of order."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from lrviz.linter.phases import Part, View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.define import calls, count, listed, rule
from lrviz.linter.rules.warmups import lasting_warmup

_MOST_WRITTEN = 16
"""The most milestones that a remedy writes out."""


@rule(
    "LR008",
    "drop-never-reached",
    "warning",
    summary="a milestone or step_size lies beyond the end of the run",
    why=(
        "StepLR and MultiStepLR count calls of scheduler.step(). A milestone at or beyond the "
        "last call is never reached and the LR stays where it is, often because milestones in "
        "steps are counted in epochs, or because the run was made shorter and its schedule was "
        "not."
    ),
    threads=("bshall/Tacotron#3", "facebookresearch/detectron2#2609"),
)
def never_reached(view: View) -> Iterator[Found]:
    """Compare milestones and step sizes with the calls."""
    for part in view.of("MultiStepLR"):
        beyond = unreached(part)
        if beyond:
            names = listed([count(each) for each in beyond])
            verb = "milestone {} is" if len(beyond) == 1 else "milestones {} are"
            text = f"{verb.format(names)} never reached, {_remedy(part, 'some')}"
            yield Found(part.key("milestones"), text)
    for part in view.of("StepLR"):
        for every in unreached(part):
            text = f"the first drop would come after {calls(int(every))}, {_remedy(part, 'one')}"
            yield Found(part.key("step_size"), text)


def _remedy(part: Part, what: str) -> str:
    if part.length == 1:
        return "there is 1 call and so no room for a drop"
    return f"there are {calls(part.length)}; choose {what} below {part.length}"


def unreached(part: Part) -> list[float]:
    """Return the milestones, or the step size, that a part never comes to."""
    places = part.numbers("milestones") if part.name == "MultiStepLR" else []
    if part.name == "StepLR" and (every := part.number("step_size")) is not None:
        places = [every]
    return sorted({each for each in places if part.length <= each < 1e15})


@rule(
    "LR009",
    "fractional-milestone",
    "error",
    summary="a milestone is not a whole number, and never matches",
    why=(
        "torch looks the count of calls up among the milestones, and a count is never 2.4. A "
        "milestone computed as a share of the run is one division away from that: MultiStepLR "
        "then stays flat without a warning, SequentialLR does not start its next scheduler anew."
    ),
    threads=("Pointcept/Pointcept#379",),
)
def fractional(view: View) -> Iterator[Found]:
    """Look at every milestone."""
    for part in view.all_of("MultiStepLR", "SequentialLR"):
        for index, each in enumerate(part.numbers("milestones")):
            if each % 1:
                what = "the LR does not drop there"
                if part.name == "SequentialLR":
                    what = "the next scheduler is not started there"
                remedy = f"write {round(each)}" if math.isfinite(each) else "leave it out"
                text = f"{count(each)} is no whole number of calls, {what}; {remedy}"
                yield Found((*part.key("milestones"), index), text)


@rule(
    "LR010",
    "milestones-out-of-order",
    "warning",
    summary="MultiStepLR's milestones are not strictly increasing",
    why=(
        "torch takes milestones in any order and as often as they are given. One that is there "
        "twice multiplies the LR by gamma twice, at the same call; a list out of order is usually "
        "one with a slip in it."
    ),
    threads=("Andrew-Brown1/Smooth_AP#13",),
)
def out_of_order(view: View) -> Iterator[Found]:
    """Compare every milestone with the one before."""
    for part in view.all_of("MultiStepLR"):
        milestones = part.numbers("milestones")
        twice = sorted(each for each, times in Counter(milestones).items() if times > 1)
        key = part.key("milestones")
        if twice:
            at = listed([count(each) for each in twice])
            text = f"{at} is given more than once, the LR drops by gamma each time"
            yield Found(key, f"{text}; name each once")
        elif any(after <= before for before, after in pairwise(milestones)):
            wanted = ", ".join(count(each) for each in sorted(milestones))
            remedy = f"write [{wanted}]" if len(milestones) <= _MOST_WRITTEN else "sort them"
            yield Found(key, f"not in order; {remedy}")


@rule(
    "LR011",
    "phase-never-runs",
    "error",
    summary="SequentialLR's milestones are out of order or beyond the run",
    why=(
        "SequentialLR picks the scheduler of a call by bisection among its milestones, and checks "
        "neither that they increase nor that the run comes to them. A phase whose milestone is "
        "not above the one before, or not below the number of calls, never runs."
    ),
)
def phase_never_runs(view: View) -> Iterator[Found]:
    """Compare every milestone with the one before and with the calls."""
    for part in view.of("SequentialLR"):
        milestones = part.numbers("milestones")
        key = part.key("milestones")
        if lasting_warmup(view) is not None:
            continue  # what holds the next phase up is the mistake
        for index, each in enumerate(milestones):
            if index and each <= milestones[index - 1]:
                text = f"{count(each)} is not above {count(milestones[index - 1])} before it"
                yield Found((*key, index), f"{text}, a phase never runs; sort them")
            elif part.length <= each < 1e15:
                name = _child(part, index + 1)
                text = f"{name} would start at call {count(each)}, there are {calls(part.length)}"
                yield Found((*key, index), f"{text}; choose a milestone below {part.length}")


@rule(
    "LR012",
    "milestone-zero",
    "warning",
    summary="a SequentialLR's milestone is 0",
    why=(
        "A milestone of 0 is meant to leave the first phase out, a warm-up of no steps for "
        "example. Up to torch 2.12 the first scheduler is applied all the same and the second one "
        "starts from what it left. Leave out the scheduler and its milestone."
    ),
    threads=("pytorch/pytorch#185872",),
)
def milestone_zero(view: View) -> Iterator[Found]:
    """Look for milestones before the first call."""
    for part in view.all_of("SequentialLR"):
        for index, each in enumerate(part.numbers("milestones")):
            if each < 1:
                text = f"leaves {_child(part, index)} no call, and torch up to 2.12 applies it all"
                remedy = "leave the scheduler and its milestone out"
                yield Found((*part.key("milestones"), index), f"{text} the same; {remedy}")


def _child(part: Part, index: int) -> str:
    """Return the class of one of a composite's schedulers."""
    children = part.facts.children
    return children[index].name if index < len(children) else "the next scheduler"


RULES: tuple[Rule, ...] = (
    *(never_reached, fractional, out_of_order),
    *(phase_never_runs, milestone_zero),
)
