"""Milestones, lengths and shares: never reached, never matched, out of order, out of range."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from lrviz.errors import Grade
from lrviz.linter.part import Part
from lrviz.linter.rule import Found, calls, count, listed, rate, rounded, rule
from lrviz.linter.view import View
from lrviz.spec.tree import Tree
from lrviz.spell import spell_number

_NO_MILESTONE = 1e15  # from here on a milestone is meant never to be reached
_MOST_WRITTEN = 16  # milestones in a remedy


@rule("LR008", "warning", about=("milestones", "ordinals", "period"), silenced_by=("LR015",))
def drop_never_reached(view: View, part: Part) -> Iterator[Found]:
    """A milestone or the calls between two drops lie beyond the end of the run.

    Schedules of steps count calls of scheduler.step(). A milestone at or beyond the last call
    is never reached and the LR stays where it is, often because milestones in steps are counted in
    epochs, or because the run was made shorter and its schedule was not.

    Met in bshall/Tacotron#3, facebookresearch/detectron2#2609.
    """
    name = part.role("milestones", "ordinals", "period")
    places, written = part.milestones, part.numbers(name)
    if not written:
        written, places = [part.planned], [part.planned + part.shift]
    pairs = list(zip(places, written, strict=True))
    beyond = sorted({each for at, each in pairs if part.length <= at < _NO_MILESTONE})
    if not beyond or part.facts.begun:
        return
    text = f"the first drop would come after {calls(min(places))}"
    if name != part.role("period"):
        verb = "milestone {} is" if len(beyond) == 1 else "milestones {} are"
        text = f"{verb.format(listed(map(count, beyond)))} never reached"
    room, remedy = f"there are {calls(part.length)}", f"choose some below {part.length}"
    if part.length == 1:
        room, remedy = "there is 1 call and so no room for a drop", ""
    steps, least, most = view.schedule.steps_per_epoch, min(beyond), max(beyond)
    is_many = least >= steps and (2 * most >= view.schedule.total_steps or not part.milestones)
    fixes = view.if_steps(least, part) if is_many else ()
    own = int(part.length - part.shift)
    if name == part.role("period"):
        fixes += part.fix(name, own // 3, ", a third of the run") * (own >= 3)
    elif len(written) <= min(own - 1, _MOST_WRITTEN):
        kept = [each for at, each in pairs if at < part.length]
        if part.start < min(written) and max(written) < view.calls:  # of the run they make sense
            kept = [each - part.start for each in written]
        spread = [own * index // (len(written) + 1) for index in range(1, len(written) + 1)]
        fixes += part.fix(name, list(map(_whole, kept or spread)))
    yield Found(part.key(name), f"{text}, {room}", fixes, remedy)


def _whole(value: float) -> Tree:
    return int(value) if value % 1 == 0 else value


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
            text = f"{count(each)} is no whole number of calls, {what}"
            yield Found((*part.key("milestones"), index), text, remedy=remedy)


@rule("LR010", "warning", about=("milestones", "ordinals"), everywhere=True)
def milestones_out_of_order(view: View, part: Part) -> Iterator[Found]:
    """The milestones of drops are not strictly increasing.

    torch and timm take milestones in any order and as often as they are given. One that is there
    twice multiplies the LR by gamma twice, at the same call; a list out of order is usually one
    with a slip in it.

    Met in Andrew-Brown1/Smooth_AP#13.
    """
    name = part.role("milestones", "ordinals")
    milestones = part.numbers(name)
    twice = sorted(each for each, times in Counter(milestones).items() if times > 1)
    if twice:
        text = f"{listed(map(count, twice))} is given more than once, the LR drops by gamma each"
        yield Found(part.key(name), f"{text} time", remedy="name each once")
    elif any(after <= before for before, after in pairwise(milestones)):
        wanted = ", ".join(map(count, sorted(milestones)))
        remedy = f"write [{wanted}]" if len(milestones) <= _MOST_WRITTEN else "sort them"
        yield Found(part.key(name), "not in order", remedy=remedy)


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
            yield Found(key, f"{text}, a phase never runs", remedy="sort them")
        elif part.length <= each < _NO_MILESTONE:
            name = _child(part, index + 1)
            text = f"{name} would start at call {count(each)}, there are {calls(part.length)}"
            yield Found(key, text, remedy=f"choose a milestone below {part.length}")


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
            yield Found((*part.key("milestones"), index), f"{text} same", remedy=remedy)


def _child(part: Part, index: int) -> str:
    """Return the class of one of a composite's schedulers."""
    children = part.facts.children
    return children[index].name if index < len(children) else "the next scheduler"


