"""How one curve differs from another, in numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Curve, Values
from lrviz.numbers.difference import ABSOLUTE, RELATIVE


@dataclass(frozen=True)
class Difference:
    """How a param group's learning rate differs from another's.

    Steps are compared with steps, whatever the length of an epoch; what only the longer one has
    counts for `parts` alone.

    Attributes:
        parts: the first step that is not the same, or that only one of them has; None for never.
        ends: whether one of them ends there.
        largest: the largest difference, negative where the learning rate is below the other's.
        step: where it is, the first such step.
        ratio: the area, as a multiple of the other's; NaN where that is 0.
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
        final: the last learning rate.
        area: the sum of the learning rates over the steps: what as many steps at 1 would give.
        difference: from `against`; None where that is the group itself.
    """

    name: str
    against: str
    steps: int
    final: float
    area: float
    difference: Difference | None


@dataclass(frozen=True, eq=False)
class _Row:
    name: str
    group: str
    lr: Values


def compare_curves(curves: Sequence[Curve]) -> tuple[Comparison, ...]:
    """Return how every curve's learning rates differ from the first curve's, one a param group.

    A group is compared with the one of its name; where the first curve has none, with the one in
    its place; beyond them, with the first one.

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
            compared.append(_compare(row, _find_counterpart(row.group, place, first)))
    return tuple(compared)


def _iter_rows(curve: Curve) -> Iterator[_Row]:
    for group, lr in zip(curve.groups, curve.lr, strict=True):
        yield _Row(" · ".join(filter(None, (curve.label, group))), group, lr)


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


def _find_difference(lr: Values, other: Values) -> Difference:
    common = min(len(lr), len(other))
    moved = np.flatnonzero(~_agree(lr[:common], other[:common]))
    away = lr[:common] - other[:common]
    step = int(np.abs(away).argmax())
    ends = not len(moved) and len(lr) != len(other)
    return Difference(
        parts=int(moved[0]) if len(moved) else common if ends else None,
        ends=ends,
        largest=float(away[step]),
        step=step,
        ratio=float(lr.sum() / other.sum()),
    )


def _agree(lr: Values, other: Values) -> NDArray[np.bool_]:
    """Return where two learning rates are the same, by the measure of `lrviz check`."""
    allowed = np.maximum(ABSOLUTE, RELATIVE * np.maximum(np.abs(lr), np.abs(other)))
    near: NDArray[np.bool_] = np.abs(lr - other) <= allowed
    return near
