"""Anneals that are planned for another length than they get, or in another unit."""

import math
from collections.abc import Iterator

import numpy as np

from lrviz.linter.rule import Found, calls, count, rate, rule
from lrviz.linter.view import ANNEALS, UNDERFLOW, Part, View

ELSEWHERE = ("LR006", "LR030")  # which name another reason why a length is wrong


@rule("LR001", "warning", about=("CosineAnnealingLR", "LambdaLR"))
def cosine_climbs_again(view: View, part: Part) -> Iterator[Found]:
    """A cosine is over before the run is, and the LR climbs again.

    CosineAnnealingLR is half a period of a cosine. It does not stop at eta_min after T_max calls:
    it goes up again the way it came, and the last steps, which should settle, train with a growing
    learning rate. T_max has to be the number of calls that the scheduler gets; inside SequentialLR
    those are the calls after its milestone. Who wants the LR to return says so with
    CosineAnnealingWarmRestarts.

    Met in google-deepmind/optax#905, OverLordGoldDragon/keras-adamw#33.
    """
    if part.name == "LambdaLR":
        yield from _lambda_climbs(view, part)
        return
    end = part.number("T_max")
    if end is None or end <= 0 or part.length - 1 <= end:
        return
    tail = part.lr[:, int(np.ceil(end)) :]
    group = int(np.argmax(np.ptp(tail, axis=1)))
    low, high = float(tail[group, 0]), float(tail[group].max())
    if high - low > 1e-6 * view.peak[group]:
        text = (
            f"the LR climbs again after {count(end)} of its {calls(part.length)}, "
            f"from {rate(low)} to {rate(high)}; set T_max to {part.length}"
        )
        yield Found(part.key("T_max"), text, part.fix("T_max", part.length), ELSEWHERE)


def _lambda_climbs(view: View, part: Part) -> Iterator[Found]:
    """See a lambda that falls all the way from its peak, then rises all the way to the end.

    What peaks again may be meant to: only a run that ends on its one way up is a mistake.
    """
    for values in part.lr if part.is_last else ():
        top = int(values.argmax())
        low = top + int(values[top:].argmin())
        rise = values[-1] - values[low]
        moves = np.diff(values[top:])
        if rise <= 0.05 * np.ptp(values) or values[-1] > 0.95 * values[top]:
            continue
        tiny = 1e-9 * values[top]
        down, up = moves[: low - top], moves[low - top :]
        if (down <= tiny).all() and (up >= -tiny).all() and up.max() < 0.5 * rise:
            text = (
                f"the LR climbs again from step {view.step(part.start + low)} on, from "
                f"{rate(values[low])} to {rate(values[-1])}; let the expression end at "
                f"{calls(part.length)}"
            )
            yield Found(part.key("lr_lambda"), text)
            return


@rule("LR002", "warning", about=ANNEALS, silenced_by=("LR004", *ELSEWHERE))
def anneal_never_ends(view: View, part: Part) -> Iterator[Found]:
    """An anneal is planned for more calls than it gets, and stops halfway.

    The last scheduler of a run anneals over as many calls as its T_max, total_iters or total_steps
    says. The usual slip is to give it the length of the whole run although a warm-up takes the
    first part: the cosine is cut off while it falls and the run never trains with the small
    learning rates that the schedule was chosen for. The length is the number of calls that are left
    after the milestone.

    Met in huggingface/pytorch-image-models#1242, EleutherAI/gpt-neox#1008.
    """
    name, planned = part.horizon or ("", 0.0)
    if not _is_open_ended(view, part, planned):
        return
    group = int(np.argmax(part.lr[:, -1]))
    top, end = float(part.lr[group].max()), float(part.lr[group, -1])
    text = (
        f"the anneal is planned for {count(planned)} calls and gets {part.length}: it "
        f"ends at {rate(end)}, from {rate(top)}; set {name} to {part.length}"
    )
    fixable = name != "total_steps" or name in part.facts.given
    yield Found(part.key(name), text, part.fix(name, part.length) if fixable else None)


def _is_open_ended(view: View, part: Part, planned: float) -> bool:
    """Whether the run ends before an anneal does, while the LR is well above where it goes."""
    if planned <= part.length + 1 or not part.is_last or part.length < 2:
        return False
    ends, before, tops = part.lr[:, -1], part.lr[:, -2], part.lr.max(axis=1)
    floors = np.array(_floors(view, part))
    left = np.where(tops > floors, (ends - floors) / np.where(tops > floors, tops - floors, 1), 0)
    # To plan for the whole run and forget the warm-up is a slip however short the warm-up is.
    least = 0.0 if planned == view.calls else 0.01
    return bool(((ends > 1.5 * floors) & (left > least) & (ends < before)).any())


