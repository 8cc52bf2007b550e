"""A plan held against a log: how the one lies over the other, and what that says of the run."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from lrviz.check.logged.changed import Drive, Planned
from lrviz.check.logged.courses import Course, iter_timed
from lrviz.check.logged.held import Held
from lrviz.check.logged.likeness import iter_families
from lrviz.check.logged.otherwise import is_usual, iter_lengths, iter_scaled, iter_unwarmed
from lrviz.check.logged.points import Laid, Points, iter_points
from lrviz.check.logged.telling import tell
from lrviz.curve import Curve, Values
from lrviz.run.driven import Run
from lrviz.run.log import Log
from lrviz.spell import spell_number

# What says nothing of a learning rate that never moved, and of what one is enough.
_MOVING = frozenset({"scaled", "shifted", "restarted", "resumed", "length"})
_LAST = frozenset({"resumed", "length", "family"})


# Of several curves so many are explained, and these changes are taken where no other is found.
_MOST_CURVES = 8
_LESS_SIMPLE = ("length", "resumed", "family", "")


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # a log may have any number
def hold(run: Run, log: Log, drive: Drive) -> Held:
    """Hold a driven plan against a log, and say what happened where they part.

    Args:
        run: the plan; of several curves the one that the log follows, or with the simplest change.
        log: of the run.
        drive: drives a changed spec, or raises an LrvizError.
    """
    ways = [
        Laid(planned, points, offset)
        for place, curve in enumerate(run.curves)
        for planned in (Planned(run, place, drive, _count(log, curve)),)
        for points in iter_points(log, planned.curve, planned.lr.shape[1])
        for offset in points.offsets
    ]
    ways.sort(key=lambda each: each.rank, reverse=True)  # the first of those that are as good
    laid, courses = ways[0], list[Course]()
    found = laid.points.matches(laid.planned.lr, laid.offset)
    if found.size and not found.all():
        nearest = {each.planned.place: each for each in reversed(ways)}.values()
        told = [(each, _explain(log, each)) for each in list(nearest)[::-1][:_MOST_CURVES]]
        kinds = [found[0].kind if found else "" for _, found in told]
        simple = [_LESS_SIMPLE.index(kind) if kind in _LESS_SIMPLE else -1 for kind in kinds]
        laid, courses = told[simple.index(min(simple))]
        if courses:
            courses[0] = replace(
                courses[0], is_sure=courses[0].is_sure and simple.count(min(simple)) == 1
            )
            offset = laid.points.reproduced(courses[0].values)
            laid = replace(laid, offset=laid.offset if offset is None else offset)
    return tell(run, log, laid, courses)


def _count(log: Log, curve: Curve) -> int:
    """Return how many steps of a curve a log may have, at any offset."""
    each = 1 if log.unit == "step" else curve.steps_per_epoch
    return (max(int(row.steps.max(initial=0)) for row in log.series) + 2) * each + 1


def _explain(log: Log, laid: Laid) -> list[Course]:
    """Return what reproduces all points that are compared, one of a kind, the simplest first."""
    points, planned, last = laid.points, laid.planned, laid.planned.last
    parting = {offset: _part(points, planned.lr, offset) for offset in points.offsets}
    starts = [
        start * (1 if points.unit == "step" else laid.curve.steps_per_epoch) for start in log.starts
    ]
    text, lr, base = "the learning rate never moved", planned.lr, planned.curve.base_lr
    still = [Course("never", text, np.repeat(lr[:, :1], lr.shape[1], 1))]
    own = np.repeat(np.array(base)[:, None], lr.shape[1], 1)
    still.append(Course("never", f"{text} from the optimizer's, {spell_number(base[0])}", own))
    still.append(Course("scaled", "every learning rate is 0", 0 * own, {"factor": 0.0}))
    tried = [
        iter(still),
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
    # A number that nobody would choose is less simple than another step, and a state that nobody
    # would save the least.
    if "scaled" in good and not is_usual(float(good["scaled"].numbers["factor"])):
        good["scaled"] = good.pop("scaled")
    if "resumed" in good:
        good["resumed"] = good.pop("resumed")
    return [each for each in good.values() if not _is_told(each, good.values(), last)]


def _is_told(course: Course, courses: Iterable[Course], last: int) -> bool:
    """Whether the first of some courses is a simpler one that is the same from a start on."""
    first = next(iter(courses))
    if course is first or course.kind not in ("resumed", "family"):
        return False
    told, same = (each.values[:, course.start : last + 1] for each in (first, course))
    return np.allclose(told, same, rtol=1e-9, atol=1e-12, equal_nan=True)


def _part(points: Points, lr: Values, offset: int) -> tuple[int, int]:
    """Return the last step before the log parts from a plan, or -1, and the first after."""
    index = points.index(offset)[points.inside(offset)]
    wrong = np.sort(index[~points.matches(lr, offset)])
    first = int(wrong[0]) if len(wrong) else points.steps
    return int(max(index[index < first], default=-1)), first
