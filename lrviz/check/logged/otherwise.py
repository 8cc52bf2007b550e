"""What may have happened to a plan that other values of its own arguments bring about.

Numbers are fitted to the log, and what they give is driven.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np

from lrviz.check.logged.changed import Planned
from lrviz.check.logged.courses import Course
from lrviz.check.logged.points import Points, spread
from lrviz.curve import SchedulerFacts, Steps, Values
from lrviz.linter.part import LENGTHS
from lrviz.spec.catalog import CATALOG
from lrviz.spec.parse import MAX_CALLS
from lrviz.spell import spell_number

# A length is fitted to so many points; of those whose mean error is so small a share of the
# largest value, so many of the nearest are driven.
_FITTED, _NEAR, _NEAREST = 256, 0.02, 3

# Factors that people make: of processes, or of the batch.
_NICE = (*map(float, range(2, 65)), *map(math.sqrt, range(2, 65)))
_USUAL = (*_NICE, *(1 / each for each in _NICE))

# Starts that are tried where the log does not tell the step.
_MOST_STARTS = 50


def iter_scaled(
    planned: Planned, points: Points, parting: Mapping[int, tuple[int, int]]
) -> Iterator[Course]:
    """Yield the plan times a factor: all of it, from the optimizer on, or from where it parts."""
    lr, base = planned.lr, planned.curve.base_lr
    twice = planned.change(rates=[2 * each for each in base])
    sums = [("every learning rate is", 0 * lr, lr)]
    if twice is not None:  # what is added whatever the optimizer's is, as a floor
        sums.append(("the optimizer's learning rate is", 2 * lr - twice, twice - lr))
    for offset, (what, fixed, moving) in product(points.offsets, sums):
        if factor := _factor(points, offset, fixed, moving):
            values: Values | None = lr * factor
            if fixed.any():
                values = planned.change(rates=[factor * each for each in base])
            if values is not None:
                text = f"{what} {tell_factor(factor)} the plan's"
                yield Course("scaled", text, values, {"factor": factor})
    for offset, (before, first) in parting.items():
        for start in range(first, max(before, first - _MOST_STARTS), -1) if before >= 0 else ():
            for back, (_, fixed, moving) in product((0, start), sums):
                if factor := _factor(points, offset, fixed, moving, start, back):
                    late = np.roll(fixed + moving * factor, back, axis=1)
                    values = np.where(np.arange(lr.shape[1]) < start, lr, late)
                    how = "started over" if back else "went on"
                    text = f"from step {start:,} on it {how} at {tell_factor(factor)} its values"
                    numbers = {"step": start, "factor": factor, "state": start - back}
                    yield Course("resumed", text, values, numbers, start)


def _factor(
    points: Points, offset: int, fixed: Values, moving: Values, start: int = 0, back: int = 0
) -> float | None:
    """Return the factor by which what moves, and what is fixed, make up all points from a step on.

    Both are taken so many steps back.
    """
    index = points.index(offset)
    within = points.inside(offset) & (index >= start)
    group, index, logged = points.group[within], index[within] - back, points.value[within]
    each, rest = moving[group, index], logged - fixed[group, index]
    moved = np.abs(each) > 1e-9 * points.largest
    if not moved.any():
        return None
    slack = points.slack(logged)[moved]
    low = float(np.max((rest[moved] - slack) / each[moved]))
    high = float(np.min((rest[moved] + slack) / each[moved]))
    if not 0 < low <= high or low <= 1 <= high:
        return None
    return next((each for each in _USUAL if low <= each <= high), None) or shortest(low, high)


def is_usual(factor: float) -> bool:
    """Whether a factor is 0, or a small whole number, its root, or what divides by one of these."""
    return factor == 0 or factor in _USUAL


def shortest(low: float, high: float) -> float:
    """Return the number of fewest digits between two.

    >>> shortest(0.36999, 0.37001)
    0.37
    """
    middle = (low + high) / 2
    rounded = (float(f"{middle:.{digits}g}") for digits in range(1, 17))
    return next((each for each in rounded if low <= each <= high), middle)


def tell_factor(factor: float) -> str:
    """Return a factor in words.

    >>> tell_factor(8), tell_factor(math.sqrt(8)), tell_factor(0.25), tell_factor(0.3)
    ('8 times', 'sqrt(8) times', '1/4 of', '0.3 times')
    """
    for value, words in ((factor, "{} times"), (1 / factor, "1/{} of")):
        if value > 1 and abs(value - round(value)) < 1e-9:
            return words.format(round(value))
        if value > 1 and abs(value**2 - round(value**2)) < 1e-9:
            return words.format(f"sqrt({round(value**2)})")
    return f"{spell_number(factor, 6)} times"


def iter_unwarmed(planned: Planned) -> Iterator[Course]:
    """Yield the plan without the calls of an argument that is a warm-up's."""
    for facts in planned.facts.walk():
        for name, steps in _named(facts, "warmup").items():
            values = planned.change(planned.argue({(*facts.key, name): 0}))
            if values is not None:
                text = f"the warm-up is missing, {name} is 0 in place of {steps:,}"
                yield Course("no-warmup", text, values, {"argument": name, "planned": steps})


