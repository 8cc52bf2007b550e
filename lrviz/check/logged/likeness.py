"""Other schedules than the plan that a run may have followed."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from lrviz.check.logged.changed import Planned
from lrviz.check.logged.courses import Course
from lrviz.check.logged.otherwise import shortest
from lrviz.check.logged.points import Points, spread
from lrviz.curve import Values
from lrviz.spec.expression import ExpressionError, parse_expression
from lrviz.spec.model import Node

# So many points may refute a family before it is driven.
_SOME = 16

# Their factors, by the share x of the way from the end of the warm-up to the end of the run, and
# the n calls since then; under the names of torch's classes, where these are it.
_FAMILIES = {
    "ConstantLR": "1",
    "LinearLR": "1 - {x}",
    "CosineAnnealingLR": "0.5 + 0.5 * cos(pi * {x})",
    "PolynomialLR of power 2": "(1 - {x}) ** 2",
    "PolynomialLR of power 3": "(1 - {x}) ** 3",
    "inverse square root": "sqrt({root} / ({root} + {n}))",
    "ExponentialLR": "{gamma!r} ** {n}",
    "StepLR": "{drop!r} ** ({n} // {period})",
}


def iter_families(planned: Planned, points: Points) -> Iterator[Course]:
    """Yield other schedules with the plan's peak and length, and with its warm-up or none."""
    lr = planned.curve.lr
    peaks = lr.max(axis=1)
    peak = int(planned.calls_before([int(np.argmax(lr[0] >= peaks[0] * (1 - 1e-9)))])[0])
    first, floor = float(lr[0, 0] / peaks[0]), float(lr[0].min() / peaks[0])
    for offset in points.offsets:
        for warmup in sorted({0, peak}, reverse=True):
            way = f"{first!r} + {1 - first!r} * epoch / {warmup}" if warmup else "1"
            shapes = _shape(planned, points, offset, warmup, peaks)
            for (name, shape), lowest in product(shapes.items(), sorted({0.0, floor})):
                text = f"{way} if epoch < {warmup} else {lowest!r} + {1 - lowest!r} * ({shape})"
                if _may_be(planned, points, offset, text, peaks):
                    key = ("scheduler", "LambdaLR")
                    node = Node("LambdaLR", key, {"lr_lambda": text})
                    values = planned.change(node, [float(each) for each in peaks])
                    after = f" after the warm-up of {warmup:,} calls" if warmup else ""
                    said = f"it follows {name}{after}, from the plan's peak"
                    if values is not None:
                        yield Course("family", said, values, {"family": name, "warmup": warmup})


def _shape(
    planned: Planned, points: Points, offset: int, warmup: int, peaks: Values
) -> dict[str, str]:
    """Return expressions of the families, with what of them is fitted to the log."""
    made = planned.calls_before(points.index(offset)) - warmup
    total = planned.schedule.total_calls - warmup
    later = np.flatnonzero(points.inside(offset) & (made > 0))
    made, shares = made[later], points.value[later] / peaks[points.group[later]]
    slack = points.slack(points.value[later]) / peaks[points.group[later]]
    drops = np.flatnonzero(shares < 1 - slack)
    if not len(drops) or total < 1:
        return {"ConstantLR": "1"}
    low, high = (np.maximum(shares + sign * slack, 1e-300) ** (1 / made) for sign in (-1, 1))
    drop = float(shares[drops[0]])
    before = int(made[drops[0] - 1]) if drops[0] else 0
    periods = (
        period
        for period in range(before + 1, int(made[drops[0]]) + 1)
        if np.all(np.abs(drop ** (made // period) - shares) <= 2 * slack)
    )
    lowest = drop - float(slack[drops[0]])
    known = {
        "n": f"(epoch - {warmup})",
        "x": f"min((epoch - {warmup}) / {total}, 1)",
        "root": max(warmup, 1),
        "gamma": shortest(float(low.max()), float(high.min())),
        "drop": shortest(lowest, drop + float(slack[drops[0]])),
        "period": next(periods, 1),
    }
    shapes = {name: shape.format(**known) for name, shape in _FAMILIES.items()}
    if lowest <= 0:  # what falls to nothing has not dropped by a factor
        del shapes["StepLR"]
    return shapes


def _may_be(planned: Planned, points: Points, offset: int, text: str, peaks: Values) -> bool:
    """Whether a factor has some of the points."""
    factor = parse_expression(text, ("epoch",), ()).bind({})
    inside = np.flatnonzero(points.inside(offset))
    some = spread(inside, _SOME)
    made = planned.calls_before(points.index(offset)[some])
    try:
        factors = np.array([factor(float(each)) for each in made])
    except ExpressionError:  # it grows without bound, or has no value
        return False
    meant = peaks[points.group[some]] * factors
    return bool(points.agree(meant, points.value[some]).all())
