"""The rates that a run trains with: dead, negative, squared, upside down, flat, or one for all."""

import math
from collections.abc import Iterator

import numpy as np

from lrviz.linter.rule import Found, calls, listed, rate, rates, rule
from lrviz.linter.view import RESTARTS, UNDERFLOW, Part, View
from lrviz.spec.catalog import SCHEDULERS
from lrviz.spell import spell_number

ANNEALERS = ("CosineAnnealingLR", RESTARTS)


@rule("LR017", "note")
def first_step_at_zero(view: View, top: Part) -> Iterator[Found]:
    """The first step trains with an LR of 0.

    A warm-up that starts at exactly 0 makes the first batch do nothing: a wasted step, and with
    adaptive optimizers one that still moves their running averages. Counting from one, or a small
    start_factor, avoids it.

    Met in huggingface/transformers#34754.
    """
    if ((view.lr[:, 0] == 0) & (view.peak > 0)).any():
        text = "the first step trains with an LR of 0; let the warm-up start above it"
        yield Found(top.key("lr_lambda", "base_lr"), text)


@rule("LR020", "warning", about=("OneCycleLR", "CyclicLR", *ANNEALERS))
def one_rate_for_all_groups(view: View, part: Part) -> Iterator[Found]:
    """Groups of different LRs are all given the same one.

    Layer-wise learning rates and smaller ones for a backbone are lost where a scheduler sets
    absolute values: a single max_lr or base_lr is the LR of every group. Both take a list with one
    value a group. eta_min does not: it is the floor of all groups, and has to be small against the
    smallest of them.
    """
    bases, floor = view.base_lr, part.number("eta_min")
    if max(bases) <= min(bases) * 1.001:
        return
    lrs = rates(sorted(set(bases)))
    names = ("max_lr", "base_lr") if part.name == "CyclicLR" else ("max_lr",)
    single = [name for name in names if math.isfinite(part.number(name))]
    if 0.25 * min(bases) <= floor < min(bases):
        text = f"one eta_min of {rate(floor)} for groups with LRs of {lrs}: they end alike"
        yield Found(part.key("eta_min"), f"{text}; choose one far below {rate(min(bases))}")
    elif single:
        text = f"groups with LRs of {lrs} all start at {rate(part.lr[0, 0])}"
        remedy = f"give {listed(single)} a list of {len(bases)}"
        yield Found(part.key(*single), f"{text}: {listed(single)} is for all; {remedy}")


@rule("LR021", "warning", about=ANNEALERS)
def floor_above_group(view: View, part: Part) -> Iterator[Found]:
    """eta_min is above the LR of a param group.

    eta_min is one value for all groups. A group whose learning rate is below it is annealed
    upwards: the layers that should learn slowest end at the LR of the others.
    """
    floor = part.number("eta_min")
    low = [base for base in view.base_lr if base < floor]
    if low and not floor >= max(view.base_lr) > 0:  # above all the schedule is upside down
        groups = "a group's LR of" if len(low) == 1 else "groups' LRs of"
        text = f"{rate(floor)} is above {groups} {rates(low)}, which rises"
        yield Found(part.key("eta_min"), f"{text}; set eta_min below {rate(min(low))}")


@rule("LR007", "warning", silenced_by=("LR006", "LR027"))
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
    if part.name in ("PolynomialLR", "LinearLR"):
        fix = part.fix("total_iters", part.length)
        return Found(part.key("total_iters"), f"{text}; set total_iters to {part.length}", fix)
    gamma = spell_number(0.01 ** (1 / part.length), 4)
    remedies = {
        "ExponentialLR": f"a gamma of {gamma} would end at a hundredth",
        "StepLR": "set interval to epoch, or step_size to more",
    }
    remedy = remedies.get(part.name, "let it decay over the whole run")
    return Found(part.key("step_size", "lr_lambda", "gamma"), f"{text}; {remedy}")


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
        if 0 < base < 0.5 and squared and not still_rises:
            text = f"it returns {rate(top / base)} at most, about the LR of {rate(base)}, and is "
            text += f"multiplied by it: the run trains with {rate(top)}"
            yield Found(part.key("lr_lambda"), f"{text}; return a factor, 1 for all of it")
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
        lambdas = [each.key("lr_lambda") for each in view.parts if each.name == "LambdaLR"]
        remedy = "bound it with max(0, …), or end the decay with the run"
        yield Found([*lambdas, top.key()][0], f"{text}; {remedy}")


# The rules that say why nothing happens.
EXPLAINED_BY = ("LR002", "LR004", "LR005", "LR008", "LR009", "LR015", "LR022", "LR027")


@rule("LR026", "warning")
def nothing_or_upwards(view: View, top: Part) -> Iterator[Found]:
    """A schedule anneals upwards, or changes nothing at all.

    An eta_min that is not below the LR, a base_lr that is not below max_lr and a gamma that is not
    below 1 turn a schedule upside down or make it flat, and torch takes them all. A curve that
    hardly moves says that some argument does not mean what it was taken for.
    """
    upwards = [found for part in view.parts if part.length for found in _upwards(view, part)]
    yield from upwards or _flat(view, top)


def _upwards(view: View, part: Part) -> Iterator[Found]:
    """Look at the arguments that say where to."""
    match part.name:
        case _ if part.name in ANNEALERS:
            floor, base = part.number("eta_min"), max(view.base_lr)
            if floor >= base > 0:
                text = f"{rate(floor)} is not below the LR of {rate(base)}, which rises or stays"
                yield Found(part.key("eta_min"), f"{text}; set eta_min below {rate(base)}")
        case "CyclicLR":
            for low, high in zip(part.rates("base_lr"), part.rates("max_lr"), strict=False):
                if low >= high:
                    text = f"base_lr {rate(low)} is not below max_lr {rate(high)}; swap them"
                    yield Found(part.key("base_lr"), text)
                    break
        case "StepLR" | "MultiStepLR" | "ExponentialLR":
            if (gamma := part.number("gamma")) >= 1:
                what = "never changes" if gamma == 1 else f"grows to {rate(part.lr[0, -1])}"
                text = f"with a gamma of {spell_number(gamma)} the LR {what}; choose one below 1"
                yield Found(part.key("gamma"), text)


def _flat(view: View, top: Part) -> Iterator[Found]:
    tops, lows = np.abs(view.lr).max(axis=1), np.abs(view.lr).min(axis=1)
    least = 1.01 if view.calls >= 10 else 1.0  # a few calls of a slow decay do not show it
    if view.calls < 2 or not ((tops < least * lows) | (tops == lows)).all() or not lows.any():
        return
    known = all(part.name in SCHEDULERS for part in view.parts)
    if known and not _is_asked_for(view.last):
        text = f"the LR stays at {rates(view.peak)}: nothing happens in {calls(view.calls)}"
        yield Found(top.key(), f"{text}; check its arguments", silenced_by=EXPLAINED_BY)


def _is_asked_for(last: Part) -> bool:
    """Whether a constant LR is just what the spec says: a factor written out as a number."""
    if last.name in ("LambdaLR", "MultiplicativeLR"):
        return last.is_built_elsewhere or math.isfinite(last.number("lr_lambda"))
    constant = last.name == "ConstantLR" and "factor" in last.facts.given
    return constant or last.name == "ReduceLROnPlateau"
