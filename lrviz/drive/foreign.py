"""Schedulers of no catalog: classes, and whatever else makes a scheduler of an optimizer."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from lrviz.drive.blame import PASSED_ON, failures, spell_cause
from lrviz.drive.installed import Found, NoSchedulerError
from lrviz.drive.signatures import METRICS, Argument, arguments_of, list_taken, read_step
from lrviz.errors import UsageError
from lrviz.spec.catalog.external import External, say_missing_package
from lrviz.system.process import admit_guests, hide_warnings


def find_foreign(foreign: External) -> Found:
    """Return what was allowed; it is imported only now.

    Raises:
        NoSchedulerError: it cannot be imported, or makes no scheduler of an optimizer.
    """
    made = _import_foreign(foreign)
    try:
        arguments = arguments_of(made)
    except Exception as error:  # a signature of its own making
        raise NoSchedulerError(f"its arguments are not known: {spell_cause(error)}") from error
    found = Found(
        lambda optimizer, **given: made(optimizer, **given),
        arguments,
        foreign,
        {},
        moves=("momentum", "weight_decay"),
    )
    if not isinstance(made, type):
        return replace(found, settle=partial(_try_function, found))
    step = getattr(made, "step")  # noqa: B009 - not every class has one
    return _judge_step(found, made, *read_step(step, skip=1))


def foreign_arguments(foreign: External) -> list[Argument]:
    """Return every argument that a spec may give what was allowed, in its own order.

    Raises:
        UsageError: it cannot be imported, or makes no scheduler.
    """
    try:
        return list(find_foreign(foreign).arguments.values())
    except NoSchedulerError as error:
        raise UsageError(f"{foreign.name}: {error}") from None


def _import_foreign(foreign: External) -> Callable[..., Any]:
    """Return the class or function that was allowed.

    Raises:
        NoSchedulerError: it cannot be imported, or is no scheduler.
    """
    if missing := say_missing_package(foreign.module.partition(".")[0]):
        raise NoSchedulerError(missing)
    admit_guests()
    text = f"{foreign.module} cannot be imported"
    with failures(lambda error: NoSchedulerError(f"{text}: {spell_cause(error)}")):
        found: Any = getattr(import_module(foreign.module), foreign.attribute, None)
    if found is None:
        raise NoSchedulerError(f"{foreign.module} has no {foreign.attribute}")
    if not callable(found):
        raise NoSchedulerError("is neither a class nor a function; one of them makes a scheduler")
    if why := _why_no_scheduler(found):
        raise NoSchedulerError(f"is no scheduler: {why}")
    made: Callable[..., Any] = found
    return made


def _why_no_scheduler(found: Callable[..., Any]) -> str:
    """Return why a class or function makes no scheduler; empty for one that may."""
    if inspect.isabstract(found) or found is LRScheduler:
        return "it is abstract"
    if isinstance(found, type) and not callable(getattr(found, "step", None)):
        return "it has no step()"
    taken = list_taken(found)
    if not _takes_optimizer(found, taken[:1]) or "optimizer" in [each.name for each in taken[1:]]:
        return "it does not take an optimizer first"
    is_optimizer = isinstance(found, type) and issubclass(found, Optimizer)
    return "it is an optimizer itself" if is_optimizer else ""


def _takes_optimizer(found: Callable[..., Any], first: Sequence[inspect.Parameter]) -> bool:
    """Whether what is taken first can be an optimizer; a class of nobody's has to say so."""
    if not isinstance(found, type):
        return bool(first)
    kinds = [str(getattr(each.annotation, "__name__", each.annotation)) for each in first]
    says = kinds and (first[0].name == "optimizer" or kinds[0].endswith("Optimizer"))
    return issubclass(found, LRScheduler) or bool(says)


def _try_function(found: Found, given: Mapping[str, object], optimizer: Optimizer) -> Found:
    """Return what is known of a function once it has been called, with a copy of the optimizer.

    Raises:
        NoSchedulerError: it returns no scheduler of the optimizer, or none that can be driven.
    """
    optimizer = deepcopy(optimizer)
    try:
        with hide_warnings():
            made: Any = found.build(optimizer=optimizer, **given)
    except PASSED_ON:
        raise
    except BaseException:  # driving it meets that again, and explains
        return found
    text = "must return a scheduler of the optimizer that it is given"
    if isinstance(made, type | Optimizer) or not callable(getattr(made, "step", None)):
        returned = made if made is None or isinstance(made, type) else type(made)
        raise NoSchedulerError(f"{text}, returned {getattr(returned, '__name__', returned)}")
    own = getattr(made, "optimizer", optimizer)
    if isinstance(own, Optimizer) and own is not optimizer:
        raise NoSchedulerError(f"{text}, returned one of another")
    return _judge_step(found, type(made), *read_step(made.step))


def _judge_step(found: Found, made: type, wanted: str, offers_metric: bool) -> Found:
    """Return what is known of a scheduler by its class, and by what its `step` takes.

    Raises:
        NoSchedulerError: it wants what there is not.
    """
    takes_metric = issubclass(made, ReduceLROnPlateau) or wanted in METRICS
    if wanted and not takes_metric:
        raise NoSchedulerError(f"its step() wants {wanted}, which lrviz cannot give it")
    return replace(
        found,
        takes_metric=takes_metric,
        offers_metric=offers_metric,
        nests=issubclass(made, LRScheduler) and not takes_metric,
    )
