"""Driving what training code builds: a scheduler, and perhaps the optimizer that it schedules."""

import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypedDict, cast

import torch

from lrviz.curve import Values
from lrviz.drive.arguments import Binder
from lrviz.drive.blame import factory_problem, named_failures
from lrviz.drive.built import Built
from lrviz.drive.hand import GIVE_RETURNS, OWN_NAMES, follow, tell_wanted
from lrviz.drive.moved import read_rates
from lrviz.drive.plan import plan_optimizer
from lrviz.drive.returned import accept_returned, attach_trainer
from lrviz.drive.signatures import is_required
from lrviz.errors import SpecError, UsageError
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.origin import Factory, Problems, Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.style import PLAIN_STYLE
from lrviz.spec.tree import RETURNS, Interval, Returns, Tree
from lrviz.spec.wording import suggest
from lrviz.system.process import hide_warnings

# As a spec's `metric`: a value a call, the last one held, or an expression in `step`.
Metric = Sequence[float] | Values | Mapping[str, Any]

# As a spec's `optimizer`: a name, or a name with arguments; or the class itself.
Optimizer = str | Mapping[str, Any] | type[torch.optim.Optimizer]

Function = Callable[..., object]


class Options(TypedDict, total=False):
    """What can be said of the run of a factory; what is None is not said."""

    lr: float | None
    steps: int | None
    epochs: float | str | None
    steps_per_epoch: int | str
    data: Mapping[str, Any] | None
    interval: Interval | None
    frequency: int
    calls: int
    optimizer: Optimizer | None
    metric: Metric | None
    returns: Returns | None
    title: str | None
    figure: Mapping[str, Any] | None


_NO_LENGTH = "give either steps or epochs"


def describe_factory(factory: Callable[..., object], options: Mapping[str, Any]) -> Spec:
    """Return the spec of a factory's run.

    Raises:
        SpecError: what the options make is no spec.
        UsageError: an option does not exist, or makes no sense.
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in (known := tuple(Options.__annotations__)):
            raise UsageError(f"{name}: no such option; {suggest(name, known)}")
    if {"steps", "epochs"} <= given.keys():
        raise UsageError(_NO_LENGTH)
    missing = "" if {"steps", "epochs"} & given.keys() else _NO_LENGTH
    returns = given.pop("returns", None)
    if returns not in (None, *RETURNS):
        raise UsageError(f"returns: must be lr or factor, got {returns!r}")
    optimizer = _spell_optimizer(given.pop("optimizer", "SGD"))
    lr = given.pop("lr", None)
    if lr is not None:
        for name, own in optimizer.items():
            if isinstance(own, Mapping | None):  # what is none is for the checks
                optimizer[name] = {**(own or {}), "lr": lr}
    if options.get("optimizer") is not None or lr is not None:
        given["optimizer"] = optimizer
    name = _name(factory)
    run = Factory(name, lambda: factory, returns=returns, missing=missing)
    return describe_run(run, name, {"epochs": 1, **given} if missing else given)


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
    for key in given.keys() & {"steps", "steps_per_epoch"} if "steps" in given else ():
        given[key] = whole_number(key, given[key])
    # Steps alone stay what they are: nothing can be called at the end of their epochs.
    if "steps" in given and "data" not in given and given.keys() & {"steps_per_epoch", "interval"}:
        steps, each = given.pop("steps"), given.get("steps_per_epoch", 1)
        if steps % each:
            raise UsageError(f"steps: {steps} are no whole epochs of {each} steps")
        given["epochs"] = steps // each
    if isinstance(figure := given.get("figure", {}), Mapping):
        given["figure"] = {"style": PLAIN_STYLE, **figure}
    tree = {key: plain(value) for key, value in given.items()}
    return parse_tree(tree, Source(name), factory=factory)


def whole_number(name: str, value: Any, least: float = 1) -> int:
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


def plain(value: Any) -> Tree:
    """Return a value of Python's as a spec would write it, or raise where it is a function."""
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, type):
        is_own = value.__module__.startswith("torch.optim")
        return value.__name__ if is_own else f"{value.__module__}:{value.__qualname__}"
    if callable(value):
        remedy = "write an expression, or give a factory: lambda optimizer: LambdaLR(optimizer, …)"
        raise UsageError(f"{_name(value)}: a function cannot stand in a spec; {remedy}")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    return cast(Tree, value.tolist() if hasattr(value, "tolist") else value)


