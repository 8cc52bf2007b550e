"""Cycles and restarts: none happen, the last is cut off, the floor is not reached."""

from collections.abc import Iterator

import numpy as np

from lrviz.linter.phases import Part, View
from lrviz.linter.rule import Found, Rule
from lrviz.linter.rules.define import calls, rate, rule
from lrviz.linter.rules.onecycle import outlasts
from lrviz.linter.rules.units import mistaken_unit


@rule(
    "LR022",
    "no-restart-happens",
    "warning",
    summary="warm restarts are asked for and the run ends before the first",
    why=(
        "CosineAnnealingWarmRestarts restarts after T_0 calls. Where the run is no longer than "
        "that it is a plain cosine under a name that promises more, and where T_0 is longer than "
        "the run not even that: it is cut off while it falls."
    ),
    threads=("huggingface/diffusers#1232", "huggingface/diffusers#3195"),
)
def no_restart(view: View) -> Iterator[Found]:
    """Compare T_0 with the calls."""
    for part in view.of("CosineAnnealingWarmRestarts"):
        if never_restarts(part) and mistaken_unit(view) is not part:
            first = calls(part.number("T_0") or 0)
            text = (
                f"the first restart would come after {first} and there are "
                f"{part.length}: none happens; set T_0 to {max(1, part.length // 2)} for two "
                f"cycles, or take CosineAnnealingLR with T_max {part.length}"
            )
            yield Found(part.key("T_0"), text)


def never_restarts(part: Part) -> bool:
    """Whether the first restart comes after what the scheduler gets."""
    first = part.number("T_0") if part.name == "CosineAnnealingWarmRestarts" else None
    return first is not None and first >= part.length


@rule(
    "LR023",
    "ends-mid-cycle",
    "warning",
    summary="the run ends in the middle of a cycle, at a high LR",
    why=(
        "Restarts and cycles are meant to be judged at the end of a cycle, where the learning "
        "rate is low and the weights have settled. A run that stops shortly after a restart, or "
        "at the top of a triangle, keeps the noisy weights of a high learning rate. Choose a "
        "length that ends with a cycle, or cycles that fit the length."
    ),
)
def ends_mid_cycle(view: View) -> Iterator[Found]:
    """Look at the last value, and at where it stands in its cycle."""
    for part in view.of("CosineAnnealingWarmRestarts", "CyclicLR"):
        if not view.is_last(part) or never_restarts(part) or outlasts(part):
            continue
        around = _cycle_ends(part)
        if around is None or part.length in around or not _ends_high(part):
            continue
        ends = [part.start + end for end in around if end > 1]
        nearest = min(ends, key=lambda end: (abs(end - view.calls), end))
        end, top = float(part.lr[:, -1].max()), float(part.lr.max())
        text = (
            f"ends in the middle of a cycle, at {rate(end)} with a peak of {rate(top)}; the "
            f"nearest length that ends low is {calls(nearest)}, this run has {view.calls}"
        )
        yield Found(part.key(), text)


def _ends_high(part: Part) -> bool:
    """Whether the last value is above half of the peak, and in the upper half of the range."""
    ends, tops, lows = part.lr[:, -1], part.lr.max(axis=1), part.lr.min(axis=1)
    return bool(((ends > 0.5 * tops) & (ends - lows > 0.5 * (tops - lows))).all())


def _cycle_ends(part: Part) -> tuple[int, int] | None:
    """Return the lengths next to a part's own, from below and above, that end with a cycle."""
    if part.name == "CyclicLR":
        up, down = part.number("step_size_up"), part.number("step_size_down")
        total = None if up is None else up + (up if down is None else down)
        if total is None or total < 2:
            return None
        before = int(part.length // total)
        return round(before * total), round((before + 1) * total)
    cycle, factor = part.number("T_0"), part.number("T_mult")
    if cycle is None or cycle < 1 or factor is None or factor < 1:
        return None
    if factor == 1:
        before = int(part.length // cycle)
        return int(before * cycle), int((before + 1) * cycle)
    below, above = 0, int(cycle)
    while above <= part.length:
        cycle *= factor
        below, above = above, above + int(cycle)
    return below, above


@rule(
    "LR035",
    "restarts-miss-floor",
    "note",
    summary="warm restarts never come down to eta_min",
    why=(
        "A cycle of T_0 calls is read at 0 to T_0 - 1: the call that would give eta_min is the "
        "one that restarts. With short cycles the lowest LR is well above the one asked for. More "
        "calls a cycle bring it closer."
    ),
    threads=("pytorch/pytorch#47560",),
)
def misses_floor(view: View) -> Iterator[Found]:
    """Compare the lowest value with eta_min."""
    for part in view.of("CosineAnnealingWarmRestarts"):
        floor = part.number("eta_min")
        if floor is None or never_restarts(part):
            continue
        gaps = part.lr.min(axis=1) - floor
        ranges = part.lr.max(axis=1) - floor
        group = int(np.argmax(gaps))
        if gaps[group] > 0.01 * ranges[group] > 0:
            low = rate(float(part.lr[group].min()))
            text = f"the lowest LR is {low}, eta_min is {rate(floor)}"
            yield Found(part.key("eta_min", "T_0"), f"{text}; give a cycle more calls")


RULES: tuple[Rule, ...] = (no_restart, ends_mid_cycle, misses_floor)
