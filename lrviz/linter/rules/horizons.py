"""Anneals that are planned for another length than they get."""

from collections.abc import Iterator

import numpy as np

from lrviz.linter.lengths import horizon
from lrviz.linter.phases import Part, View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.chains import is_meant_as_sequence
from lrviz.linter.rules.define import calls, count, rate, rule
from lrviz.linter.rules.onecycle import never_anneals
from lrviz.linter.rules.units import mistaken_unit


@rule(
    "LR001",
    "cosine-climbs-again",
    "warning",
    summary="a cosine is over before the run is, and the LR climbs again",
    why=(
        "CosineAnnealingLR is half a period of a cosine. It does not stop at eta_min after T_max "
        "calls: it goes up again the way it came, and the last steps, which should settle, train "
        "with a growing learning rate. T_max has to be the number of calls that the scheduler "
        "gets; inside SequentialLR those are the calls after its milestone. Who wants the LR to "
        "return says so with CosineAnnealingWarmRestarts."
    ),
    threads=("google-deepmind/optax#905", "OverLordGoldDragon/keras-adamw#33"),
)
def climbs_again(view: View) -> Iterator[Found]:
    """Look past T_max, and for a lambda that falls once and rises once."""
    for part in view.of("CosineAnnealingLR"):
        end = part.number("T_max")
        if end is None or end <= 0 or part.length - 1 <= end or _is_said_elsewhere(view, part):
            continue
        tail = part.lr[:, int(np.ceil(end)) :]
        group = int(np.argmax(np.ptp(tail, axis=1)))
        low, high = float(tail[group, 0]), float(tail[group].max())
        if high - low > 1e-6 * view.peak[group]:
            text = (
                f"the LR climbs again after {count(end)} of its {calls(part.length)}, "
                f"from {rate(low)} to {rate(high)}; set T_max to {part.length}"
            )
            yield Found(part.key("T_max"), text, part.fix("T_max", part.length))
    for part in view.of("LambdaLR"):
        yield from _lambda_climbs(view, part)


def _lambda_climbs(view: View, part: Part) -> Iterator[Found]:
    """See a lambda that falls all the way from its peak, then rises all the way to the end.

    What peaks again may be meant to: only a run that ends on its one way up is a mistake.
    """
    if not view.is_last(part):
        return
    for values in part.lr:
        top = int(values.argmax())
        low = top + int(values[top:].argmin())
        rise = values[-1] - values[low]
        moves = np.diff(values[top:])
        if rise <= 0.05 * np.ptp(values) or values[-1] > 0.95 * values[top]:
            continue
        tiny = 1e-9 * values[top]
        down, up = moves[: low - top], moves[low - top :]
        if (down <= tiny).all() and (up >= -tiny).all() and up.max() < 0.5 * rise:
            step = view.step(part.start + low)
            text = (
                f"the LR climbs again from step {step} on, from {rate(values[low])} to "
                f"{rate(values[-1])}; let the expression end at {calls(part.length)}"
            )
            yield Found(part.key("lr_lambda"), text)
            return


@rule(
    "LR002",
    "anneal-never-ends",
    "warning",
    summary="an anneal is planned for more calls than it gets, and stops halfway",
    why=(
        "The last scheduler of a run anneals over as many calls as its T_max, total_iters or "
        "total_steps says. The usual slip is to give it the length of the whole run although a "
        "warm-up takes the first part: the cosine is cut off while it falls and the run never "
        "trains with the small learning rates that the schedule was chosen for. The length is the "
        "number of calls that are left after the milestone."
    ),
    threads=("huggingface/pytorch-image-models#1242", "EleutherAI/gpt-neox#1008"),
)
def never_ends(view: View) -> Iterator[Found]:
    """Compare the planned length of the last phase with the one it gets."""
    for part in view.of("CosineAnnealingLR", "PolynomialLR", "LinearLR", "OneCycleLR"):
        if is_unfinished(view, part) and not _is_said_elsewhere(view, part):
            found = horizon(part)
            assert found is not None
            name, planned = found
            group = int(np.argmax(part.lr[:, -1]))
            top, end = float(part.lr[group].max()), float(part.lr[group, -1])
            text = (
                f"the anneal is planned for {count(planned)} calls and gets {part.length}: it "
                f"ends at {rate(end)}, from {rate(top)}; set {name} to {part.length}"
            )
            fixable = name != "total_steps" or name in part.facts.given
            yield Found(part.key(name), text, part.fix(name, part.length) if fixable else None)


def is_unfinished(view: View, part: Part) -> bool:
    """Whether the run ends before an anneal does, while the LR is well above where it goes."""
    found = horizon(part)
    if found is None or found[1] <= part.length + 1 or not view.is_last(part) or part.length < 2:
        return False
    ends, before, tops = part.lr[:, -1], part.lr[:, -2], part.lr.max(axis=1)
    floors = np.array(_floors(view, part))
    left = np.where(tops > floors, (ends - floors) / np.where(tops > floors, tops - floors, 1), 0)
    # To plan for the whole run and forget the warm-up is a slip however short the warm-up is.
    least = 0.0 if found[1] == view.calls else 0.01
    open_ended = (ends > 1.5 * floors) & (left > least) & (ends < before)
    return bool(open_ended.any()) and not never_anneals(part)


def _floors(view: View, part: Part) -> list[float]:
    """Return where the anneal of every group would end."""
    groups = len(part.lr)
    match part.name:
        case "CosineAnnealingLR":
            return part.rates("eta_min") or [0.0] * groups
        case "LinearLR":
            end = part.number("end_factor") or 0.0
            return [end * base for base in view.base_lr]
        case "OneCycleLR":
            last = (part.number("div_factor") or 1.0) * (part.number("final_div_factor") or 1.0)
            return [top / last for top in part.rates("max_lr")] or [0.0] * groups
    return [0.0] * groups


def _is_said_elsewhere(view: View, part: Part) -> bool:
    """Whether the length is wrong for a reason that another rule names."""
    return mistaken_unit(view) is not None or is_meant_as_sequence(view, part)


RULES: tuple[Rule, ...] = (climbs_again, never_ends)
