"""What the curve itself shows: dead, negative, upside down or flat."""

from collections.abc import Iterator

import numpy as np

from lrviz.linter.phases import Part, View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.cycles import never_restarts
from lrviz.linter.rules.define import calls, listed, rate, rule
from lrviz.linter.rules.groups import is_above_all
from lrviz.linter.rules.horizons import is_unfinished
from lrviz.linter.rules.milestones import unreached
from lrviz.linter.rules.onecycle import never_anneals, outlasts
from lrviz.linter.rules.units import UNDERFLOW, mistaken_unit
from lrviz.linter.rules.warmups import lasting_warmup
from lrviz.linter.rules.zeros import has_no_length
from lrviz.spec.catalog import SCHEDULERS
from lrviz.spell import spell_number


@rule(
    "LR007",
    "lr-underflows",
    "warning",
    summary="the LR is as good as zero for more than a third of the run",
    why=(
        "A learning rate below a millionth of its peak changes no weight any more: those steps "
        "are paid for and train nothing. An exponential decay that is stepped too often ends "
        "there, and a PolynomialLR or a linear decay whose total_iters is shorter than the run, "
        "which stays at 0 from then on. A floor of 0 at the end of the run is no underflow."
    ),
)
def underflow(view: View) -> Iterator[Found]:
    """Look for a dead end in all groups that live at all."""
    dead = np.abs(view.lr) < UNDERFLOW * view.peak[:, None]
    alive = view.peak > 0
    if not dead[alive, -1].all() or not alive.any() or mistaken_unit(view) is not None:
        return
    start = view.calls - int(np.argmin(dead[alive][:, ::-1], axis=1).min())
    tail = view.calls - start
    if 3 * tail <= view.calls or tail < 2 or any(map(has_no_length, view.parts)):
        return
    part, end = view.last, float(view.lr[alive][0, -1])
    level = "0" if end == 0 else f"below a millionth of its peak, {rate(end)} at the end,"
    text = f"the LR is {level} from step {view.step(start)} on, for {tail} of {calls(view.calls)}"
    yield _dead_end(part, text)


def _dead_end(part: Part, text: str) -> Found:
    """Return what is said of an underflow, at the argument that it comes of."""
    if part.name in ("PolynomialLR", "LinearLR"):
        fix = part.fix("total_iters", part.length)
        return Found(part.key("total_iters"), f"{text}; set total_iters to {part.length}", fix)
    if part.name == "ExponentialLR":
        remedy = f"a gamma of {spell_number(0.01 ** (1 / part.length), 4)} would end at a hundredth"
        return Found(part.key("gamma"), f"{text}; {remedy}")
    if part.name == "StepLR":
        remedy = "set interval to epoch, or step_size to more"
        return Found(part.key("step_size"), f"{text}; {remedy}")
    return Found(part.key("lr_lambda", "gamma"), f"{text}; let it decay over the whole run")


@rule(
    "LR024",
    "lambda-returns-lr",
    "warning",
    summary="a lambda returns a learning rate where a factor is wanted",
    why=(
        "LambdaLR multiplies the optimizer's learning rate by what the lambda returns. A lambda "
        "that returns the LR itself makes it the square: 0.1 becomes 0.01. Return factors of 1, "
        "or give the optimizer an LR of 1."
    ),
    threads=("pytorch/pytorch#78917", "pytorch/pytorch#32639"),
)
def lambda_returns_lr(view: View) -> Iterator[Found]:
    """Compare the peak with the square of the LR."""
    for part in view.of("LambdaLR"):
        for base, values in zip(view.base_lr, part.lr, strict=True):
            top = float(values.max())
            still_rises = part.length > 1 and values[-1] > values[-2]
            squared = abs(top - base * base) <= 0.01 * base * base
            if 0 < base < 0.5 and squared and not still_rises:
                text = (
                    f"it returns {rate(top / base)} at most, about the LR of {rate(base)}, and is "
                    f"multiplied by it: the run trains with {rate(top)}; return a factor, 1 for all"
                )
                yield Found(part.key("lr_lambda"), f"{text} of it")
                return


