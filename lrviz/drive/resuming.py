"""Stopping a run and going on in every way that people do: torch's own states, and no formula."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from math import inf
from typing import Any

import numpy as np

from lrviz.drive.blame import PASSED_ON, spell_cause
from lrviz.drive.rebuilt import Course, Live, NoWayError, Quantities, Step, go_on, iter_courses
from lrviz.drive.states import Saved, list_restored, load_optimizer, read_state, write_state
from lrviz.drive.stops import list_stops
from lrviz.drive.training import whole_number
from lrviz.errors import LrvizError, spec_error
from lrviz.run.resumed import STATELESS, WAYS, Restored, Resumed, Resumption, judge
from lrviz.spec.model import Spec
from lrviz.spec.parse import MAX_CALLS
from lrviz.system.process import hide_warnings

# The ways that load the scheduler's state.
_LOADING = ("both", "before", "scheduler")


def stop_and_go(
    spec: Spec, at: int | None = None, into: Spec | None = None, option: str = "at"
) -> Resumption:
    """Return what `lrviz.resume` does, with the run that is not stopped and the stops tried.

    `option` is what messages call `at`.
    """
    if at is not None:
        at = whole_number(option, at, least=-inf)
    with ExitStack() as stack:
        courses = list(iter_courses(spec, stack))
        others = list(iter_courses(into, stack)) if into else courses
        if into:
            if len(others) > 1:
                text = f"has {len(others)} curves; name a spec of one to load into"
                raise spec_error(into.source.name, text)
            others *= len(courses)
        pairs = list(zip(courses, others, strict=True))
        most = MAX_CALLS // len(pairs)
        stopped = [list_stops(*pair, at, most, option) for pair in pairs]
        tried, turns = (tuple(each) for each in zip(*stopped, strict=True))
        stack.enter_context(hide_warnings())
        rows = [row for pair, stops in zip(pairs, tried, strict=True) for row in _try(*pair, stops)]
    return Resumption(others[0].run, tuple(rows), tried, turns)


def _try(course: Course, then: Course, stops: Sequence[int]) -> Iterator[Resumed]:
    """Yield a row a way: of several stops the worst."""
    label, texts = course.schedule.label, dict(WAYS)
    if len(stops) == 1:
        texts["last_epoch"] += f"={then.calls_before(stops[0]) - 1}"
    if course.make().is_stateless and then.make().is_stateless:
        row = Resumed("", stops[0], "right", STATELESS, steps=then.curve.steps - stops[0])
        yield from (replace(row, way=way, label=label, text=texts[way]) for way in WAYS)
        return
    saved, anew = _drive_whole(course, stops)
    anew = anew if then is course else _drive_whole(then, ())[1]
    for way in WAYS:
        worst, wrong = None, []
        for at in stops:
            if way == "anew":
                row = _judge(way, at, then, {name: rows[:, at:] for name, rows in anew.items()})
            else:
                row = _try_way(way, course, then, at, saved[course.calls_before(at)])
            wrong += [at] * (row.verdict in ("wrong", "raises"))
            if worst is None or row.badness > worst.badness:
                worst = row
        assert worst is not None  # there is a stop
        yield replace(worst, stops=tuple(wrong), label=label, text=texts[way])


def _drive_whole(course: Course, stops: Sequence[int]) -> tuple[Mapping[int, Saved], Quantities]:
    """Return the states after so many calls, and the values of a run that is built anew."""
    live, number = course.make(), count()
    wanted, saved = {course.calls_before(at) for at in stops}, dict[int, Saved]()

    def save() -> None:
        if (calls := next(number)) in wanted:
            own = "the function has no state to load" if live.is_stateless else ""
            saved[calls] = write_state(live.optimizer), own or write_state(live.scheduler)

    def save_after(step: Step) -> Step:
        def step_and_save(*given: float) -> None:
            step(*given)
            save()

        return step_and_save

    save()
    return saved, go_on(live, course, 0, save_after)[0]


def _try_way(way: str, course: Course, then: Course, at: int, saved: Saved) -> Resumed:
    """Return what one way does at one stop."""
    restored: Restored = ()
    try:
        live = _load(way, then, saved, then.calls_before(at))
        if then is not course:
            restored = list_restored(then.make(), live, loads_scheduler=way in _LOADING)
        values, reason = go_on(live, then, at)
    except NoWayError as error:
        return Resumed(way, at, "none", str(error))
    except LrvizError as error:
        return Resumed(way, at, "raises", error.lines[0])
    except PASSED_ON:
        raise
    except BaseException as error:
        return Resumed(way, at, "raises", spell_cause(error))
    row = replace(_judge(way, at, then, values), restored=restored)
    return replace(row, verdict="raises", reason=reason, curve=None) if reason else row


def _load(way: str, then: Course, saved: Saved, calls: int) -> Live:
    """Return what is built and loaded in one way."""
    optimizer_state, scheduler_state = saved

    def load(optimizer: Any) -> None:
        load_optimizer(optimizer, optimizer_state)

    if way == "last_epoch":
        return then.make(load, last_epoch=calls - 1)
    live = then.make(load) if way == "before" else then.make()
    if way in _LOADING:
        state = read_state(scheduler_state)
        live.scheduler.load_state_dict(state)
    if way in ("both", "optimizer"):
        load(live.optimizer)
    return live


def _judge(way: str, at: int, then: Course, values: Quantities) -> Resumed:
    """Return how a run goes on, with all of its curve."""
    plan = then.curve
    whole: dict[str, Any] = {
        name: np.hstack([planned[:, :at], rows])
        for name, rows in values.items()
        if (planned := plan.quantity(name)) is not None
    }
    return replace(judge(way, at, plan, values), curve=replace(plan, **whole))