def _name(factory: Callable[..., object]) -> str:
    """Return what a figure calls a factory: where it is, and its name."""
    while isinstance(factory, partial):
        factory = factory.func
    name = getattr(factory, "__qualname__", type(factory).__name__)
    return f"{getattr(factory, '__module__', '?')}:{name}"


def build(
    schedule: Schedule,
    function: Function,
    prepare: Callable[[torch.optim.Optimizer], object] = lambda optimizer: None,
) -> Built:
    """Return what a factory builds, or what a function of the step does.

    Args:
        schedule: whose scheduler it is.
        function: is given a dummy optimizer of the schedule's, if any.
        prepare: is given that before.

    Raises:
        SpecError: the optimizer is wrong, the factory raises, or returns something else.
    """
    wanted = _list_wanted(schedule, function)
    binder = Binder(Problems(schedule.source), schedule.groups, schedule.totals)
    optimizer = plan_optimizer(schedule, binder)
    binder.problems.refuse()
    assert optimizer is not None  # without it there was a problem
    prepare(optimizer)
    base_lr = read_rates(optimizer.param_groups, "lr")
    if "step" in wanted.values():
        ask, sets = function, len(wanted) > 1
        if sets:
            first, second = wanted
            own = (optimizer,) if wanted[first] == "optimizer" else ()
            ask = partial(function, *own, **({} if own else {second: optimizer}))
        built = follow(schedule, ask, optimizer, sets=sets)
    else:
        if (module := getattr(function, "__self__", None)) and not wanted:
            attach_trainer(schedule, module)
        order = "Detected call of `lr_scheduler.step"  # where a composite stands first in another
        try:
            with named_failures(schedule, lambda: "the factory"), hide_warnings(order):
                result = function(optimizer) if wanted else function()
        except SpecError as error:
            if "" in wanted.values() and isinstance(error.__cause__, TypeError | AttributeError):
                text = f"{error.problems[0].text}; if it counts steps, {GIVE_RETURNS}"
                raise SpecError([replace(error.problems[0], text=text)]) from error
            raise
        built = accept_returned(schedule, result, optimizer if wanted else None, optimizer)
    if {*map(id, built.groups)} != {*map(id, optimizer.param_groups)}:
        return built
    added = built.base_lr[len(base_lr) :]  # by the factory
    return replace(built, base_lr=(*base_lr, *added), optimizer="")


def _list_wanted(schedule: Schedule, function: Function) -> dict[str, str]:
    """Return what a function's parameters are given: `optimizer`, `step`, one of each or none.

    One parameter is the optimizer unless its name or annotation says that it counts steps, or
    `--returns` that the function is one of the step; it is empty where nothing says either.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # compiled, and silent about its arguments
        return {"": "optimizer"}
    required = [each for each in parameters if is_required(each)]
    by_name = [each for each in required if each.kind is inspect.Parameter.KEYWORD_ONLY]
    wanted = [tell_wanted(each, alone=len(required) == 1) for each in required]
    if isinstance(function, type):  # of which no argument counts steps
        wanted[1:] = [""] * len(wanted[1:])
    if by_name or (len(required) > 1 and sorted(wanted) != ["optimizer", "step"]):
        names = ", ".join(each.name for each in required)
        how = " by name" if by_name else ""
        remedy = "takes an optimizer and returns a scheduler, or takes nothing and returns both"
        rest = [each.name for each, what in zip(required, wanted, strict=True) if not what]
        if "optimizer" in wanted and rest:
            remedy = f"takes an optimizer alone; bind {', '.join(rest)} with functools.partial"
        if "step" in wanted:
            remedy = "takes that alone, or the optimizer, too; bind the rest with functools.partial"
        what = "function of the step" if "step" in wanted else "factory"
        raise factory_problem(schedule, f"wants {names}{how}; a {what} {remedy}")
    assert schedule.factory is not None
    usual = "step" if schedule.factory.returns else ""
    first = parameters[0] if parameters else None
    takes_any = first is not None and first.kind is inspect.Parameter.VAR_POSITIONAL
    if first is not None and not required and (takes_any or first.name in OWN_NAMES):
        return {first.name: "optimizer"}
    return {each.name: what or usual for each, what in zip(required, wanted, strict=True)}
