"""What holding a plan against a log found, in numbers and in words."""

from collections.abc import Iterator, Sequence

import numpy as np

from lrviz.check.logged.courses import Course
from lrviz.check.logged.held import Alignment, Confidence, Finding, Held, Parting
from lrviz.check.logged.points import Laid, is_named
from lrviz.curve import Curve, Steps, Values
from lrviz.run.driven import Run
from lrviz.run.log import Log
from lrviz.spell import spell_number

# So many values that are not alike tell one thing that happened from another, where so many points
# and values of those are not the plan's.
_ENOUGH, _POINTS, _VALUES = 5, 3, 2

# A difference that is a larger share of what was planned says more than the share.
_MOST_SHARE = 100


def tell(run: Run, log: Log, laid: Laid, courses: list[Course]) -> Held:
    """Return what holding a plan against a log found.

    Args:
        run: the plan.
        log: of the run.
        laid: how it lies over the plan, or over the first of the courses.
        courses: what reproduces the log where it parts from the plan, the simplest first.
    """
    alignment = _align(log, laid, courses)
    partings = tuple(_iter_partings(log, laid))
    firsts = [each.first for each in partings if each.first is not None]
    findings = _find(laid, courses, partings) if firsts else ()
    start = min(firsts, default=None)
    explained = None
    if courses:
        values = courses[0].values[:, : laid.points.steps]
        known = np.flatnonzero(~np.isnan(values).any(axis=0))
        explained = _curve(laid, values[:, known], known, courses[0].text)
    sentence = _say(run, log, alignment, findings, start)
    return Held(
        *(start is not None or not alignment.compared, sentence, findings, alignment, partings),
        aligned=tuple(_iter_aligned(log, laid)),
        explained=explained,
    )


def _curve(laid: Laid, lr: Values, at: Steps, label: str, group: int | None = None) -> Curve:
    """Return learning rates at some steps as a curve of the plan's groups, or of one of them."""
    own = slice(group, None if group is None else group + 1)
    groups, base = laid.curve.groups[own], laid.curve.base_lr[own]
    each = laid.curve.steps_per_epoch
    return Curve(groups, lr, base, label=label, steps_per_epoch=each, at=at)


def _iter_aligned(log: Log, laid: Laid) -> Iterator[Curve]:
    for _, group in laid.points.pairs:
        index = laid.points.at + laid.offset
        mine = (laid.points.group == group) & (index >= 0)
        if mine.any():
            yield _curve(laid, laid.points.value[None, mine], index[mine], log.name, group)


def _iter_partings(log: Log, laid: Laid) -> Iterator[Parting]:
    points, inside = laid.points, laid.points.inside(laid.offset)
    for series, group in points.pairs:
        mine = inside & (points.group == group)
        index, logged = points.index(laid.offset)[mine], points.value[mine]
        meant = laid.planned.lr[group, index]
        wrong = ~points.agree(meant, logged)
        away, meant = np.abs(logged - meant)[wrong], np.abs(meant)[wrong]
        share = None
        if np.all(meant > away / _MOST_SHARE):
            share = float((away / meant).max(initial=0.0))
        first = int(index[wrong][0]) if len(away) else None
        name = log.series[series].name
        yield Parting(name, first, share, float(away.max(initial=0.0)), len(away))


def _align(log: Log, laid: Laid, courses: list[Course]) -> Alignment:
    points, offset = laid.points, laid.offset
    values = courses[0].values if courses else laid.planned.lr
    found = {each: points.matches(values, each) for each in points.offsets}
    fits = {each for each, same in found.items() if same.size and same.all()}
    outside, order = points.outside(offset), [group for _, group in points.pairs]
    pairs = tuple((log.series[a].name, laid.curve.groups[b]) for a, b in points.pairs)
    return Alignment(
        curve=laid.curve.label,
        unit=points.unit,
        offset=offset,
        is_sure=fits == {offset},
        pairs=pairs,
        is_reordered=not any(is_named(*each) for each in pairs) and order != sorted(order),
        compared=int((~outside).sum()),
        outside=int(outside.sum()),
        last=int(points.index(offset)[~outside].max(initial=-1)),
    )


def _find(laid: Laid, courses: list[Course], partings: Sequence[Parting]) -> tuple[Finding, ...]:
    if not courses:
        first = min(each.first for each in partings if each.first is not None)
        numbers = {"difference": max(each.difference for each in partings)}
        worst = spell_number(numbers["difference"], 3)
        shares = [each.largest for each in partings if each.largest is not None]
        if len(shares) == len(partings):
            numbers = {"largest": max(shares), **numbers}
            worst = f"{spell_number(100 * max(shares), 3)} %"
        text = f"it differs by up to {worst}, which nothing tried explains"
        return (Finding("different", text, "unknown", first, numbers),)
    value, inside = laid.points.value, laid.points.inside(laid.offset)
    wrong = value[inside][~laid.points.matches(laid.planned.lr, laid.offset)]
    is_plain = len(courses) == 1 and courses[0].is_sure and len(np.unique(value)) >= _ENOUGH
    is_plain = is_plain and len(wrong) >= _POINTS and len(np.unique(wrong)) >= _VALUES
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
    compared = alignment.compared // pairs
    points = "the only logged step" if compared == 1 else f"all {compared:,} logged steps"
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
        late = "late" + ", as steps counted from 1 are" * bool(log.series[0].steps[0])
        told.append(f"logged one step {late if alignment.offset < 0 else 'early'}")
    each = run.spec.steps_per_epoch if alignment.unit == "epoch" else 1
    gap = int(np.diff(log.series[0].steps).max(initial=1)) * each
    if alignment.last + 1 + gap < steps:
        told.append(f"the first {alignment.last + 1:,} of {steps:,} steps")
    if alignment.is_reordered:
        told.append("param groups in another order")
    if left := {each.name for each in log.series} - {name for name, _ in alignment.pairs}:
        told.append(f"not compared: {', '.join(sorted(left))}")
    if alignment.outside:
        told.append(f"{alignment.outside:,} outside the plan")
    return "; ".join(told)
