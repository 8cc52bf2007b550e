"""Lengths and decays in another unit than the scheduler counts."""

import math
from collections.abc import Iterator

from lrviz.linter.part import UNDERFLOW, Part
from lrviz.linter.rule import Found, calls, count, rate, rule
from lrviz.linter.rules.curves import find_rest
from lrviz.linter.view import View


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
    schedule = view.schedule
    is_usual = schedule.frequency == schedule.calls == 1
    if schedule.steps_per_epoch > 1 < schedule.epochs and is_usual:
        is_step = schedule.interval == "step"
        yield from _find_epochs(view) if is_step else _find_steps(view)


def _find_steps(view: View) -> Iterator[Found]:
    """See lengths in steps with a call an epoch."""
    anneals = _list_anneals(view)
    if anneals and all(_is_about(each, view.schedule.total_steps) for each in anneals):
        part = anneals[-1]
        text = f"{count(part.planned)} are steps, but the run has {calls(view.calls)}, one an epoch"
        yield Found(part.key(part.length_name), text, (*view.call_every("step", part), *part.fit()))


def _find_epochs(view: View) -> Iterator[Found]:
    """See lengths in epochs with a call a step, or a decay that would be sound once an epoch."""
    anneals, epochs = _list_anneals(view), view.schedule.epochs
    text = f"counts epochs, of which there are {epochs}, but is called every step: "
    if not anneals and _is_rate_an_epoch(view, view.last):
        part = view.last
        name = part.role("milestones", "ordinals", "period", "gamma")
        text += f"after {calls(view.calls)} the LR is {rate(part.lr[0, -1])}"
        remedy = f"give {name} in steps"
        unit = view.call_every("epoch", part, f", or {remedy}")
        yield Found(part.key(name), text, unit, remedy)
    elif anneals and all(
        _is_about(each, epochs) and 2 * (each.start + each.horizon) <= view.calls
        for each in anneals
    ):
        part = anneals[-1]
        text += f"it is over after {count(part.start + part.horizon)} of {calls(view.calls)}"
        fixes = (*view.in_steps(part), *view.call_every("epoch", part), *part.fit())
        yield Found(part.key(part.length_name), text, fixes)


@rule("LR046", "warning")
def steps_for_calls(view: View, top: Part) -> Iterator[Found]:
    """Lengths are given in steps, each of which makes several calls.

    accelerate calls a scheduler that it has prepared once for every process at each step, as if
    each process had taken a step of its own. A length that counts the steps of the run is over
    after one part in N of it, with N processes; the rest trains at the end of the schedule. Either
    the lengths are multiplied by N, or accelerate makes one call a step: with split_batches, by
    which batch_size means the batch of all processes, or step_scheduler_with_optimizer=False, by
    which the loop itself has to see when a step was taken.

    Met in huggingface/accelerate#1382, huggingface/accelerate#2773, huggingface/accelerate#2926.
    """
    each, times = view.schedule.calls, view.calls // view.schedule.calls
    part = view.last
    ends = (part.start + part.planned, part.start + part.horizon)
    is_over = any(abs(end - times) <= 0.05 * times for end in ends)
    is_over |= times / 2 <= part.start + max(part.milestones, default=math.inf) <= times
    if each == 1 or not (is_over or (part.is_untold and _rests_from(part, each))):
        return
    text = f"is over after {times} of {calls(view.calls)}, as {each} are made each time"
    switch = ", or let accelerate make one (split_batches, step_scheduler_with_optimizer)"
    fixes = [fix._replace(comment=switch) for fix in (*view.scale(each, part), *part.fit())]
    fixes = [] if part.parent else fixes  # of others, too, something is to be multiplied
    remedy = f"multiply the lengths by {each}{switch}"
    yield Found(part.key(part.length_name), text, tuple(fixes), remedy)


def _rests_from(part: Part, each: int) -> bool:
    """Whether a curve stands still from one part in so many of the run on."""
    curves = part.lr[:, ::each]
    end = curves.shape[1] / each
    return any(abs(len(own) - find_rest(own)[0] - end) <= 1 + 0.05 * end for own in curves)


def _list_anneals(view: View) -> list[Part]:
    """Return every anneal that ends; one that restarts counts where it is called every epoch."""
    is_epoch = view.schedule.interval == "epoch"
    return [
        each
        for each in view.parts
        if each.length
        and each.name != "OneCycleLR"
        and each.grade is None
        and "approach" not in each.roles  # which may be as short as it likes
        and (each.horizon > 0 or (is_epoch and "cycle" in each.roles))
    ]


def _is_about(part: Part, wanted: float) -> bool:
    """Whether its length, alone or with what comes before it, is about that of the run."""
    lengths = (part.planned, part.start + part.planned, part.horizon)
    return any(abs(each - wanted) <= 0.05 * wanted for each in lengths)


def _is_rate_an_epoch(view: View, part: Part) -> bool:
    """Whether a decay is over at once a step, and sound once an epoch."""
    epochs, gamma = view.schedule.epochs, part.value("gamma")
    if milestones := part.milestones:
        return 0 < gamma < 1 and _are_epochs(milestones, view)
    every = part.value("period", 1.0)
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
