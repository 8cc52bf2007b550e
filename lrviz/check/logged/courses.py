"""What may have happened to a plan: each with the learning rates that would have been logged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lrviz.check.logged.changed import MOST_A_STEP, Planned, pad
from lrviz.check.logged.points import Points
from lrviz.curve import Values
from lrviz.run.log import Steps

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
        values: what would have been logged, shape (groups, steps of the plan); NaN for nothing.
        numbers: of the text, by name.
        start: the step from which on it is otherwise than planned.
    """

    kind: str
    text: str
    values: Values
    numbers: Mapping[str, Number] = field(default_factory=dict)
    start: int = 0


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
    schedule, last = planned.schedule, planned.last
    each, offset = schedule.steps_per_epoch, points.offsets[0]
    several = np.arange(2, MOST_A_STEP + 1)
    calls = planned.calls_before
    for n in _try(planned, points, several, lambda n, i: calls(i) * n, beyond=True):
        text = f"scheduler.step() was called {n} times for each planned call"
        yield Course("calls", text, n.values, {"calls": n.number, "to": n.most})
    if schedule.interval == "epoch" and each > 1:
        one = np.array([schedule.calls])
        for _ in _try(planned, points, one, lambda n, i: i // schedule.frequency * n, beyond=True):
            text = "scheduler.step() was called after every step in place of every epoch"
            yield Course("per-step", text, _.values)
    if schedule.interval == "step" and each > 1:
        for _ in _try(planned, points, np.array([each]), lambda n, i: calls(i // n)):
            text = "scheduler.step() was called after every epoch in place of every step"
            yield Course("per-epoch", text, _.values)
    for n in _try(planned, points, several[several != each], lambda n, i: calls(i // n)):
        unit = "epochs" if schedule.interval == "epoch" else "steps"
        text = f"scheduler.step() was called once every {n} {unit}"
        yield Course("every", text, n.values, {"every": n.number, "to": n.most})
    peak = int(np.argmax(planned.curve.lr[0] >= planned.curve.lr[0].max() * (1 - 1e-9)))
    if peak and planned.curve.lr[0, 0] < planned.curve.lr[0, peak]:
        one = np.array([peak])
        for text, warp in (
            ("the warm-up is missing", lambda n, i: calls(i + n)),
            ("the peak was held in place of the warm-up", lambda n, i: calls(np.maximum(i, n))),
        ):
            for _ in _try(planned, points, one, warp):
                yield Course("no-warmup", f"{text} ({peak} steps)", _.values, {"steps": peak})
        for _ in _try(planned, points, one, lambda n, i: calls(np.where(i < n, i, i - n))):
            text = f"the warm-up of {peak} steps was made twice"
            yield Course("warmup-twice", text, _.values, {"steps": peak}, peak)
        rise = np.minimum(1, planned.curve.lr / planned.curve.lr[:, peak, None])
        rise[:, peak:] = 1
        text = f"the factors of a warm-up of {peak} steps were applied twice"
        yield Course("warmup-twice", text, planned.curve.lr * rise, {"steps": peak})
    far = np.arange(-planned.by_call.shape[1], last + 1)
    ways = far[(far != 0) & (far != -peak)]
    for n in _try(planned, points, ways, lambda n, i: calls(np.maximum(0, i - n)), (offset,)):
        where = "behind" if n.number > 0 else "ahead of"
        text = f"it is {abs(n.number):,} steps {where} the plan"
        yield Course("shifted", text, n.values, {"steps": n.number, "to": n.most})
    for at, (before, first) in parting.items():
        if before < 0:
            continue
        order = np.array([*(s for s in starts if 0 < s <= first), *range(first, 0, -1)])
        restarts = lambda n, i: calls(np.where(i < n, i, i - n))  # noqa: E731
        for n in _try(planned, points, order, restarts, (at,)):
            text = f"it was started over at step {n.number:,}"
            if n.most != n.number:
                text = f"it was started over between steps {n.least:,} and {n.most:,}"
                if n.number in starts:
                    text = (
                        f"it was started over at step {n.number:,}, where a part of the log begins"
                    )
            numbers = {"step": n.number, "from": n.least, "to": n.most}
            yield Course("restarted", text, n.values, numbers, n.number)
        known = planned.by_call.shape[1] * schedule.steps_per_call // schedule.calls
        jumps = np.arange(-before, max(known - first, 1))
        jumps = jumps[jumps != 0]
        jump = lambda n, i, s=first: calls(np.where(i < s, i, i + n))  # noqa: E731
        for n in _try(planned, points, jumps[np.argsort(np.abs(jumps))], jump, (at,)):
            text = f"from step {first:,} on it goes as planned from step {first + n.number:,} on"
            numbers = {"step": first, "state": first + n.number}
            yield Course("resumed", text, n.values, numbers, first)


@dataclass(frozen=True, eq=False)
class _Found:
    """The first number that reproduces all points, and the least and the most that do."""

    number: int
    least: int
    most: int
    values: Values

    def __str__(self) -> str:
        return f"{self.number}" if self.least == self.most else f"{self.least} to {self.most}"


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
            most = int(warp(found, steps[-1:]).max()) + 1
            values = values if most <= values.shape[1] else planned.extend(most)
        good = []
        for number in found:
            made = warp(number, steps)
            taken = values[:, np.minimum(made, values.shape[1] - 1)]
            taken = pad(np.where(made < values.shape[1], taken, np.nan), planned.curve.steps)
            if (same := points.matches(taken, offset)).size and same.all():
                good.append((int(number), taken))
        if good:
            numbers = [number for number, _ in good]
            yield _Found(numbers[0], min(numbers), max(numbers), good[0][1])
            return


def _sift(
    values: Values, points: Points, offset: int, tried: Steps, warp: Warp, *, beyond: bool
) -> Steps:
    """Return the numbers that no point speaks against; one whose call is not known may."""
    inside = np.flatnonzero(points.inside(offset))
    spread = np.unique(np.linspace(0, len(inside) - 1, _ENOUGH).astype(int)) if len(inside) else []
    for point in inside[spread]:
        if not len(tried):
            break
        made = warp(tried, points.index(offset)[point])
        known = made < values.shape[1]
        meant = values[points.group[point], np.minimum(made, values.shape[1] - 1)]
        agreed = points.agree(meant, points.value[point])
        tried = tried[(made >= 0) & np.where(known, agreed, beyond)]
    return tried