def _named(facts: SchedulerFacts, *roles: str) -> dict[str, int]:
    """Return the numbers of calls that a scheduler was given as something."""
    known = CATALOG[facts.kind].roles if facts.kind in CATALOG else {}
    given = {name: facts.arguments.get(name) for name, role in known.items() if role in roles}
    numbers = {name: each for name, each in given.items() if isinstance(each, int | float)}
    return {name: int(each) for name, each in numbers.items() if 1 <= each < MAX_CALLS}


def iter_lengths(planned: Planned, points: Points) -> Iterator[Course]:
    """Yield the plan of another length: of an argument, or of the run where formulas follow it."""
    total, own = planned.schedule.total_steps, planned.schedule.calls
    each = planned.schedule.steps_per_call
    ends = {n * each // own for n in _fit(planned, points, 0, planned.schedule.total_calls)}
    for facts in planned.facts.walk():
        before = {0, *_named(facts, "warmup").values()}
        for (name, length), fixed in product(_named(facts, *LENGTHS).items(), before):
            for fitted in _fit(planned, points, facts.values.start + fixed, length - fixed):
                wanted = fitted + fixed
                ends.add(total + (wanted - length) * each // own)
                values = planned.change(planned.argue({(*facts.key, name): wanted}))
                if values is not None:
                    text = f"{name} of {facts.name} is {wanted:,} in place of {length:,}"
                    told = {"length": wanted, "planned": length}
                    yield Course("length", text, values, {"argument": name, **told})
    for steps in sorted(ends - {total}):
        if steps >= planned.last and (values := planned.change(steps=steps)) is not None:
            text = f"it was made for {steps:,} steps in place of {total:,}"
            yield Course("length", text, values, {"length": steps, "planned": total})


def _fit(planned: Planned, points: Points, start: int, length: float) -> list[int]:
    """Return the lengths that come near to the log, of what begins at a call."""
    row = planned.by_call[points.group[0]]
    near: set[int] = set()
    for offset in points.offsets:
        mine = np.flatnonzero(points.inside(offset) & (points.group == points.group[0]))
        picked = spread(mine, _FITTED)
        made = planned.calls_before(points.index(offset)[picked])
        made, logged = made[made >= start], points.value[picked][made >= start]

        def judge(lengths: Steps, made: Steps = made, logged: Values = logged) -> Values:
            at = start + (made - start) * (length / lengths[:, None])
            errors: Values = np.abs(np.interp(at, np.arange(len(row)), row) - logged).mean(axis=1)
            return errors

        if len(made):
            coarse = np.unique(np.geomspace(max(1, length / 32), length * 32, 1000).astype(int))
            best = int(coarse[np.argmin(judge(coarse))])
            fine = np.arange(max(1, best - best // 64 - 2), best + best // 64 + 3)
            errors = judge(fine)
            if errors.min() < _NEAR * points.largest:
                near.update(map(int, fine[np.argsort(errors)][:_NEAREST]))
    return sorted(near - {int(length)})
