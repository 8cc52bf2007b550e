"""The rates that a run trains with: dead, negative, squared, upside down, flat, or one for all."""

import math
from collections.abc import Iterator
from itertools import product

import numpy as np

from lrviz.linter.part import LAMBDAS, UNDERFLOW, Part
from lrviz.linter.rule import Found, calls, listed, rate, rates, rounded, rule
from lrviz.linter.view import View
from lrviz.spell import spell_number


@rule("LR017", "note", silenced_by=("LR006",))
def first_step_at_zero(view: View, top: Part) -> Iterator[Found]:
    """The first step trains with an LR of 0.

    A warm-up that starts at exactly 0 makes the first batch do nothing: a wasted step, and with
    adaptive optimizers one that still moves their running averages. Counting from one, or a small
    start_factor, avoids it; the warm-ups of transformers cannot, and are not told of. Where the
    scheduler is called once an epoch it is all of the first epoch: a warning.

    Met in huggingface/transformers#34754.
    """
    if not ((view.lr[:, 0] == 0) & (view.peak > 0)).any():
        return
    part = next(each for each in view.parts if not each.facts.children and each.length)
    cannot = "warmup" in part.roles and not {"start", "start_share"} & part.roles.keys()
    steps, name = view.schedule.steps_per_call, part.role("start")
    text, remedy = "the first step trains", "let the warm-up start above it"
    if steps > 1:
        text = f"the first epoch, {steps} steps, trains"
        if view.schedule.frequency > 1:
            text = f"each of the first {steps} steps trains"
        remedy = "count in steps, or leave the warm-up out" if cannot else remedy
    elif cannot:
        return
    fix = part.fix(name, rounded(max(view.base_lr) / 100))
    key = part.key("lr_lambda", "base_lr", name)
    yield Found(key, f"{text} with an LR of 0", fix, remedy, "warning" if steps > 1 else None)


@rule("LR020", "warning", about=("OneCycleLR", "CyclicLR", "floor"))
def one_rate_for_all_groups(view: View, part: Part) -> Iterator[Found]:
    """Groups of different LRs are all given the same one.

    Layer-wise learning rates and smaller ones for a backbone are lost where a scheduler sets
    absolute values: a single max_lr or base_lr is the LR of every group. Both take a list with one
    value a group. eta_min does not: it is the floor of all groups, and has to be small against the
    smallest of them.
    """
    bases, floor, name = view.base_lr, part.value("floor"), part.role("floor")
    if max(bases) <= min(bases) * 1.001 or part.facts.takes_metric or part.grade:
        return
    lrs = rates(sorted(set(bases)))
    names = ("max_lr", "base_lr") if part.name == "CyclicLR" else ("max_lr",)
    single = [name for name in names if math.isfinite(part.number(name))]
    # A floor that a group goes below is its share of the floor, as those of transformers are.
    if 0.25 * min(bases) <= floor < min(bases) and part.lr.min() >= 0.999 * floor:
        text = f"one {name} of {rate(floor)} for groups with LRs of {lrs}: they end alike"
        yield Found(part.key(name), text, remedy=f"choose one far below {rate(min(bases))}")
    elif single:
        text = f"groups with LRs of {lrs} all start at {rate(part.lr[0, 0])}"
        remedy = f"give {listed(single)} a list of {len(bases)}"
        text += f": {listed(single)} {'are' if len(single) > 1 else 'is'} for all"
        yield Found(part.key(*single), text, remedy=remedy)


@rule("LR021", "warning", about=("floor",), silenced_by=("LR042",))
def floor_above_group(view: View, part: Part) -> Iterator[Found]:
    """The floor is above the LR of a param group.

    eta_min, or lr_min, is one value for all groups. A group whose learning rate is below it is
    annealed upwards: the layers that should learn slowest end at the LR of the others.
    """
    floor, name = part.value("floor"), part.role("floor")
    pairs = zip(view.base_lr, part.lr, strict=True)
    low = [base for base, lr in pairs if base < floor and lr.size and lr.max() > base]
    if part.facts.takes_metric:
        return
    if low and not floor >= max(view.base_lr) > 0:  # above all the schedule is upside down
        groups = "a group's LR of" if len(low) == 1 else "groups' LRs of"
        text = f"{rate(floor)} is above {groups} {rates(low)}, which rises"
        remedy = f"set {name} below {rate(min(low))}"
        yield Found(part.key(name), text, remedy=remedy, grade=part.grade)


