"""A plan held against a log: how the one lies over the other, and what that says of the run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lrviz.check.logged.changed import Drive, Planned
from lrviz.check.logged.courses import Course, iter_timed
from lrviz.check.logged.held import Alignment, Confidence, Finding, Held, Parting
from lrviz.check.logged.likeness import iter_families
from lrviz.check.logged.otherwise import iter_lengths, iter_scaled, iter_unwarmed
from lrviz.check.logged.points import Points, iter_points
from lrviz.curve import Curve, Steps, Values
from lrviz.run.driven import Run
from lrviz.run.log import Log
from lrviz.spell import spell_number

# What says nothing of a learning rate that never moved, and of what one is enough.
_MOVING = frozenset({"scaled", "shifted", "restarted", "resumed", "length"})
_LAST = frozenset({"resumed", "length", "family"})

# So many values that are not alike tell one thing that happened from another.
_ENOUGH = 5


@dataclass(frozen=True, eq=False)
class _Laid:
    """A log laid over one curve of a plan at one offset, and which points the plan has there."""

    planned: Planned
    points: Points
    offset: int

    @property
    def curve(self) -> Curve:
        return self.planned.curve

    @property
    def rank(self) -> tuple[bool, int, int]:
        found = self.points.matches(self.planned.lr, self.offset)
        outside = int(self.points.outside(self.offset).sum())
        return bool(found.size) and bool(found.all()), int(found.sum()), -outside


def hold(run: Run, log: Log, drive: Drive) -> Held:
    """Hold a driven plan against a log, and say what happened where they part.

    Args:
        run: the plan; of several curves the one that is nearest to the log is taken.
        log: of the run.
        drive: drives a changed spec, or raises an LrvizError.
    """
    ways = [
        _Laid(planned, points, offset)
        for planned in (Planned(run, place, drive) for place in range(len(run.curves)))
        for points in iter_points(log, planned.curve, planned.lr.shape[1])
        for offset in points.offsets
    ]
    laid = max(ways, key=lambda each: each.rank)  # the first of those that are as good
    courses: list[Course] = []
    found = laid.points.matches(laid.planned.lr, laid.offset)
    if found.size and not found.all():
        courses = _explain(log, laid)
        if courses:
            offset = laid.points.reproduced(courses[0].values)
            laid = replace(laid, offset=laid.offset if offset is None else offset)
    return _tell(run, log, laid, courses)


def _explain(log: Log, laid: _Laid) -> list[Course]:
    """Return what reproduces all points that are compared, one of a kind, the simplest first."""
    points, steps = laid.points, laid.points.known
    last = min(steps, int(points.at.max()) + max(points.offsets) + 1) - 1
    planned = replace(laid.planned, last=last)
    parting = {offset: _part(points, planned.lr, offset) for offset in points.offsets}
    starts = [
        start * (1 if points.unit == "step" else laid.curve.steps_per_epoch) for start in log.starts
    ]
    still = Course(
        "never", "the learning rate never moved", np.repeat(laid.curve.lr[:, :1], steps, 1)
    )
    tried = [
        iter([still]),
        iter_scaled(planned, points, parting),
        iter_timed(planned, points, parting, starts),
        iter_unwarmed(planned),
        iter_lengths(planned, points),
        iter_families(planned, points),
    ]
    good: dict[str, Course] = {}
    for courses in tried:
        for course in courses:
            if course.kind in good or points.reproduced(course.values) is None:
                continue
            if "never" not in good or course.kind not in _MOVING:
                good[course.kind] = course
                if course.kind in _LAST:
                    break
    if "resumed" in good:  # the least simple of those about the same values
        good["resumed"] = good.pop("resumed")
    return list(good.values())


def _part(points: Points, lr: Values, offset: int) -> tuple[int, int]:
    """Return the last step before the log parts from a plan, or -1, and the first after."""
    index = points.index(offset)[points.inside(offset)]
    wrong = np.sort(index[~points.matches(lr, offset)])
    first = int(wrong[0]) if len(wrong) else points.steps
    return int(max(index[index < first], default=-1)), first


def _tell(run: Run, log: Log, laid: _Laid, courses: list[Course]) -> Held:
    alignment = _align(log, laid, courses)
    partings = tuple(_iter_partings(log, laid))
    firsts = [each.first for each in partings if each.first is not None]
    findings = _find(laid.points, courses, partings) if firsts else ()
    start = min(firsts, default=None)
    explained = None
    if courses:
        values = courses[0].values[:, : laid.points.steps]
        known = np.flatnonzero(~np.isnan(values).any(axis=0))
        explained = _curve(laid, values[:, known], known, courses[0].text)
    sentence = _say(run, log, alignment, findings, start)
    return Held(
        *(start is not None, sentence, findings, alignment, partings),
        aligned=tuple(_iter_aligned(log, laid)),
        explained=explained,
    )


def _curve(laid: _Laid, lr: Values, at: Steps, label: str, group: int | None = None) -> Curve:
    """Return learning rates at some steps as a curve of the plan's groups, or of one of them."""
    own = slice(group, None if group is None else group + 1)
    groups, base = laid.curve.groups[own], laid.curve.base_lr[own]
    each = laid.curve.steps_per_epoch
    return Curve(groups, lr, base, label=label, steps_per_epoch=each, at=at)


