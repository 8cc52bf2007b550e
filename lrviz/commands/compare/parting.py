"""How one curve differs from another: in numbers, and those as a table."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import compress

import numpy as np

from lrviz.curve import QUANTITIES, Curve, Quantity, Values
from lrviz.figure.difference import agree
from lrviz.spell import align, printable, spell_number

_HEADINGS = (
    *("schedule", "against", "quantity", "steps", "parts at", "largest difference", "at step"),
    *("final", "area", "ratio"),
)
_NONE = "-"


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
    quantity: Quantity = "lr"


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
    return tuple(each for curve in curves for each in _iter_comparisons(curve, curves[0]))


def _iter_comparisons(curve: Curve, first: Curve) -> Iterator[Comparison]:
    for place, group in enumerate(curve.groups):
        other = _find_counterpart(group, place, first.groups)
        names = _name(curve, group), _name(first, first.groups[other])
        rates = curve.lr[place]
        difference = None if curve is first else _find_difference(rates, first.lr[other])
        yield Comparison(*names, curve.steps, float(rates[-1]), _sum(rates), difference)
        for quantity in QUANTITIES[1:]:
            mine, theirs = curve.quantity(quantity), first.quantity(quantity)
            rows = None if mine is None else mine[place], None if theirs is None else theirs[other]
            yield from _compare(quantity, names, curve.steps, *rows)
    if curve.metric is not None and first.metric is not None:
        names = curve.label, first.label
        yield from _compare("metric", names, curve.steps, curve.metric, first.metric)


def _name(curve: Curve, group: str) -> str:
    return " · ".join(filter(None, (curve.label, group)))


def _find_counterpart(group: str, place: int, groups: Sequence[str]) -> int:
    if group in groups:
        return groups.index(group)
    return place if place < len(groups) else 0


def _compare(
    quantity: Quantity,
    names: tuple[str, str],
    steps: int,
    mine: Values | None,
    theirs: Values | None,
) -> Iterator[Comparison]:
    """Yield how what is no learning rate differs, where it does.

    That one of two schedules ends is said of their learning rates alone.
    """
    if mine is None and theirs is None:
        return
    difference = Difference(0, False, math.nan, 0, math.nan)  # only one has any
    if mine is not None and theirs is not None:
        difference = replace(_find_difference(mine, theirs), ratio=math.nan)
    if difference.parts is not None and not difference.ends:
        final = math.nan if mine is None else float(mine[-1])
        yield Comparison(*names, steps, final, math.nan, difference, quantity)


@np.errstate(over="ignore", invalid="ignore")
def _sum(rates: Values) -> float:
    return float(rates.sum())


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def _find_difference(values: Values, other: Values) -> Difference:
    common = min(len(values), len(other))
    same = agree(values[None, :common], other[None, :common])[0]
    moved = np.flatnonzero(~same)
    away = np.where(same & ~np.isfinite(values[:common]), 0.0, values[:common] - other[:common])
    step = int(np.abs(away).argmax())
    ends = not len(moved) and len(values) != len(other)
    return Difference(
        parts=int(moved[0]) if len(moved) else common if ends else None,
        ends=ends,
        largest=float(away[step]),
        step=step,
        ratio=float(values.sum() / other.sum()),
    )


def format_table(comparisons: Sequence[Comparison]) -> str:
    """Return a line a param group, in columns; the first schedule's own have no difference.

    What each is compared with is a column of its own only where the first schedule has several
    param groups, and what is compared only where it is not the learning rate alone.

    >>> steps = Comparison("flat", "flat", 4, 0.1, 0.4, None)
    >>> other = Comparison("step", "flat", 4, 0.01, 0.22, Difference(2, False, -0.09, 2, 0.55))
    >>> print(format_table([steps, other]))
    schedule  steps  parts at  largest difference  at step  final  area  ratio
    flat          4         -                   -        -    0.1   0.4      -
    step          4         2               -0.09        2   0.01  0.22   0.55
    """
    rows = [_HEADINGS, *map(_spell_row, comparisons)]
    several = len({each.against for each in comparisons}) > 1
    told = (True, several, any(each.quantity != "lr" for each in comparisons))
    return "\n".join(align([(*compress(row, told), *row[len(told) :]) for row in rows], sum(told)))


def _spell_row(comparison: Comparison) -> tuple[str, ...]:
    against = parts = largest = step = ratio = _NONE
    if difference := comparison.difference:
        against = printable(comparison.against)
        parts = "never" if difference.parts is None else str(difference.parts)
        parts += " (end)" * difference.ends
        largest, ratio = _spell(difference.largest), _spell(difference.ratio)
        step = str(difference.step) if difference.largest else _NONE
    names = printable(comparison.name), against, comparison.quantity
    final, area = _spell(comparison.final), _spell(comparison.area)
    return (*names, str(comparison.steps), parts, largest, step, final, area, ratio)


def _spell(value: float) -> str:
    return _NONE if math.isnan(value) else spell_number(value)


def spell_comparison(comparison: Comparison) -> dict[str, object]:
    """Return a comparison for JSON, where what is no number is null."""

    def spell(data: object) -> object:
        if isinstance(data, dict):
            return {key: spell(value) for key, value in data.items()}
        return None if isinstance(data, float) and not math.isfinite(data) else data

    return {str(key): spell(value) for key, value in asdict(comparison).items()}
