"""Numbers that count epochs where steps are counted, or the reverse."""

import math
from collections.abc import Iterator

from lrviz.linter.lengths import horizon
from lrviz.linter.phases import Part, View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.define import calls, count, rate, rule

UNDERFLOW = 1e-6
"""The share of its peak below which a learning rate trains nothing."""


@rule(
    "LR006",
    "epochs-for-steps",
    "warning",
    summary="lengths are given in epochs but counted in steps, or the reverse",
    why=(
        "A scheduler knows neither steps nor epochs, it counts the calls of scheduler.step(). A "
        "T_max of 90 means 90 epochs where it is called after every epoch, and 90 batches where "
        "it is called after every batch; the schedule is then over within the first minutes. The "
        "reverse, lengths in steps and a call an epoch, leaves the LR where it began. Trainers "
        "that choose the moment of the call for you make this the most reported mistake of all."
    ),
    threads=(
        "Lightning-AI/pytorch-lightning#3869",
        "Lightning-AI/pytorch-lightning#5584",
        "Lightning-AI/pytorch-lightning#6948",
    ),
)
def epochs_for_steps(view: View) -> Iterator[Found]:
    """Compare every horizon with the number of epochs and of steps."""
    part = mistaken_unit(view)
    if part is None:
        return
    schedule = view.schedule
    if schedule.interval == "epoch":
        name, planned = _horizons(view)[part]
        text = (
            f"{count(planned)} are steps, but the run has {calls(view.calls)}, one an epoch; "
            f"set interval to step, or {name} to {part.length}"
        )
        yield Found(part.key(name), text)
        return
    if part in (horizons := _horizons(view)):
        name, planned = horizons[part]
        ends = f"it is over after {count(part.start + planned)} of {calls(view.calls)}"
        remedy = f"set interval to epoch, or {name} to {part.length}"
    else:
        name = "milestones" if part.name == "MultiStepLR" else "gamma"
        ends = f"after {calls(view.calls)} the LR is {rate(float(part.lr[0, -1]))}"
        remedy = f"set interval to epoch, or give {name} in steps"
    text = f"counts epochs, of which there are {schedule.epochs}, but is called every step: {ends}"
    yield Found(part.key(name), f"{text}; {remedy}")


def mistaken_unit(view: View) -> Part | None:
    """Return the last scheduler whose numbers are in the other unit, where all of them are."""
    schedule = view.schedule
    if schedule.steps_per_epoch < 2:
        return None
    horizons = _horizons(view)
    if schedule.interval == "epoch":
        wanted = schedule.total_steps
        fits = all(_is_about(part, calls, wanted) for part, (_, calls) in horizons.items())
    elif not horizons:
        return _mistaken_rate(view)
    else:
        wanted = schedule.epochs
        fits = all(
            _is_about(part, calls, wanted) and 2 * (part.start + calls) <= view.calls
            for part, (_, calls) in horizons.items()
        )
    return list(horizons)[-1] if horizons and fits else None


def _horizons(view: View) -> dict[Part, tuple[str, float]]:
    """Return every anneal that ends, and when."""
    horizons = {}
    for part in view.parts:
        found = horizon(part)
        if part.name == "CosineAnnealingWarmRestarts" and view.schedule.interval == "epoch":
            found = ("T_0", part.number("T_0") or 0.0)
        if found is not None and part.length and part.name != "OneCycleLR":
            horizons[part] = found
    return horizons


def _is_about(part: Part, planned: float, wanted: int) -> bool:
    ends = (planned, part.start + planned)
    return any(abs(end - wanted) <= 0.05 * wanted for end in ends)


def _mistaken_rate(view: View) -> Part | None:
    """Return a decay that is over at once a step, and sound once an epoch."""
    part = view.last
    epochs, gamma = view.schedule.epochs, part.number("gamma")
    if gamma is None or not 0 < gamma < 1:
        return None
    if part.name == "MultiStepLR":
        return part if _are_epochs(part.numbers("milestones"), view) else None
    every = part.number("step_size") if part.name == "StepLR" else 1.0
    if part.name not in ("StepLR", "ExponentialLR") or every is None or not 0 < every <= epochs:
        return None
    dead_after = every * math.log(UNDERFLOW) / math.log(gamma)
    sound = gamma ** (epochs // every) >= 1e-4
    return part if sound and 10 * dead_after <= part.length else None


def _are_epochs(milestones: list[float], view: View) -> bool:
    """Whether milestones are spread over the epochs of a run far longer in steps.

    A short run may well drop early: only where both are many is it no coincidence.
    """
    epochs, steps = view.schedule.epochs, view.schedule.steps_per_epoch
    if len(milestones) < 2 or epochs < 20 or steps < 20:
        return False
    return epochs / 5 < min(milestones) and epochs / 2 <= max(milestones) <= epochs


RULES: tuple[Rule, ...] = (epochs_for_steps,)