def _iter_aligned(log: Log, laid: _Laid) -> Iterator[Curve]:
    for _, group in laid.points.pairs:
        index = laid.points.at + laid.offset
        mine = (laid.points.group == group) & (index >= 0)
        if mine.any():
            yield _curve(laid, laid.points.value[None, mine], index[mine], log.name, group)


def _iter_partings(log: Log, laid: _Laid) -> Iterator[Parting]:
    points, inside = laid.points, laid.points.inside(laid.offset)
    for series, group in points.pairs:
        mine = inside & (points.group == group)
        index, logged = points.index(laid.offset)[mine], points.value[mine]
        meant = laid.planned.lr[group, index]
        wrong = ~points.agree(meant, logged)
        shares = (np.abs(logged - meant) / np.maximum(np.abs(meant), 1e-300))[wrong]
        first = int(index[wrong][0]) if len(shares) else None
        name = log.series[series].name
        yield Parting(name, first, float(shares.max(initial=0.0)), len(shares))


def _align(log: Log, laid: _Laid, courses: list[Course]) -> Alignment:
    points, offset = laid.points, laid.offset
    values = courses[0].values if courses else laid.planned.lr
    found = {each: points.matches(values, each) for each in points.offsets}
    fits = {each for each, same in found.items() if same.size and same.all()}
    outside = points.outside(offset)
    return Alignment(
        curve=laid.curve.label,
        unit=points.unit,
        offset=offset,
        is_sure=fits == {offset},
        pairs=tuple((log.series[a].name, laid.curve.groups[b]) for a, b in points.pairs),
        compared=int((~outside).sum()),
        outside=int(outside.sum()),
        last=int(points.index(offset)[~outside].max(initial=-1)),
    )


def _find(
    points: Points, courses: list[Course], partings: Sequence[Parting]
) -> tuple[Finding, ...]:
    if not courses:
        first = min(each.first for each in partings if each.first is not None)
        worst = max(each.largest for each in partings)
        text = f"it differs by up to {spell_number(100 * worst, 3)} %, which nothing tried explains"
        return (Finding("different", text, "unknown", first, {"largest": worst}),)
    is_plain = len(courses) == 1 and len(np.unique(points.value)) >= _ENOUGH
    how: Confidence = "certain" if is_plain else "likely"
    return tuple(Finding(each.kind, each.text, how, each.start, each.numbers) for each in courses)


def _say(
    run: Run, log: Log, alignment: Alignment, findings: Sequence[Finding], start: int | None
) -> str:
    """Return the verdict in a line."""
    steps, pairs = run.spec.total_steps, len(alignment.pairs)
    name = run.spec.source.name
    if len(run.curves) > 1:
        name = f"curve '{alignment.curve}' of {name}"
    if not alignment.compared:
        return f"no logged step is one of the {steps:,} of {name}"
    points = f"all {alignment.compared // pairs:,} logged steps"
    points += f" of {pairs} param groups" * (pairs > 1)
    if log.precision.words:
        points += f" to the log's precision ({log.precision.words})"
    told = [f"matches {name} at {points}"]
    if start is not None:
        told = [f"parts from {name} at step {start:,}: {findings[0].text}"]
        if findings[0].kind != "different":
            told[0] += f" ({findings[0].confidence}: that reproduces {points})"
        told += [f"or {each.text}" for each in findings[1:3]]
    if alignment.is_sure and alignment.unit == "step" and alignment.offset:
        told.append(f"logged one step {'late' if alignment.offset < 0 else 'early'}")
    each = run.spec.steps_per_epoch if alignment.unit == "epoch" else 1
    gap = int(np.diff(log.series[0].steps).max(initial=1)) * each
    if alignment.last + 1 + gap < steps:
        told.append(f"the first {alignment.last + 1:,} of {steps:,} steps")
    if alignment.outside:
        told.append(f"{alignment.outside:,} outside the plan")
    return "; ".join(told)