@rule(
    "LR025",
    "not-a-rate",
    "error",
    summary="the LR goes below 0, or is no number",
    why=(
        "A negative learning rate climbs the loss instead of descending it, and torch does not "
        "say a word. It comes of a linear decay without a lower bound that runs on after its end. "
        "An LR that is infinite or no number cannot be drawn: such a spec is refused."
    ),
    threads=("huggingface/transformers#327",),
)
def not_a_rate(view: View) -> Iterator[Found]:
    """Look for values below 0."""
    wrong = view.lr < -1e-9 * np.abs(view.lr).max()
    if not wrong.any():
        return
    call = int(np.argmax(wrong.any(axis=0)))
    lowest = rate(float(view.lr.min()))
    text = f"the LR is negative from step {view.step(call)} on, down to {lowest}"
    key = next((part.key("lr_lambda") for part in view.of("LambdaLR")), view.top.key())
    yield Found(key, f"{text}; bound it with max(0, …), or end the decay with the run")


@rule(
    "LR026",
    "nothing-or-upwards",
    "warning",
    summary="a schedule anneals upwards, or changes nothing at all",
    why=(
        "An eta_min that is not below the LR, a base_lr that is not below max_lr and a gamma that "
        "is not below 1 turn a schedule upside down or make it flat, and torch takes them all. A "
        "curve that hardly moves says that some argument does not mean what it was taken for."
    ),
)
def nothing_or_upwards(view: View) -> Iterator[Found]:
    """Look at the arguments that say where to, then at the curve."""
    found = [*_upwards(view)]
    yield from found or _flat(view)


def _upwards(view: View) -> Iterator[Found]:
    for part in view.of("CosineAnnealingLR", "CosineAnnealingWarmRestarts"):
        if is_above_all(view, part):
            floor, base = part.number("eta_min") or 0.0, max(view.base_lr)
            text = f"{rate(floor)} is not below the LR of {rate(base)}, which rises or stays"
            yield Found(part.key("eta_min"), f"{text}; set eta_min below {rate(base)}")
    for part in view.of("CyclicLR"):
        for low, high in zip(part.rates("base_lr"), part.rates("max_lr"), strict=False):
            if low >= high:
                text = f"base_lr {rate(low)} is not below max_lr {rate(high)}; swap them"
                yield Found(part.key("base_lr"), text)
                break
    for part in view.of("StepLR", "MultiStepLR", "ExponentialLR"):
        gamma = part.number("gamma")
        if gamma is not None and gamma >= 1:
            what = "never changes" if gamma == 1 else f"grows to {rate(float(part.lr[0, -1]))}"
            text = f"with a gamma of {gamma:g} the LR {what}; choose one below 1"
            yield Found(part.key("gamma"), text)


def _flat(view: View) -> Iterator[Found]:
    tops, lows = np.abs(view.lr).max(axis=1), np.abs(view.lr).min(axis=1)
    least = 1.01 if view.calls >= 10 else 1.0  # a few calls of a slow decay do not show it
    if view.calls < 2 or not ((tops < least * lows) | (tops == lows)).all() or not lows.any():
        return
    known = all(part.name in SCHEDULERS for part in view.parts)
    if known and not _is_asked_for(view) and not _is_explained(view):
        text = f"the LR stays at {listed([rate(each) for each in view.peak])}: nothing happens"
        yield Found(view.top.key(), f"{text} in {calls(view.calls)}; check its arguments")


def _is_asked_for(view: View) -> bool:
    """Whether a constant LR is just what the spec says: a factor written out as a number."""
    part = view.last
    if part.name in ("LambdaLR", "MultiplicativeLR"):
        return part.is_built_elsewhere or part.number("lr_lambda") is not None
    constant = part.name == "ConstantLR" and "factor" in part.facts.given
    return constant or part.name == "ReduceLROnPlateau"


def _is_explained(view: View) -> bool:
    """Whether another rule says why nothing happens."""
    return lasting_warmup(view) is not None or any(
        unreached(part)
        or any(each % 1 for each in part.numbers("milestones"))
        or outlasts(part)
        or never_anneals(part)
        or never_restarts(part)
        or has_no_length(part)
        or is_unfinished(view, part)
        for part in view.parts
        if part.length and part.name != "ChainedScheduler"
    )


RULES: tuple[Rule, ...] = (underflow, lambda_returns_lr, not_a_rate, nothing_or_upwards)