@rule("LR027", "error", about=("period", "length", "hold", "ramp", "decay"), everywhere=True)
def zero_length_or_factor(view: View, part: Part) -> Iterator[Found]:
    """A length or a factor is 0.

    A length of 0 switches a scheduler off in no library but one's own: torch divides by it, at once
    or many steps later, or goes on for ever with the factor that was meant for the first step. A
    factor of 0 cannot be undone by multiplying. Leave the scheduler out.

    Met in pytorch/pytorch#193682, pytorch/pytorch#86454.
    """
    # What torch cannot drive at all, driving says first.
    if part.grade or part.role("stable") == part.length_name:  # 0 may be meant
        return
    if part.planned <= 0 and part.value("start_share") != 1:
        end = f"the LR is {rate(view.lr[0, -1])} at the end of the run"
        text = f"must be at least 1, got {count(part.planned)}: {end}"
        yield Found(part.key(part.length_name), text, part.fit(), f"leave {part.name} out")
    elif "hold" in part.roles and part.value("start_share") == 0:
        text = "a factor of 0: nothing is trained until it ends, and torch divides by it there"
        yield Found(part.key(part.role("start_share")), text, remedy="choose one above 0")


_SHARES = ("floor_share", "start_share", "share")


@rule("LR038", "warning", about=_SHARES)
def share_outside(view: View, part: Part) -> Iterator[Found]:
    """A share of the LR is below 0 or above 1.

    transformers and timm take a floor, a first LR or a noise as a share of the optimizer's LR, and
    any number for it. Above 1 the schedule climbs beyond the LR that was asked for, below 0 it ends
    there or is cut off in silence: mostly a percentage, or an LR, was meant.
    """
    for name in filter(None, map(part.role, _SHARES)):
        given = part.number(name)
        if given < 0 or given > 1:
            text = f"a share of the LR, got {spell_number(given)}: the LR is {rate(view.lr.max())}"
            yield Found(part.key(name), f"{text} at most", remedy="choose one from 0 to 1")


# Below this a share is none that anybody starts or ends at, and from this on a rate is one.
_LEAST_SHARE, _LEAST_RATE = 1e-4, 5e-4


@rule("LR042", "warning", about=("floor_share", "start_share", "floor", "start"))
def share_or_rate(view: View, part: Part) -> Iterator[Found]:
    """An LR is given where a share of it is wanted, or the reverse.

    eta_min and min_lr are learning rates, min_lr_rate and start_factor are shares of the
    optimizer's. A rate of 3e-7 as a share of 3e-4 is 9e-11: the schedule starts or ends at nothing.
    A share of 0.1 as a rate is a hundred times an LR of 1e-3, and the schedule climbs there.
    A warm-up from a thousandth or a ten-thousandth of the LR is usual and no mistake.
    """
    base = max(view.base_lr)
    for role in ("floor_share", "start_share", "floor", "start"):
        name, given, is_share = part.role(role), part.value(role), role.endswith("share")
        if is_share and 0 < given <= 1.001 * base and _is_rate(given, base):
            text, meant = f"as one it is {rate(given * base)}", given / base
            text = f"{rate(given)} is an LR where a share of it is wanted: {text}"
        elif not is_share and 1e-3 <= given <= 0.5 and 0 < 20 * base <= given:
            text, meant = f"{rate(given / base)} times the LR of {rate(base)}", given * base
            text = f"{rate(given)} is a share where an LR is wanted, {text}"
        else:
            continue
        # A power of ten may just mean little, as it does in public configs.
        is_likely = math.isclose(meant, 1e-3) or (role == "floor_share" and meant > 0.05)
        grade: Grade | None = "note" if is_share and _is_power(given) and not is_likely else None
        fix, remedy = part.fix(name, rounded(meant)), f"choose a {'share' if is_share else 'rate'}"
        yield Found(part.key(name), text, fix, remedy, grade or part.grade)


def _is_power(given: float) -> bool:
    return any(math.isclose(given, 10.0**power) for power in range(-12, 0))


def _is_rate(given: float, base: float) -> bool:
    """Whether a number makes sense as an LR and not as a share."""
    ratio = given / base
    is_round = math.isclose(ratio, float(f"{ratio:.0e}"))
    if _is_power(given):
        return given < 0.999 * _LEAST_SHARE and ratio >= _LEAST_RATE and is_round
    is_little = given < _LEAST_SHARE or (given < 0.01 and math.isclose(ratio, 1))
    return is_little and ratio >= _LEAST_RATE