def _floors(view: View, part: Part) -> list[float]:
    """Return where the anneal of every group would end."""
    floors = []
    match part.name:
        case "CosineAnnealingLR":
            floors = part.rates("eta_min")
        case "LinearLR":
            floors = [(part.number("end_factor") or 0.0) * base for base in view.base_lr]
        case "OneCycleLR":
            last = (part.number("div_factor") or 1.0) * (part.number("final_div_factor") or 1.0)
            floors = [top / last for top in part.rates("max_lr")]
    return floors or [0.0] * len(part.lr)


@rule("LR006", "warning")
def epochs_for_steps(view: View, top: Part) -> Iterator[Found]:
    """Lengths are given in epochs but counted in steps, or the reverse.

    A scheduler knows neither steps nor epochs, it counts the calls of scheduler.step(). A T_max of
    90 means 90 epochs where it is called after every epoch, and 90 batches where it is called after
    every batch; the schedule is then over within the first minutes. The reverse, lengths in steps
    and a call an epoch, leaves the LR where it began. Trainers that choose the moment of the call
    for you make this the most reported mistake of all.

    Met in Lightning-AI/pytorch-lightning#3869, Lightning-AI/pytorch-lightning#5584,
    Lightning-AI/pytorch-lightning#6948.
    """
    if view.schedule.steps_per_epoch > 1:
        is_step = view.schedule.interval == "step"
        yield from _find_epochs(view) if is_step else _find_steps(view)


def _find_steps(view: View) -> Iterator[Found]:
    """See lengths in steps with a call an epoch."""
    horizons = _list_horizons(view)
    if horizons and all(_is_about(*each, view.schedule.total_steps) for each in horizons):
        part, name, planned = horizons[-1]
        text = (
            f"{count(planned)} are steps, but the run has {calls(view.calls)}, one an epoch; "
            f"set interval to step, or {name} to {part.length}"
        )
        yield Found(part.key(name), text)


def _find_epochs(view: View) -> Iterator[Found]:
    """See lengths in epochs with a call a step, or a decay that would be sound once an epoch."""
    horizons, epochs = _list_horizons(view), view.schedule.epochs
    text = f"counts epochs, of which there are {epochs}, but is called every step: "
    if not horizons and _is_rate_an_epoch(view, view.last):
        part, name = view.last, "milestones" if view.last.name == "MultiStepLR" else "gamma"
        text += f"after {calls(view.calls)} the LR is {rate(float(part.lr[0, -1]))}"
        yield Found(part.key(name), f"{text}; set interval to epoch, or give {name} in steps")
    elif horizons and all(
        _is_about(*each, epochs) and 2 * (each[0].start + each[2]) <= view.calls
        for each in horizons
    ):
        part, name, planned = horizons[-1]
        text += f"it is over after {count(part.start + planned)} of {calls(view.calls)}"
        yield Found(part.key(name), f"{text}; set interval to epoch, or {name} to {part.length}")


def _list_horizons(view: View) -> list[tuple[Part, str, float]]:
    """Return every anneal that ends, and when."""
    horizons = []
    for part in view.parts:
        found = part.horizon
        if part.name == "CosineAnnealingWarmRestarts" and view.schedule.interval == "epoch":
            found = ("T_0", part.number("T_0") or 0.0)
        if found is not None and part.length and part.name != "OneCycleLR":
            horizons.append((part, *found))
    return horizons


def _is_about(part: Part, _: str, planned: float, wanted: int) -> bool:
    return any(abs(end - wanted) <= 0.05 * wanted for end in (planned, part.start + planned))


def _is_rate_an_epoch(view: View, part: Part) -> bool:
    """Whether a decay is over at once a step, and sound once an epoch."""
    epochs, gamma = view.schedule.epochs, part.number("gamma")
    if gamma is None or not 0 < gamma < 1:
        return False
    if part.name == "MultiStepLR":
        return _are_epochs(part.numbers("milestones"), view)
    every = part.number("step_size") if part.name == "StepLR" else 1.0
    if part.name not in ("StepLR", "ExponentialLR") or every is None or not 0 < every <= epochs:
        return False
    dead_after = every * math.log(UNDERFLOW) / math.log(gamma)
    return gamma ** (epochs // every) >= 1e-4 and 10 * dead_after <= part.length


def _are_epochs(milestones: list[float], view: View) -> bool:
    """Whether milestones are spread over the epochs of a run far longer in steps.

    A short run may well drop early: only where both are many is it no coincidence.
    """
    epochs, steps = view.schedule.epochs, view.schedule.steps_per_epoch
    if len(milestones) < 2 or epochs < 20 or steps < 20:
        return False
    return epochs / 5 < min(milestones) and epochs / 2 <= max(milestones) <= epochs
