"""What may have happened to a plan: each with the learning rates that would have been logged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lrviz.check.logged.changed import AT_ONCE, MOST_A_STEP, Planned, pad
from lrviz.check.logged.points import Points, spread
from lrviz.curve import Steps, Values

Number = float | int | str

# So many points tell a number that nothing is known of; all have the last word.
_ENOUGH = 512
_MOST_TRIED = 64


@dataclass(frozen=True, eq=False)
class Course:
    """Something that may have happened.

    Attributes:
        kind: a stable name of it.
        text: the same in words.
        values: what would have been logged, shape (groups, steps) as of `Planned.lr`; NaN for
            nothing.
        numbers: of the text, by name.
        start: the step from which on it is otherwise than planned.
        is_sure: whether no other number, but for those next to it, gives the log, too.
    """

    kind: str
    text: str
    values: Values
    numbers: Mapping[str, Number] = field(default_factory=dict)
    start: int = 0
    is_sure: bool = True


# From numbers to try and the plan's steps: the calls that come before each.
Warp = Callable[[Any, Any], Steps]


def iter_timed(
    planned: Planned, points: Points, parting: Mapping[int, tuple[int, int]], starts: Sequence[int]
) -> Iterator[Course]:
    """Yield what is the plan at other steps of its own, where the log has it there.

    Args:
        planned: the plan.
        points: what was logged.
        parting: by offset, the last step before the log parts from the plan, and the first after.
        starts: the plan's steps at which a part of the log begins.
    """
    for kind, text, tried, warp in _list_ways(planned):
        offsets = points.offsets[: 1 if kind == "shifted" else None]
        for n in _try(planned, points, tried, warp, offsets, beyond=kind in _BEYOND):
            yield Course(kind, text.format(n=n), n.values, n.numbers, is_sure=n.is_sure)
    calls = planned.calls_before
    for at, (before, first) in parting.items():
        if before < 0:
            continue
        order = np.array([*(s for s in starts if 0 < s <= first), *range(first, 0, -1)])
        # Or what was logged at the stop was read after its last step.
        for n in (
            *_try(planned, points, order, _restart(planned), (at,)),
            *_try(planned, points, order[order == before], _restart(planned, 1), (at,)),
        ):
            text = f"it was started over at step {n}"
            yield Course("restarted", text, n.values, n.numbers, n.number, n.is_sure)
        jumps = np.arange(-before, max(planned.curve.steps - first, 1))
        jumps = jumps[np.argsort(np.abs(jumps))][1:]

        def jump(n: Any, i: Any, start: int = first) -> Steps:
            return calls(np.where(i < start, i, i + n))

        for n in _try(planned, points, jumps, jump, (at,)):
            text = f"from step {first:,} on it goes as planned from step {first + n.number:,} on"
            numbers = {"step": first, "state": first + n.number}
            yield Course("resumed", text, n.values, numbers, first)


# What makes more calls than were planned.
_BEYOND = frozenset({"calls", "per-step"})


def _list_ways(planned: Planned) -> list[tuple[str, str, Steps, Warp]]:
    """Return ways to go through the plan: a kind, its words, the numbers to try, and the calls."""
    schedule, lr, calls = planned.schedule, planned.curve.lr, planned.calls_before
    several, each = np.arange(2, MOST_A_STEP + 1), schedule.steps_per_epoch
    by_epoch, function = schedule.interval == "epoch", "scheduler.step() was called"
    epoch, unit = np.array([each] if each > 1 else [], dtype=int), schedule.interval
    further, far = -np.arange(1, planned.curve.steps), np.arange(1, planned.last + 1)
    peak = int(np.argmax(lr[0] >= lr[0].max() * (1 - 1e-9)))
    warmup = np.array([peak] if lr[0, 0] < lr[0, peak] else [], dtype=int)
    often: tuple[str, str, Steps, Warp] = (
        ("per-step", f"{function} every step in place of every epoch", epoch // each,
         lambda n, i: i // schedule.frequency * schedule.calls * n)
        if by_epoch
        else ("per-epoch", f"{function} every epoch in place of every step", epoch,
              lambda n, i: calls(i // n))
    )  # fmt: skip
    return [
        ("calls", f"{function} {{n}} times in place of once", several, lambda n, i: calls(i) * n),
        often,
        ("every", f"{function} once every {{n}} {unit}s", several[several != each],
         lambda n, i: calls(i // (n * each if by_epoch else n) * (each if by_epoch else 1))),
        ("no-warmup", "the warm-up of {n} steps is missing", warmup, lambda n, i: calls(i + n)),
        ("no-warmup", "the peak was held for {n} steps in place of the warm-up", warmup,
         lambda n, i: calls(np.maximum(i, n))),
        ("warmup-twice", "the warm-up of {n} steps was made twice", warmup, _restart(planned)),
        ("shifted", "it is {n} steps behind the plan", far,
         lambda n, i: calls(np.maximum(0, i - n))),
        ("shifted", "it is {n} steps ahead of the plan", further[further != -peak],
         lambda n, i: calls(i - n)),
    ]  # fmt: skip


def _restart(planned: Planned, late: int = 0) -> Warp:
    return lambda n, i: planned.calls_before(np.where(i < n + late, i, i - n))


@dataclass(frozen=True, eq=False)
class _Found:
    """The numbers that reproduce all points, as they were tried, and what the first one gives."""

    found: Sequence[int]
    values: Values

    @property
    def number(self) -> int:
        """The first."""
        return self.found[0]

    @property
    def is_sure(self) -> bool:
        """Whether the others are next to it."""
        return max(self.found) - min(self.found) < len(set(self.found))

    @property
    def numbers(self) -> Mapping[str, Number]:
        """The three as a mapping."""
        return {"number": self.number, "least": min(self.found), "most": max(self.found)}

    def __str__(self) -> str:
        low, *others = sorted({abs(each) for each in self.found})
        if not others:
            return f"{low:,}"
        if self.is_sure:
            return f"{low:,} to {others[-1]:,}"
        first = abs(self.number)
        return f"{first:,} (or {next(each for each in (*others, low) if each != first):,})"


def _try(
    planned: Planned,
    points: Points,
    tried: Steps,
    warp: Warp,
    offsets: Sequence[int] = (),
    *,
    beyond: bool = False,
) -> Iterator[_Found]:
    """Yield at most once what reproduces all points: the first of the numbers to try.

    The warp gives calls; the plan is driven on, where those may be beyond what is known.
    """
    steps = np.arange(planned.last + 1)
    for offset in offsets or points.offsets:
        values = planned.by_call
        found = _sift(values, points, offset, tried, warp, beyond=beyond)[:_MOST_TRIED]
        if beyond and len(found):
            most = warp(found, steps[-1:]) + 1
            wanted = max(int(most.min()), min(int(most.max()), AT_ONCE))
            values = values if wanted <= values.shape[1] else planned.extend(wanted)
        good = []
        for number in found:
            made = warp(number, steps)
            taken = values[:, np.minimum(made, values.shape[1] - 1)]
            taken = pad(np.where(made < values.shape[1], taken, np.nan), planned.lr.shape[1])
            if (same := points.matches(taken, offset)).size and same.all():
                good.append((int(number), taken))
        if good:
            yield _Found([number for number, _ in good], good[0][1])
            return


def _sift(
    values: Values, points: Points, offset: int, tried: Steps, warp: Warp, *, beyond: bool
) -> Steps:
    """Return the numbers that no point speaks against; one whose call is not known may."""
    inside = np.flatnonzero(points.inside(offset))
    for point in spread(inside, _ENOUGH):
        if not len(tried):
            break
        made = warp(tried, points.index(offset)[point])
        known = made < values.shape[1]
        meant = values[points.group[point], np.minimum(made, values.shape[1] - 1)]
        agreed = points.agree(meant, points.value[point])
        tried = tried[(made >= 0) & np.where(known, agreed, beyond)]
    return tried