@rule("LR007", "warning", silenced_by=("LR006", "LR027", "LR043", "LR046"))
def lr_underflows(view: View, top: Part) -> Iterator[Found]:
    """The LR is as good as zero for more than a third of the run.

    A learning rate below a millionth of its peak changes no weight any more: those steps are paid
    for and train nothing. An exponential decay that is stepped too often ends there, and a
    PolynomialLR or a linear decay whose total_iters is shorter than the run, which stays at 0 from
    then on. A floor of 0 at the end of the run is no underflow.
    """
    dead = np.abs(view.lr) < UNDERFLOW * view.peak[:, None]
    alive = view.peak > 0
    if not dead[alive, -1].all() or not alive.any():
        return
    tail, end = int(np.argmin(dead[alive][:, ::-1], axis=1).min()), view.lr[alive][0, -1]
    if tail > max(1, view.calls / 3):
        start = view.step(view.calls - tail)
        level = "0" if end == 0 else f"below a millionth of its peak, {rate(end)} at the end,"
        text = f"the LR is {level} from step {start} on, for {tail} of {calls(view.calls)}"
        yield _dead_end(view.last, text)


def _dead_end(part: Part, text: str) -> Found:
    """Return what is said of an underflow, at the argument that it comes of."""
    if part.grade is None and part.fit() and part.horizon < part.length:
        return Found(part.key(part.length_name), text, part.fit())
    gamma = spell_number(0.01 ** (1 / part.length), 4)
    names = (part.role("period"), "lr_lambda", part.role("gamma"))
    remedy = f"a {names[2]} of {gamma} would end at a hundredth" if names[2] else ""
    remedy = f"call it every epoch, or set {names[0]} to more" if names[0] else remedy
    return Found(part.key(*names), text, remedy=remedy or "let it decay over the whole run")


@rule("LR024", "warning", about=("LambdaLR",))
def lambda_returns_lr(view: View, part: Part) -> Iterator[Found]:
    """A lambda returns a learning rate where a factor is wanted.

    LambdaLR multiplies the optimizer's learning rate by what the lambda returns. A lambda that
    returns the LR itself makes it the square: 0.1 becomes 0.01. Return factors of 1, or give the
    optimizer an LR of 1.

    Met in pytorch/pytorch#78917, pytorch/pytorch#32639.
    """
    for base, values in zip(view.base_lr, part.lr, strict=True):
        top = float(values.max())
        still_rises = part.length > 1 and values[-1] > values[-2]
        squared = abs(top - base * base) <= 0.01 * base * base
        # Of what had begun before the run, the most may be the square by chance.
        if 0 < base < 0.5 and squared and not (still_rises or part.facts.begun):
            text = f"it returns {rate(top / base)} at most, about the LR of {rate(base)}, and is "
            text += f"multiplied by it: the run trains with {rate(top)}"
            remedy = "return a factor, 1 for all of it"
            yield Found(part.key("lr_lambda"), text, remedy=remedy)
            return


@rule("LR025", "error")
def not_a_rate(view: View, top: Part) -> Iterator[Found]:
    """The LR goes below 0, or is no number.

    A negative learning rate climbs the loss instead of descending it, and torch does not say a
    word. It comes of a linear decay without a lower bound that runs on after its end. An LR that is
    infinite or no number cannot be drawn: such a spec is refused.

    Met in huggingface/transformers#327.
    """
    wrong = view.lr < -1e-9 * np.abs(view.lr).max()
    if wrong.any():
        start = view.step(int(np.argmax(wrong.any(axis=0))))
        text = f"the LR is negative from step {start} on, down to {rate(view.lr.min())}"
        keys = [each.key("lr_lambda") for each in view.parts if each.name == "LambdaLR"]
        bound = "bound it with max(0, …), or end the decay with the run"
        remedy = bound if keys else "choose one above 0"
        for part, role in product(view.parts, ("floor", "floor_share", "gamma")):
            keys += [part.key(part.role(role))] if part.value(role) < 0 else []
        yield Found([*keys, top.key()][0], text, remedy=remedy)


