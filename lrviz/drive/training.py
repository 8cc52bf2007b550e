"""Driving what training code builds: a scheduler, and perhaps the optimizer that it schedules."""

import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import torch

from lrviz.curve import Values
from lrviz.drive.arguments import Binder
from lrviz.drive.blame import factory_problem, named_failures
from lrviz.drive.built import Built, accept_scheduler, read_rates
from lrviz.drive.plan import plan_optimizer
from lrviz.drive.signatures import is_required
from lrviz.errors import UsageError
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.origin import Factory, Problems, Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.tree import Tree
from lrviz.spec.wording import suggest
from lrviz.system.process import hide_warnings

# As a spec's `metric`: a value a call, the last one held, or an expression in `step`.
Metric = Sequence[float] | Values | Mapping[str, Any]

# As a spec's `optimizer`: a name, or a name with arguments; or the class itself.
Optimizer = str | Mapping[str, Any] | type[torch.optim.Optimizer]

Function = Callable[..., object]

# An argument of this name is given the optimizer, though it need not be given one.
OWN_NAMES = ("optimizer", "optim", "opt")

OPTIONS = (
    *("lr", "steps", "epochs", "steps_per_epoch", "interval", "optimizer", "metric"),
    *("title", "figure"),
)


def describe_factory(factory: Callable[..., object], options: Mapping[str, Any]) -> Spec:
    """Return the spec of a factory's run.

    Raises:
        SpecError: what the options make is no spec.
        UsageError: an option does not exist, or makes no sense.
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in OPTIONS:
            raise UsageError(f"{name}: no such option; {suggest(name, OPTIONS)}")
    if ("steps" in given) == ("epochs" in given):
        raise UsageError("give either steps or epochs")
    optimizer = _spell_optimizer(given.pop("optimizer", "SGD"))
    lr = given.pop("lr", None)
    if lr is not None:
        for name, own in optimizer.items():
            if isinstance(own, Mapping | None):  # what is none is for the checks
                optimizer[name] = {**(own or {}), "lr": lr}
    if options.get("optimizer") is not None or lr is not None:
        given["optimizer"] = optimizer
    name = _name(factory)
    return describe_run(Factory(name, lambda: factory), name, given)


def describe_run(factory: Factory, name: str, options: Mapping[str, Any]) -> Spec:
    """Return the spec of a run: of so many epochs, or of so many steps.

    Args:
        factory: what builds its scheduler.
        name: what messages call it.
        options: as a spec's keys, with `steps` in place of `epochs`; what is None is not given.

    Raises:
        SpecError: what the options make is no spec.
        UsageError: a length makes no sense.
    """
    given = {key: value for key, value in options.items() if value is not None}
    for key in given.keys() & {"steps", "epochs", "steps_per_epoch"}:
        given[key] = whole_number(key, given[key])
    if "steps" in given:
        steps, each = given.pop("steps"), given.get("steps_per_epoch", 1)
        if steps % each:
            raise UsageError(f"steps: {steps} are no whole epochs of {each} steps")
        given["epochs"] = steps // each
    tree = {key: _plain(value) for key, value in given.items()}
    return parse_tree(tree, Source(name), factory=factory)


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """Return a number of steps or epochs, of whatever type it is.

    Raises:
        UsageError: it is none, or less than so many.
    """
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(value, bool) or not hasattr(whole, "__index__"):
        raise UsageError(f"{name}: must be a whole number, got {value!r}")
    number = operator.index(whole)
    if number < least:
        raise UsageError(f"{name}: must be at least {least}, got {number}")
    return number


def _spell_optimizer(value: Any) -> dict[str, Any]:
    """Return an optimizer as a spec has it."""
    if isinstance(value, type) and value in vars(torch.optim).values():
        value = value.__name__
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, Mapping):
        return dict(value)
    remedy = "name its class: 'SGD', or {'SGD': {'momentum': 0.9}}"
    if isinstance(value, type | torch.optim.Optimizer):
        remedy += "; a factory that takes nothing returns one of its own"
    name = value.__name__ if isinstance(value, type) else type(value).__name__
    raise UsageError(f"optimizer: {name} is none that lrviz can build; {remedy}")


def _plain(value: Any) -> Tree:
    """Return a value of Python's as a spec would write it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return cast(Tree, value.tolist() if hasattr(value, "tolist") else value)


def _name(factory: Callable[..., object]) -> str:
    """Return what a figure calls a factory: where it is, and its name."""
    while isinstance(factory, partial):
        factory = factory.func
    name = getattr(factory, "__qualname__", type(factory).__name__)
    return f"{getattr(factory, '__module__', '?')}:{name}"


def build(schedule: Schedule, function: Function) -> Built:
    """Return what a factory builds; it is given a dummy optimizer of the schedule's, if any.

    Raises:
        SpecError: the optimizer is wrong, the factory raises, or returns something else.
    """
    if not _takes_optimizer(schedule, function):
        with named_failures(schedule, lambda: "the factory"):
            result = function()
        return _accept(schedule, result, None)
    binder = Binder(Problems(schedule.source), schedule.groups, schedule.totals)
    optimizer = plan_optimizer(schedule, binder)
    binder.problems.refuse()
    assert optimizer is not None  # without it there was a problem
    base_lr = read_rates(optimizer.param_groups, "lr")
    # False where a composite stands first in a SequentialLR.
    order = "Detected call of `lr_scheduler.step"
    with named_failures(schedule, lambda: "the factory"), hide_warnings(order):
        result = function(optimizer)
    built = _accept(schedule, result, optimizer)
    if {id(group) for group in built.groups} != {id(each) for each in optimizer.param_groups}:
        return built
    added = built.base_lr[len(base_lr) :]  # by the factory
    return replace(built, base_lr=(*base_lr, *added), optimizer="")


def _accept(schedule: Schedule, result: object, given: torch.optim.Optimizer | None) -> Built:
    """Return the scheduler, alone or beside its optimizer, among what a factory returned."""
    items = list(result) if isinstance(result, tuple | list) else [result]
    optimizers = [each for each in items if isinstance(each, torch.optim.Optimizer)]
    others = [each for each in items if not isinstance(each, torch.optim.Optimizer)]
    if len(others) != 1 or len(optimizers) > 1 or others[0] is None:
        got = " and ".join("None" if each is None else type(each).__name__ for each in items)
        what = "a scheduler" if given is not None else "a scheduler and its optimizer"
        raise factory_problem(schedule, f"must return {what}, returned {got or 'nothing'}")
    own = getattr(others[0], "optimizer", optimizers[0] if optimizers else given)
    try:
        return accept_scheduler(others[0], type(own).__name__)
    except UsageError as error:
        raise factory_problem(schedule, f"must return a scheduler: {error}") from None


def _takes_optimizer(schedule: Schedule, function: Function) -> bool:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # compiled, and silent about its arguments
        return True
    required = [each for each in parameters if is_required(each)]
    by_name = [each for each in required if each.kind is inspect.Parameter.KEYWORD_ONLY]
    if len(required) > 1 or by_name:
        names = ", ".join(each.name for each in required)
        how = " by name" if by_name else ""
        remedy = "takes an optimizer and returns a scheduler, or takes nothing and returns both"
        raise factory_problem(schedule, f"wants {names}{how}; a factory {remedy}")
    first = parameters[0] if parameters else None
    takes_any = first is not None and first.kind is inspect.Parameter.VAR_POSITIONAL
    return bool(required) or takes_any or (first is not None and first.name in OWN_NAMES)
