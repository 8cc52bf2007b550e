"""How one curve differs from another, in numbers."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import QUANTITIES, Curve, Values
from lrviz.figure.numbers import RecordedQuantity
from lrviz.figure.numbers.difference import ABSOLUTE, RELATIVE


@dataclass(frozen=True)
class Difference:
    """How what is recorded of a param group differs from another's.

    Steps are compared with steps, whatever the length of an epoch; what only the longer one has
    counts for `parts` alone.

    Attributes:
        parts: the first step that is not the same, or that only one of them has; None for never.
        ends: whether one of them ends there.
        largest: the largest difference, negative where the value is below the other's; NaN where
            only one of them has a number there.
        step: where it is, the first such step.
        ratio: the area, as a multiple of the other's; NaN where that is 0, or no learning rate's.
    """

    parts: int | None
    ends: bool
    largest: float
    step: int
    ratio: float


@dataclass(frozen=True)
class Comparison:
    """One param group of one schedule, beside one of the first schedule.

    Attributes:
        name: the schedule's label and the group's name.
        against: what it is compared with, named likewise.
        steps: the length of the schedule.
        final: the last value; NaN for none.
        area: the sum of the learning rates over the steps: what as many steps at 1 would give; NaN
            for any other quantity.
        difference: from `against`; None where that is the group itself.
        quantity: what is compared.
    """

    name: str
    against: str
    steps: int
    final: float
    area: float
    difference: Difference | None
    quantity: RecordedQuantity = "lr"


@dataclass(frozen=True, eq=False)
class _Row:
    name: str
    group: str
    values: Mapping[RecordedQuantity, Values | None]

    @property
    def lr(self) -> Values:
        lr = self.values["lr"]
        assert lr is not None
        return lr


def compare_curves(curves: Sequence[Curve]) -> tuple[Comparison, ...]:
    """Return how every curve's learning rates differ from the first curve's, one a param group.

    What else is recorded, momentum, weight decay and metric, follows where it differs. A group is
    compared with the one of its name; where the first curve has none, with the one in its place;
    beyond them, with the first one.

    Args:
        curves: any lengths and param groups; their labels tell them apart.

    >>> curves = [
    ...     Curve(("",), np.array([[0.1, 0.1, 0.1]]), (0.1,), label="flat"),
    ...     Curve(("",), np.array([[0.1, 0.1, 0.01]]), (0.1,), label="step"),
    ... ]
    >>> difference = compare_curves(curves)[1].difference
    >>> difference.parts, difference.step, round(difference.largest, 12)
    (2, 2, -0.09)
    """
    first = list(_iter_rows(curves[0]))
    compared = [_compare(row, row) for row in first]
    for curve in curves[1:]:
        for place, row in enumerate(_iter_rows(curve)):
            other = _find_counterpart(row.group, place, first)
            compared += [_compare(row, other), *_compare_others(row, other)]
        compared += _compare_metrics(curve, curves[0])
    return tuple(compared)


def _iter_rows(curve: Curve) -> Iterator[_Row]:
    found = {name: curve.quantity(name) for name in QUANTITIES}
    for place, group in enumerate(curve.groups):
        values: dict[RecordedQuantity, Values | None] = {
            name: None if rows is None else rows[place] for name, rows in found.items()
        }
        yield _Row(" · ".join(filter(None, (curve.label, group))), group, values)


def _find_counterpart(group: str, place: int, first: Sequence[_Row]) -> _Row:
    behind = first[place] if place < len(first) else first[0]
    return next((row for row in first if row.group == group), behind)


def _compare(row: _Row, other: _Row) -> Comparison:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return Comparison(
            name=row.name,
            against=other.name,
            steps=len(row.lr),
            final=float(row.lr[-1]),
            area=float(row.lr.sum()),
            difference=None if row is other else _find_difference(row.lr, other.lr),
        )


def _compare_others(row: _Row, other: _Row) -> Iterator[Comparison]:
    """Yield how momentum and weight decay differ, where they do in the steps that both have."""
    for name in QUANTITIES[1:]:
        mine, theirs = row.values[name], other.values[name]
        if mine is None and theirs is None:
            continue
        difference = Difference(0, False, math.nan, 0, math.nan)  # only one has any
        if mine is not None and theirs is not None:
            difference = replace(_find_difference(mine, theirs), ratio=math.nan)
        if _parts_within(difference):
            final = math.nan if mine is None else float(mine[-1])
            steps = len(row.lr)
            yield Comparison(row.name, other.name, steps, final, math.nan, difference, name)


def _parts_within(difference: Difference) -> bool:
    """Whether there is a difference in the steps that both have; that one ends is its LR's."""
    return difference.parts is not None and not difference.ends


def _compare_metrics(curve: Curve, other: Curve) -> Iterator[Comparison]:
    """Yield how the metrics differ that two schedules are given, where they do."""
    if curve.metric is None or other.metric is None:
        return
    difference = replace(_find_difference(curve.metric, other.metric), ratio=math.nan)
    if _parts_within(difference):
        final, names = float(curve.metric[-1]), (curve.label, other.label)
        yield Comparison(*names, curve.steps, final, math.nan, difference, "metric")


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def _find_difference(values: Values, other: Values) -> Difference:
    common = min(len(values), len(other))
    agree = _agree(values[:common], other[:common])
    moved = np.flatnonzero(~agree)
    away = np.where(agree & ~np.isfinite(values[:common]), 0.0, values[:common] - other[:common])
    step = int(np.abs(away).argmax())
    ends = not len(moved) and len(values) != len(other)
    return Difference(
        parts=int(moved[0]) if len(moved) else common if ends else None,
        ends=ends,
        largest=float(away[step]),
        step=step,
        ratio=float(values.sum() / other.sum()),
    )


def _agree(values: Values, other: Values) -> NDArray[np.bool_]:
    """Return where values are the same, by the measure of `lrviz check`: NaN is NaN."""
    allowed = np.maximum(ABSOLUTE, RELATIVE * np.maximum(np.abs(values), np.abs(other)))
    near = (np.abs(values - other) <= allowed) & np.isfinite(values) & np.isfinite(other)
    same: NDArray[np.bool_] = near | (values == other) | (np.isnan(values) & np.isnan(other))
    return same