# The rules that say why nothing happens.
EXPLAINED_BY = ("LR002", "LR004", "LR005", "LR008", "LR009", "LR015", "LR022", "LR027", "LR042")


@rule("LR026", "warning")
def nothing_or_upwards(view: View, top: Part) -> Iterator[Found]:
    """A schedule anneals upwards, or changes nothing at all.

    An eta_min that is not below the LR, a base_lr that is not below max_lr and a gamma that is not
    below 1 turn a schedule upside down or make it flat, and torch takes them all. A curve that
    hardly moves says that some argument does not mean what it was taken for. SWALR is left alone:
    averaging may hold the LR that it finds, or raise it.
    """
    upwards = [found for part in view.parts if part.length for found in _upwards(view, part)]
    yield from upwards or _flat(view, top)


def _upwards(view: View, part: Part) -> Iterator[Found]:
    """Look at the arguments that say where from and where to."""
    base, is_plateau = max(view.base_lr), part.facts.takes_metric
    aims = {"floor": "which rises or stays"} if not is_plateau else {}
    aims |= {"start": "to which the warm-up falls"} if part.warmup > 0 else {}
    for role, what in aims.items():
        given, name = part.value(role), part.role(role)
        if given >= base > 0:
            text = f"{rate(given)} is not below the LR of {rate(base)}, {what}"
            fix = part.fix(name, rounded(base / 100))
            remedy = f"set {name} below {rate(base)}"
            yield Found(part.key(name), text, fix, remedy, part.grade, ("LR042",))
    if (gamma := part.value("gamma")) >= 1 and not is_plateau:
        what = "never changes" if gamma == 1 else f"grows to {rate(part.lr[0, -1])}"
        text = f"with a {part.role('gamma')} of {spell_number(gamma)} the LR {what}"
        yield Found(part.key(part.role("gamma")), text, remedy="choose one below 1")
    divisor, last = part.number("div_factor"), part.number("final_div_factor")
    if divisor < 1 or divisor * last < 1:
        name, at = ("div_factor", 0) if divisor < 1 else ("final_div_factor", -1)
        text = f"{spell_number(part.number(name))} takes the LR to {rate(part.lr[0, at])} at the "
        text += f"{'end' if at else 'start'}, above its max_lr"
        yield Found(part.key(name), text, remedy="the LR is divided by it; choose one above 1")
    for low, high in zip(part.rates("base_lr"), part.rates("max_lr"), strict=False):
        if low >= high:
            text = f"base_lr {rate(low)} is not below max_lr {rate(high)}"
            yield Found(part.key("base_lr"), text, remedy="swap them")
            break


def _flat(view: View, top: Part) -> Iterator[Found]:
    tops, lows = np.abs(view.lr).max(axis=1), np.abs(view.lr).min(axis=1)
    least = 1.01 if view.calls >= 10 else 1.0  # a few calls of a slow decay do not show it
    if view.calls < 2 or not ((tops < least * lows) | (tops == lows)).all():
        return
    known = all(part.entry for part in view.parts)
    if not tops.any() or (known and not _is_asked_for(view.last)):
        text = f"the LR stays at {rates(view.peak)}: nothing happens in {calls(view.calls)}"
        yield Found(top.key(), text, remedy="check its arguments", silenced_by=EXPLAINED_BY)


def _is_asked_for(last: Part) -> bool:
    """Whether a constant LR is just what the spec says: a factor written out as a number."""
    if last.name in LAMBDAS:
        return last.is_built_elsewhere or math.isfinite(last.number("lr_lambda"))
    constant = "hold" in last.roles and last.role("start_share") in last.facts.given
    constant |= "aim" in last.roles
    return constant or last.facts.takes_metric or not last.roles.keys() - {"warmup"}
