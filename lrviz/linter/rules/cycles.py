"""Warm restarts and cycles: none happen, the last is cut off, the floor is not reached."""

from collections.abc import Iterator

import numpy as np

from lrviz.linter.rule import Found, calls, rate, rule
from lrviz.linter.view import RESTARTS, Part, View


@rule("LR022", "warning", about=(RESTARTS,), silenced_by=("LR006",))
def no_restart_happens(view: View, part: Part) -> Iterator[Found]:
    """Warm restarts are asked for and the run ends before the first.

    CosineAnnealingWarmRestarts restarts after T_0 calls. Where the run is no longer than that it is
    a plain cosine under a name that promises more, and where T_0 is longer than the run not even
    that: it is cut off while it falls.

    Met in huggingface/diffusers#1232, huggingface/diffusers#3195.
    """
    first, length = part.planned, part.length
    if first >= length:
        text = f"the first restart would come after {calls(first)} and there are {length}: none "
        remedy = f"set T_0 to {max(1, length // 2)} for two cycles, or take CosineAnnealingLR with "
        yield Found(part.key("T_0"), f"{text}happens; {remedy}T_max {length}")


@rule("LR023", "warning", about=(RESTARTS, "CyclicLR"), silenced_by=("LR005", "LR022"))
def ends_mid_cycle(view: View, part: Part) -> Iterator[Found]:
    """The run ends in the middle of a cycle, at a high LR.

    Restarts and cycles are meant to be judged at the end of a cycle, where the learning rate is low
    and the weights have settled. A run that stops shortly after a restart, or at the top of a
    triangle, keeps the noisy weights of a high learning rate. Choose a length that ends with a
    cycle, or cycles that fit the length.
    """
    around = _cycle_ends(part) if part.is_last else None
    if around is None or part.length in around or not _ends_high(part):
        return
    ends = [part.start + end for end in around if end > 1]
    nearest = min(ends, key=lambda end: (abs(end - view.calls), end))
    end, top = float(part.lr[:, -1].max()), float(part.lr.max())
    text = f"ends in the middle of a cycle, at {rate(end)} with a peak of {rate(top)}"
    remedy = f"the nearest length that ends low is {calls(nearest)}, this run has {view.calls}"
    yield Found(part.key(), f"{text}; {remedy}")


def _ends_high(part: Part) -> bool:
    """Whether the last value is above half of the peak, and in the upper half of the range."""
    ends, tops, lows = part.lr[:, -1], part.lr.max(axis=1), part.lr.min(axis=1)
    return bool(((ends > 0.5 * tops) & (ends - lows > 0.5 * (tops - lows))).all())


def _cycle_ends(part: Part) -> tuple[int, int] | None:
    """Return the lengths next to a part's own, from below and above, that end with a cycle."""
    least, cycle, factor = 1, part.number("T_0"), part.number("T_mult")
    if part.name == "CyclicLR":
        up = part.number("step_size_up")
        least, cycle, factor = 2, up + part.number("step_size_down", up), 1.0
    if not (cycle >= least and factor >= 1):
        return None
    if factor == 1:
        before = int(part.length // cycle)
        return round(before * cycle), round((before + 1) * cycle)
    below, above = 0, int(cycle)
    while above <= part.length:
        cycle *= factor
        below, above = above, above + int(cycle)
    return below, above


@rule("LR035", "note", about=(RESTARTS,), silenced_by=("LR022",))
def restarts_miss_floor(view: View, part: Part) -> Iterator[Found]:
    """Warm restarts never come down to eta_min.

    A cycle of T_0 calls is read at 0 to T_0 - 1: the call that would give eta_min is the one that
    restarts. With short cycles the lowest LR is well above the one asked for. More calls a cycle
    bring it closer.

    Met in pytorch/pytorch#47560.
    """
    floor = part.number("eta_min")
    gaps = part.lr.min(axis=1) - floor
    ranges = part.lr.max(axis=1) - floor
    group = int(np.argmax(gaps))
    if gaps[group] > 0.01 * ranges[group] > 0:
        text = f"the lowest LR is {rate(float(part.lr[group].min()))}, eta_min is {rate(floor)}"
        yield Found(part.key("eta_min", "T_0"), f"{text}; give a cycle more calls")
