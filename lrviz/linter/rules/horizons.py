"""Anneals that are planned for another length than they get, or in another unit."""

import math
from collections.abc import Iterator

import numpy as np

from lrviz.linter.rule import Found, calls, count, rate, rule
from lrviz.linter.view import ANNEALS, RESTARTS, UNDERFLOW, Part, View

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
    elif 0 < part.planned < part.length - 1:
        tail = part.lr[:, math.ceil(part.planned) :]
        group = int(np.argmax(np.ptp(tail, axis=1)))
        low, high = tail[group, 0], tail[group].max()
        if high - low > 1e-6 * view.peak[group]:
            text = f"the LR climbs again after {count(part.planned)} of its {calls(part.length)}, "
            text += f"from {rate(low)} to {rate(high)}; set T_max to {part.length}"
            yield Found(part.key("T_max"), text, part.fix("T_max", part.length), ELSEWHERE)


def _lambda_climbs(view: View, part: Part) -> Iterator[Found]:
    """See a lambda that falls all the way from its peak, then rises all the way to the end.

    What peaks again may be meant to: only a run that ends on its one way up is a mistake.
    """
    for values in part.lr if part.is_last else ():
        top = int(values.argmax())
        low = top + int(values[top:].argmin())
        rise = values[-1] - values[low]
        down, up = np.split(np.diff(values[top:]), [low - top])
        is_way_up = rise > 0.05 * np.ptp(values) and values[-1] <= 0.95 * values[top]
        tiny = 1e-9 * values[top]
        if is_way_up and (down <= tiny).all() and (up >= -tiny).all() and up.max() < 0.5 * rise:
            text = f"the LR climbs again from step {view.step(part.start + low)} on, from "
            text += f"{rate(values[low])} to {rate(values[-1])}"
            remedy = f"let the expression end at {calls(part.length)}"
            yield Found(part.key("lr_lambda"), f"{text}; {remedy}")
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
    is_cut_off = part.is_anneal and part.is_last and part.planned > part.length + 1
    if part.length >= 2 and is_cut_off and _is_open_ended(view, part):
        group, name = int(np.argmax(part.lr[:, -1])), part.length_name
        top, end = part.lr[group].max(), part.lr[group, -1]
        text = f"the anneal is planned for {count(part.planned)} calls and gets {part.length}: it "
        text += f"ends at {rate(end)}, from {rate(top)}; set {name} to {part.length}"
        yield Found(part.key(name), text, part.fix(name, part.length))


def _is_open_ended(view: View, part: Part) -> bool:
    """Whether the LR still falls at the end, well above where it goes."""
    ends, before, tops = part.lr[:, -1], part.lr[:, -2], part.lr.max(axis=1)
    floors = np.array(_floors(view, part))
    # To plan for the whole run and forget the warm-up is a slip however short the warm-up is.
    least = 0.0 if part.planned == view.calls else 0.01
    is_above = (ends > 1.5 * floors) & (ends - floors > least * (tops - floors))
    return bool((is_above & (ends < before)).any())


def _floors(view: View, part: Part) -> list[float]:
    """Return where the anneal of every group would end."""
    floors = []
    match part.name:
        case "CosineAnnealingLR":
            floors = part.rates("eta_min")
        case "LinearLR":
            floors = [part.number("end_factor") * base for base in view.base_lr]
        case "OneCycleLR":
            last = part.number("div_factor", 1.0) * part.number("final_div_factor", 1.0)
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
    anneals = _list_anneals(view)
    if anneals and all(_is_about(each, view.schedule.total_steps) for each in anneals):
        part, name = anneals[-1], anneals[-1].length_name
        text = f"{count(part.planned)} are steps, but the run has {calls(view.calls)}, one an epoch"
        remedy = f"set interval to step, or {name} to {part.length}"
        yield Found(part.key(name), f"{text}; {remedy}")


def _find_epochs(view: View) -> Iterator[Found]:
    """See lengths in epochs with a call a step, or a decay that would be sound once an epoch."""
    anneals, epochs = _list_anneals(view), view.schedule.epochs
    text = f"counts epochs, of which there are {epochs}, but is called every step: "
    if not anneals and _is_rate_an_epoch(view, view.last):
        part, name = view.last, "milestones" if view.last.name == "MultiStepLR" else "gamma"
        text += f"after {calls(view.calls)} the LR is {rate(part.lr[0, -1])}"
        yield Found(part.key(name), f"{text}; set interval to epoch, or give {name} in steps")
    elif anneals and all(
        _is_about(each, epochs) and 2 * (each.start + each.planned) <= view.calls
        for each in anneals
    ):
        part, name = anneals[-1], anneals[-1].length_name
        text += f"it is over after {count(part.start + part.planned)} of {calls(view.calls)}"
        yield Found(part.key(name), f"{text}; set interval to epoch, or {name} to {part.length}")


def _list_anneals(view: View) -> list[Part]:
    """Return every anneal that ends; one that restarts counts where it is called every epoch."""
    restarts = (RESTARTS,) if view.schedule.interval == "epoch" else ()
    return [
        each
        for each in view.parts
        if each.length and each.name != "OneCycleLR" and (each.is_anneal or each.name in restarts)
    ]


def _is_about(part: Part, wanted: int) -> bool:
    away = part.planned - wanted
    return min(abs(away), abs(part.start + away)) <= 0.05 * wanted


def _is_rate_an_epoch(view: View, part: Part) -> bool:
    """Whether a decay is over at once a step, and sound once an epoch."""
    epochs, gamma = view.schedule.epochs, part.number("gamma")
    if part.name == "MultiStepLR":
        return 0 < gamma < 1 and _are_epochs(part.numbers("milestones"), view)
    every = 1.0 if part.name == "ExponentialLR" else part.number("step_size")
    if not (0 < gamma < 1 and 0 < every <= epochs):
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
