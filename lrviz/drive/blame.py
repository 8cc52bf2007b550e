"""Whose code failed: a file of the user's, or an argument that a library cannot do with."""

import math
import os
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING

from lrviz.drive.standin import Touched
from lrviz.errors import KeyPath, LrvizError, Problem, SpecError
from lrviz.spec.catalog import THIRD_PARTY
from lrviz.spec.expression import ExpressionError
from lrviz.spec.model import Node, Schedule
from lrviz.system.mishap import spell_exception

if TYPE_CHECKING:
    from lrviz.drive.plan import Plan

# What is nothing that somebody else's code has done wrong: it has been explained, it ends lrviz
# itself, it could be anybody's memory that ran out, or the whole torch is needed.
PASSED_ON = (LrvizError, KeyboardInterrupt, GeneratorExit, MemoryError, Touched)


def spell_cause(error: BaseException) -> str:
    """Return an exception's kind and text, on one line."""
    if isinstance(error, SystemExit):
        return "sys.exit(), which would end the program"
    return spell_exception(error)


def is_installed(file: str) -> bool:
    """Whether a source file came with Python or with a package."""
    return file.startswith("<frozen") or file.startswith(_installed())


def _find_culprit(error: BaseException) -> str | None:
    """Return `FILE:LINE` of what raised, in the user's own code; None where none had a part."""
    if isinstance(error, SyntaxError) and error.filename and not is_installed(error.filename):
        return f"{_spell_path(error.filename)}:{error.lineno or 1}"
    found = None
    for frame, line in walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if not is_installed(file) and not file.startswith("<"):
            found = f"{_spell_path(file)}:{line}"
    return found


def explain_failure(
    schedule: Schedule, failed: "Plan", times: int, error: BaseException
) -> SpecError:
    """Return what a library raised as one line that names scheduler, step and cause.

    Args:
        schedule: that could not be driven.
        failed: the plan of the scheduler that raised.
        times: how often values had been read.
        error: what it raised.
    """
    when = f"after step {times * schedule.steps_per_call - 1}" if times else "when it was built"
    key = failed.node.key
    text = f"{failed.found.source.package} fails {when} with {spell_cause(error)}"
    if isinstance(error, ExpressionError):
        key, text = _find_expression(failed.node, error.text), f"{error.reason}, {when}"
    return SpecError([schedule.source.problem(key, text)])


def _find_expression(node: Node, text: str) -> KeyPath:
    """Return the key path of a scheduler's expression; of several alike the first."""
    for name, value in node.arguments.items():
        if value == text:
            return (*node.key, name)
        if isinstance(value, list) and text in value:
            return (*node.key, name, value.index(text))
    return node.key


@contextmanager
def failures(explain: Callable[[BaseException], Exception]) -> Iterator[None]:
    """Run somebody's code inside: whatever it raises is explained, but for what is explained."""
    try:
        yield
    except PASSED_ON:
        raise
    except BaseException as error:
        raise explain(error) from error


def named_failures(schedule: Schedule, what: Callable[[], str]) -> AbstractContextManager[None]:
    """Turn whatever somebody's code raises into one line that names the place and the cause."""

    def explain(error: BaseException) -> SpecError:
        place = _find_culprit(error) or schedule.source.name
        return SpecError([Problem(place, (), _explain(error, what()))])

    return failures(explain)


def _explain(error: BaseException, what: str) -> str:
    if isinstance(error, SystemExit):
        return f"{what} ends the program, as sys.exit() does"
    if isinstance(error, SyntaxError):
        return f"{what} fails with SyntaxError: {error.msg}"
    return f"{what} fails with {spell_cause(error)}"


def factory_problem(schedule: Schedule, text: str) -> SpecError:
    """Return what is wrong with what a factory gave."""
    return SpecError([Problem(schedule.source.name, (), text)])


@cache
def _installed() -> tuple[str, ...]:
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    found = filter(None, map(find_spec, ("torch", "lrviz")))
    packages = {str(Path(str(each.origin)).parent) for each in found}
    return tuple(f"{path}{os.sep}" for path in paths | packages)


def _spell_path(file: str) -> str:
    """Return a path as short as it can be told from here."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return file


# The most calls that looking for it may take.
MOST_CALLS = 100_000


def name_argument(
    schedule: Schedule, error: SpecError, drive: Callable[[Schedule], object]
) -> SpecError:
    """Return an error at the argument that is at fault; where that is not sure, the error itself.

    An extreme value may fail in a library's arithmetic many calls later, in words that say nothing
    of it. Every argument that may be left out is left out in turn. What torch's own schedulers fail
    on, `lrviz.drive.foresee` knows beforehand.

    Args:
        schedule: that failed.
        error: with one problem, mostly at the scheduler that failed or at the outermost one.
        drive: raises a SpecError where a schedule cannot be driven.
    """
    problem = error.problems[0]
    given = list(_iter_given(schedule.scheduler, problem.key))
    if len(given) * schedule.total_calls > MOST_CALLS:
        return error
    for key, name in given:
        try:
            drive(replace(schedule, scheduler=_leave_out(schedule.scheduler, key, name)))
        except SpecError:
            continue
        return SpecError([schedule.source.problem((*key, name), problem.text)])
    return error


def _iter_given(scheduler: Node, below: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Yield the arguments of other libraries' schedulers, those that are likely at fault first.

    Flags are left as they are: without one the rest may not be looked at at all.
    """
    for node in scheduler.walk():
        if node.name in THIRD_PARTY and node.key[: len(below)] == below:
            given = [name for name, value in node.arguments.items() if not isinstance(value, bool)]
            for name in sorted(given, key=lambda each: _rank(node, each)):
                yield node.key, name


def _rank(node: Node, name: str) -> int:
    """Return how far from suspicion an argument is: what counts something has been looked at."""
    value, entry = node.arguments[name], THIRD_PARTY[node.name]
    if isinstance(value, float) and not math.isfinite(value):
        return 0
    counts = bool(entry.counts(name))
    return 1 if isinstance(value, int | float) and not counts else 2


def _leave_out(node: Node, key: KeyPath, name: str) -> Node:
    """Return a scheduler without an argument of the one at a key."""
    arguments = node.arguments
    if node.key == key:
        arguments = {each: value for each, value in arguments.items() if each != name}
    children = tuple(_leave_out(child, key, name) for child in node.children)
    return replace(node, arguments=arguments, children=children)
